//! The one environment that every expression runs in.

use std::sync::{Arc, LazyLock};

use cel::{DeclarationError, Env, extensions};

use crate::{sets, steps};

type Extension = fn(&mut Env) -> Result<(), DeclarationError>;

/// Built once; it holds no state of a run.
pub(crate) static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    let all: [Extension; 4] = [
        extensions::strings,
        extensions::encoders,
        sets::extension,
        steps::extension,
    ];
    for extension in all {
        env.add_extension(extension)
            .expect("no two extensions declare the same function");
    }
    Arc::new(env)
});
