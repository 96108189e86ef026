//! The functions of sprig v3 and of Helm, with their results, errors and oddities.
//!
//! | module | functions |
//! |---|---|
//! | [`helm`] | `include` `tpl` `required` `fail` `lookup` `getHostByName` |
//! | [`strings`], [`casing`], [`layout`] | text: trimming and searching, letters, wrapping and quoting |
//! | [`lists`], [`dicts`], [`merge`], [`copies`] | lists and dictionaries |
//! | [`defaults`], [`reflection`] | emptiness, kinds and types |
//! | [`numbers`], [`floats`], [`sequences`], [`cast`] | arithmetic and conversions |
//! | [`encoding`], [`data`], [`json`], [`toml`] | base64, and JSON, YAML and TOML both ways |
//! | [`dates`], [`durations`], [`methods`], [`time`] | instants, layouts, durations |
//! | [`regexes`], [`regex`] | regular expressions |
//! | [`versions`] | semantic versions |
//! | [`urls`], [`paths`] | addresses and file names |
//! | [`random`], [`digests`], [`crypto`] | random text, checksums, passwords, keys and certificates |
//!
//! A function that Go would abort with a panic fails with the panic's text, as Go's templates report it. What functions need of the
//! world comes from the program that renders, see [`world`].

#![expect(
    clippy::needless_pass_by_value,
    reason = "a function's signature is made of the parameters that it owns"
)]

mod casing;
mod cast;
mod copies;
mod crypto;
mod data;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod digests;
mod durations;
mod encoding;
mod floats;
mod helm;
mod hermetic;
mod json;
mod layout;
mod lists;
mod merge;
mod methods;
mod numbers;
mod paths;
mod random;
mod reflection;
pub mod regex;
mod regexes;
mod sequences;
mod strings;
mod time;
mod toml;
mod typed;
mod unicode;
mod urls;
mod versions;
mod world;

pub use hermetic::hermetic;
pub use time::{Duration, Time};
pub use versions::SemVer;
pub use world::{Clock, Lint, Lookup, Random, Resolve};

use crate::exec::Functions;

/// All functions that Helm's templates have beside the built-in ones. `env` and `expandenv` are not among them.
pub fn helm() -> Functions {
    let mut functions = Functions::new();
    casing::add(&mut functions);
    cast::add(&mut functions);
    copies::add(&mut functions);
    crypto::add(&mut functions);
    data::add(&mut functions);
    dates::add(&mut functions);
    defaults::add(&mut functions);
    dicts::add(&mut functions);
    digests::add(&mut functions);
    durations::add(&mut functions);
    encoding::add(&mut functions);
    floats::add(&mut functions);
    helm::add(&mut functions);
    layout::add(&mut functions);
    lists::add(&mut functions);
    merge::add(&mut functions);
    numbers::add(&mut functions);
    paths::add(&mut functions);
    random::add(&mut functions);
    reflection::add(&mut functions);
    regexes::add(&mut functions);
    sequences::add(&mut functions);
    strings::add(&mut functions);
    toml::add(&mut functions);
    urls::add(&mut functions);
    versions::add(&mut functions);
    functions
}

/// What Go says when a function asks for the type of nothing.
const NIL_POINTER: &str = "runtime error: invalid memory address or nil pointer dereference";
