//! What a kustomization says of ConfigMaps and Secrets to generate.

use std::collections::BTreeMap;

use super::decode_struct;

decode_struct! {
    /// A ConfigMap or Secret to generate.
    pub(crate) struct GeneratorArgs {
        namespace: String = "namespace",
        name: String = "name",
        behavior: String = "behavior",
        literals: Vec<String> = "literals",
        files: Vec<String> = "files",
        envs: Vec<String> = "envs",
        env: String = "env",
        options: Option<GeneratorOptions> = "options",
        /// Of Secrets alone.
        secret_type: String = "type",
        /// Of configurations in files of their own, where name and namespace may stand there.
        metadata: Option<Metadata> = "metadata",
    }
}

decode_struct! {
    /// The part of an object's metadata that configurations use.
    pub(crate) struct Metadata {
        name: String = "name",
        namespace: String = "namespace",
    }
}

decode_struct! {
    /// What generated objects carry.
    pub(crate) struct GeneratorOptions {
        labels: BTreeMap<String, String> = "labels",
        annotations: BTreeMap<String, String> = "annotations",
        disable_name_suffix_hash: bool = "disableNameSuffixHash",
        immutable: bool = "immutable",
    }
}

impl GeneratorOptions {
    /// `local`, completed by `global`; switches that `global` turns on are on.
    pub(crate) fn merge(local: Option<&Self>, global: Option<&Self>) -> Option<Self> {
        let Some(global) = global else {
            return local.cloned();
        };
        let mut merged = local.cloned().unwrap_or_default();
        let add = |into: &mut BTreeMap<String, String>, from: &BTreeMap<String, String>| {
            for (key, value) in from {
                into.entry(key.clone()).or_insert_with(|| value.clone());
            }
        };
        add(&mut merged.labels, &global.labels);
        add(&mut merged.annotations, &global.annotations);
        merged.disable_name_suffix_hash |= global.disable_name_suffix_hash;
        merged.immutable |= global.immutable;
        Some(merged)
    }
}

impl GeneratorArgs {
    /// Moves the legacy `env` to the end of `envs`.
    pub(crate) fn fold_env(&mut self) {
        if !self.env.is_empty() {
            self.envs.push(std::mem::take(&mut self.env));
        }
    }
}
