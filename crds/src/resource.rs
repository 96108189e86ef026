//! What makes a type a kind: the names the API server knows it by, its spec and its status.

use kube_core::{NamespaceResourceScope, Resource};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::definition::Definition;
use crate::meta::Condition;

/// A kind of this crate.
///
/// The objects are plain structs of `metadata`, `spec` and, except for two kinds, `status`. They
/// decode from anything that the API server admits under the kind's schema, which requires
/// neither a spec nor a status: what is missing is at its default.
pub trait CustomResource:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + std::fmt::Debug
    + Default
    + PartialEq
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// What the user wants.
    type Spec: Clone + Default + PartialEq + Serialize + DeserializeOwned + JsonSchema;

    /// Names, columns and the rest of the definition that is not in the schemas.
    const DEFINITION: &'static Definition;

    /// The spec.
    fn spec(&self) -> &Self::Spec;
}

/// A kind with a status subresource.
pub trait WithStatus: CustomResource {
    /// What was observed.
    type Status: Status + JsonSchema;

    /// The status.
    fn status(&self) -> &Self::Status;

    /// The status, to be changed.
    fn status_mut(&mut self) -> &mut Self::Status;
}

/// A status with conditions.
pub trait Status: Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync {
    /// The conditions, in the order of the object.
    fn conditions(&self) -> &[Condition];

    /// The conditions, to be changed.
    fn conditions_mut(&mut self) -> &mut Vec<Condition>;

    /// The condition of this type.
    fn condition(&self, r#type: &str) -> Option<&Condition> {
        self.conditions()
            .iter()
            .find(|condition| condition.r#type == r#type)
    }
}

/// A status that also says which request it has answered.
pub trait ReconcileStatus: Status {
    /// The generation that the last complete reconciliation saw; -1 on a fresh object.
    fn observed_generation(&self) -> i64;

    /// Sets the generation that the last complete reconciliation saw.
    fn set_observed_generation(&mut self, generation: i64);

    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    fn last_handled_reconcile_at(&self) -> Option<&str>;

    /// Sets the last value of that annotation that was answered.
    fn set_last_handled_reconcile_at(&mut self, requested_at: &str);
}

/// Declares a kind: its struct, the impl of [`CustomResource`] and of `kube`'s `Resource`.
///
/// The derive of `kube` is not used, because its objects fail to decode without a spec, which the
/// API server admits, and one such object would end the watch of its kind.
macro_rules! custom_resource {
    (
        $(#[doc = $doc:literal])*
        $kind:ident { spec: $spec:ty $(, status: $status:ty)? }
        definition: { $($definition:tt)* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
        #[serde(default)]
        pub struct $kind {
            /// Name, namespace, labels, annotations and the rest that every object has.
            #[serde(deserialize_with = "crate::go::null")]
            pub metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,
            /// What the user wants.
            #[serde(deserialize_with = "crate::go::null")]
            pub spec: $spec,
            $(
                /// What was observed.
                #[serde(deserialize_with = "crate::go::null")]
                pub status: $status,
            )?
        }

        impl $kind {
            /// The kind's name.
            pub const KIND: &'static str =
                <Self as $crate::resource::CustomResource>::DEFINITION.kind;

            /// An object of this name and spec, in the namespace that it is created in.
            pub fn new(name: &str, spec: $spec) -> Self {
                let mut object = Self { spec, ..Self::default() };
                object.metadata.name = Some(name.to_owned());
                object
            }
        }

        impl $crate::resource::CustomResource for $kind {
            type Spec = $spec;

            const DEFINITION: &'static $crate::definition::Definition =
                &$crate::definition::Definition {
                    description: concat!($($doc, "\n",)*),
                    $($definition)*
                };

            fn spec(&self) -> &$spec {
                &self.spec
            }
        }

        $(
            impl $crate::resource::WithStatus for $kind {
                type Status = $status;

                fn status(&self) -> &$status {
                    &self.status
                }

                fn status_mut(&mut self) -> &mut $status {
                    &mut self.status
                }
            }
        )?

        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut object = serializer.serialize_map(None)?;
                object.serialize_entry("apiVersion", &<Self as kube_core::Resource>::api_version(&()))?;
                object.serialize_entry("kind", Self::KIND)?;
                object.serialize_entry("metadata", &self.metadata)?;
                object.serialize_entry("spec", &self.spec)?;
                $(
                    if self.status != <$status>::default() {
                        object.serialize_entry("status", &self.status)?;
                    }
                )?
                object.end()
            }
        }

        impl kube_core::Resource for $kind {
            type DynamicType = ();
            type Scope = kube_core::NamespaceResourceScope;

            fn kind((): &()) -> std::borrow::Cow<'_, str> {
                Self::KIND.into()
            }

            fn group((): &()) -> std::borrow::Cow<'_, str> {
                <Self as $crate::resource::CustomResource>::DEFINITION.group.into()
            }

            fn version((): &()) -> std::borrow::Cow<'_, str> {
                <Self as $crate::resource::CustomResource>::DEFINITION.version.into()
            }

            fn plural((): &()) -> std::borrow::Cow<'_, str> {
                <Self as $crate::resource::CustomResource>::DEFINITION.plural.into()
            }

            fn meta(&self) -> &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
                &self.metadata
            }

            fn meta_mut(
                &mut self,
            ) -> &mut k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
                &mut self.metadata
            }
        }
    };
}

/// Implements [`Status`] for types with a field `conditions`.
macro_rules! status {
    ($($status:ty),+ $(,)?) => { $(
        impl $crate::resource::Status for $status {
            fn conditions(&self) -> &[$crate::meta::Condition] {
                &self.conditions
            }

            fn conditions_mut(&mut self) -> &mut Vec<$crate::meta::Condition> {
                &mut self.conditions
            }
        }
    )+ };
}

/// Implements [`Status`] and [`ReconcileStatus`] for types with the usual three fields.
macro_rules! reconcile_status {
    ($($status:ty),+ $(,)?) => { $(
        $crate::resource::status!($status);

        impl $crate::resource::ReconcileStatus for $status {
            fn observed_generation(&self) -> i64 {
                self.observed_generation
            }

            fn set_observed_generation(&mut self, generation: i64) {
                self.observed_generation = generation;
            }

            fn last_handled_reconcile_at(&self) -> Option<&str> {
                self.last_handled_reconcile_at.as_deref()
            }

            fn set_last_handled_reconcile_at(&mut self, requested_at: &str) {
                self.last_handled_reconcile_at = Some(requested_at.to_owned());
            }
        }
    )+ };
}

pub(crate) use {custom_resource, reconcile_status, status};
