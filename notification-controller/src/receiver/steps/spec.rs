//! Is the spec one that can be worked with? What is wrong here only a change of the spec can heal (P5, P6).

use common::reconcile::{Flow, Pass, Stop};
use crds::notification::ReceiverType;

use crate::receiver::error::Error;
use crate::receiver::{Receivers, check, filter, oidc};

/// Checks filters, then the rules of the definition, then the type.
pub fn run(pass: &mut Pass<Receivers>) -> Result<Flow, Stop> {
    examine(pass).map_err(|error| Stop::from(error).observing_generation())?;
    Ok(Flow::Next)
}

fn examine(pass: &Pass<Receivers>) -> Result<(), Error> {
    let spec = &pass.object.spec;
    if let Some(expression) = &spec.resource_filter {
        filter::compile(expression, &spec.r#type).map_err(Error::ResourceFilter)?;
    }
    for (index, resource) in spec.resources.iter().enumerate() {
        if let Some(expression) = &resource.filter {
            filter::compile(expression, &spec.r#type).map_err(|cause| Error::Filter {
                index,
                kind: resource.source.kind.to_string(),
                name: resource.source.name.clone(),
                cause,
            })?;
        }
    }
    oidc::check_fields(&pass.object).map_err(|broken| Error::Spec(broken.to_owned()))?;
    oidc::check_providers(&spec.oidc_providers).map_err(Error::Spec)?;
    supported(&spec.r#type)
}

/// A type whose calls cannot be checked is refused here, so that nobody waits for it to be called.
fn supported(kind: &ReceiverType) -> Result<(), Error> {
    if check::is_supported(kind) {
        Ok(())
    } else {
        Err(Error::Spec(format!(
            "receiver type {:?} not supported",
            kind.as_str()
        )))
    }
}
