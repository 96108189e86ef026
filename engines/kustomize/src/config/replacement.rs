//! What a kustomization says of values to put elsewhere.

use super::{Selector, decode_struct};

decode_struct! {
    /// An entry of `replacements`: a file, or a replacement.
    pub(crate) struct ReplacementField {
        path: String = "path",
        source: Option<ReplacementSource> = "source",
        targets: Option<Vec<ReplacementTarget>> = "targets",
        source_value: Option<String> = "sourceValue",
    }
}

decode_struct! {
    /// A value and where it goes.
    pub(crate) struct Replacement {
        source: Option<ReplacementSource> = "source",
        targets: Option<Vec<ReplacementTarget>> = "targets",
        source_value: Option<String> = "sourceValue",
    }
}

decode_struct! {
    /// Where a replacement takes its value.
    pub(crate) struct ReplacementSource {
        group: String = embedded "group",
        version: String = embedded "version",
        kind: String = embedded "kind",
        name: String = embedded "name",
        namespace: String = embedded "namespace",
        field_path: String = "fieldPath",
        options: Option<ReplacementOptions> = "options",
    }
}

decode_struct! {
    /// Where a replacement puts its value.
    pub(crate) struct ReplacementTarget {
        select: Option<Selector> = "select",
        reject: Vec<Selector> = "reject",
        field_paths: Vec<String> = "fieldPaths",
        options: Option<ReplacementOptions> = "options",
    }
}

decode_struct! {
    /// Parts of a text instead of all of it.
    pub(crate) struct ReplacementOptions {
        delimiter: String = "delimiter",
        index: i64 = "index",
        encoding: String = "encoding",
        create: bool = "create",
    }
}
