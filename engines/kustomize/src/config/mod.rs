//! What users write to steer a build: kustomization files and transformer configurations.

mod crds;
mod decode;
mod defaults;
mod fields;
mod generator;
mod kustomization;
mod replacement;

pub(crate) use crds::from_crds;
pub(crate) use decode::{
    Context, Decode, Mode, decode_struct, match_field as decode_match_field,
    sorted as decode_sorted,
};
pub(crate) use fields::{
    FieldSpec, NameReference, Segment, TransformerConfig, merge_all, merge_one,
};
pub(crate) use generator::{GeneratorArgs, GeneratorOptions, Metadata};
pub(crate) use kustomization::{
    Image, Kustomization, Label, Patch, PatchOptions, Replica, Selector, SortOptions, Var,
};
pub(crate) use replacement::{
    Replacement, ReplacementField, ReplacementOptions, ReplacementSource, ReplacementTarget,
};
