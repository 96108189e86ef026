//! `.Capabilities` as templates see it.

use std::sync::LazyLock;

use gotemplate::exec::Function;
use gotemplate::value::{Data, Field, Host, Kind, List, ListType, Str, Type, Value};

use super::{Capabilities, KubeVersion};

/// What `.Capabilities.HelmVersion` says.
const HELM_VERSION: [(&str, &str, &str); 5] = [
    ("Version", "version", "v4.3"),
    ("GitCommit", "git_commit", ""),
    ("GitTreeState", "git_tree_state", ""),
    ("GoVersion", "go_version", "go1.26.8"),
    ("KubeClientVersion", "kube_client_version", "v1.37"),
];

/// The object for templates.
pub(in crate::render) fn object(capabilities: &Capabilities) -> Value {
    Value::host(Shown {
        kube: capabilities.kube_version.clone(),
        api_versions: List::typed(
            &VERSION_SET,
            capabilities
                .api_versions
                .iter()
                .map(|version| Value::from(version.as_str()))
                .collect(),
        ),
    })
}

static VERSION_SET: ListType = ListType {
    name: "common.VersionSet",
    element: Type::String,
    methods: version_set_method,
};

fn version_set_method(name: &str) -> Option<&'static Function> {
    static HAS: LazyLock<Function> = LazyLock::new(|| {
        Function::method(|set: Value, version: Str| {
            set.as_list().is_some_and(|set| {
                let items = set.items();
                items.iter().any(|item| item.as_str() == Some(&version))
            })
        })
    });
    (name == "Has").then(|| &*HAS)
}

/// `*common.Capabilities`
#[derive(Debug)]
struct Shown {
    kube: KubeVersion,
    api_versions: List,
}

fn exported(value: Value) -> Field {
    Field::Exported {
        value,
        interface: None,
    }
}

impl Host for Shown {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("KubeVersion", Value::host(self.kube.clone())),
            ("APIVersions", Value::List(self.api_versions.clone())),
            ("HelmVersion", Value::host(HelmVersion)),
        ]
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        // Copy gives a pointer to an equal struct.
        static COPY: LazyLock<Function> = LazyLock::new(|| Function::method(|own: Value| own));
        (name == "Copy").then(|| &*COPY)
    }

    fn deep_copy(&self) -> Option<Value> {
        Some(Value::host(Self {
            kube: self.kube.with_exported_alone(),
            api_versions: self.api_versions.clone(),
        }))
    }

    fn data(&self) -> Data {
        Data::Fields(self.fields())
    }
}

impl Host for KubeVersion {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Field> {
        match name {
            "Version" => Some(exported(self.version.as_str().into())),
            "Major" => Some(exported(self.major.as_str().into())),
            "Minor" => Some(exported(self.minor.as_str().into())),
            "normalizedVersion" => Some(Field::Unexported),
            _ => None,
        }
    }

    fn pointer_method(&self, name: &str) -> Option<&'static Function> {
        static STRING: LazyLock<Function> =
            LazyLock::new(|| Function::method(|own: Value| text(&own, KubeVersion::shown)));
        static GIT_VERSION: LazyLock<Function> =
            LazyLock::new(|| Function::method(|own: Value| text(&own, |version| &version.version)));
        match name {
            "String" => Some(&STRING),
            "GitVersion" => Some(&GIT_VERSION),
            _ => None,
        }
    }

    fn addressed_text(&self) -> Option<Str> {
        Some(Str::from(self.shown()))
    }

    /// Copies of structs lack what is not exported.
    fn deep_copy(&self) -> Option<Value> {
        Some(Value::host(self.with_exported_alone()))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", self.version.as_str().into()),
            ("normalizedVersion", self.normalized.as_str().into()),
            ("Major", self.major.as_str().into()),
            ("Minor", self.minor.as_str().into()),
        ]
    }

    fn data(&self) -> Data {
        Data::Fields(vec![
            ("Version", self.version.as_str().into()),
            ("Major", self.major.as_str().into()),
            ("Minor", self.minor.as_str().into()),
        ])
    }

    /// Every look at the field gives a struct of its own, and all are equal.
    fn equals(&self, other: &dyn Host) -> Option<bool> {
        let other = other as &dyn std::any::Any;
        Some(other.downcast_ref::<Self>() == Some(self))
    }
}

fn text(own: &Value, pick: fn(&KubeVersion) -> &String) -> Str {
    let version = own.as_host::<KubeVersion>();
    version
        .map(|version| Str::from(pick(version)))
        .unwrap_or_default()
}

/// `version.BuildInfo`
#[derive(Debug)]
struct HelmVersion;

impl Host for HelmVersion {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        HELM_VERSION
            .iter()
            .map(|(name, _, value)| (*name, Value::from(*value)))
            .collect()
    }

    fn data(&self) -> Data {
        let shown = HELM_VERSION
            .iter()
            .filter(|(name, _, value)| !value.is_empty() || *name == "KubeClientVersion");
        Data::Fields(
            shown
                .map(|(_, key, value)| (*key, Value::from(*value)))
                .collect(),
        )
    }

    fn equals(&self, other: &dyn Host) -> Option<bool> {
        Some(other.type_name() == self.type_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_equals_itself_however_often_it_is_looked_at() {
        let of = |version: &str| KubeVersion::parse(version).unwrap();
        assert_eq!(of("1.30").equals(&of("1.30")), Some(true));
        assert_eq!(of("1.30").equals(&of("1.31")), Some(false));
        assert_eq!(of("1.30").equals(&HelmVersion), Some(false));
    }
}
