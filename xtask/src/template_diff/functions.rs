//! The functions that random templates call. Those whose results differ from run to run are left out; `date` is one of them when
//! what it is given is no date.

/// What an expression should give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Text,
    /// A small number that is not negative: a width, a count.
    Small,
    Number,
    Bool,
    List,
    Dict,
    /// A regular expression.
    Pattern,
    /// A semantic version, or a range of them.
    Version,
    /// A document in JSON or YAML.
    Document,
    /// A duration as Go writes it.
    Duration,
    /// A document in TOML.
    Toml,
    /// A count that may be negative and is never large: what it sizes is made.
    Count,
    /// The text of a template.
    Template,
    /// A date as the layout `2006-01-02T15:04:05Z07:00` reads it.
    Date,
    /// A layout of dates.
    Layout,
    /// The name of a time zone.
    Zone,
    /// A dictionary that nobody else holds: what is changed in place must be one, lest it comes to hold itself.
    Fresh,
}

/// The kind of a letter in [`FUNCTIONS`].
pub(super) fn kind(letter: char) -> Kind {
    match letter {
        'S' => Kind::Text,
        'i' => Kind::Small,
        'N' => Kind::Number,
        'B' => Kind::Bool,
        'L' => Kind::List,
        'D' => Kind::Dict,
        'R' => Kind::Pattern,
        'V' => Kind::Version,
        'Y' => Kind::Document,
        'T' => Kind::Duration,
        'M' => Kind::Toml,
        'C' => Kind::Count,
        'P' => Kind::Template,
        'd' => Kind::Date,
        'l' => Kind::Layout,
        'Z' => Kind::Zone,
        'F' => Kind::Fresh,
        _ => Kind::Any,
    }
}

/// Functions by what they give: the name and the kinds of its arguments; a star stands for none to three more of the last kind.
#[rustfmt::skip]
pub(super) const FUNCTIONS: &[(Kind, &[(&str, &str)])] = &[
    (Kind::Text, &[
        ("upper", "S"), ("lower", "S"), ("title", "S"), ("untitle", "S"), ("trim", "S"), ("nospace", "S"), ("initials", "S"),
        ("swapcase", "S"), ("snakecase", "S"), ("camelcase", "S"), ("kebabcase", "S"), ("abbrev", "iS"), ("abbrevboth", "iiS"),
        ("trunc", "NS"), ("substr", "NNS"), ("repeat", "iS"), ("trimAll", "SS"), ("trimSuffix", "SS"), ("trimPrefix", "SS"),
        ("wrap", "iS"), ("wrapWith", "iSS"), ("quote", "A*"), ("squote", "A*"), ("cat", "A*"), ("indent", "iS"),
        ("nindent", "iS"), ("replace", "SSS"), ("plural", "SSN"), ("sha1sum", "S"), ("sha256sum", "S"), ("sha512sum", "S"),
        ("adler32sum", "S"), ("toString", "A"), ("join", "SL"), ("b64enc", "S"), ("b64dec", "S"), ("b32enc", "S"),
        ("b32dec", "S"), ("base", "S"), ("dir", "S"), ("clean", "S"), ("ext", "S"), ("osBase", "S"), ("osDir", "S"),
        ("toJson", "A"), ("toPrettyJson", "A"), ("toRawJson", "A"), ("toYaml", "A"), ("toYamlPretty", "A"), ("toToml", "D"),
        ("mustToJson", "A"), ("mustToYaml", "A"), ("typeOf", "A"), ("kindOf", "A"), ("regexFind", "RS"),
        ("regexReplaceAll", "RSS"), ("regexReplaceAllLiteral", "RSS"), ("mustRegexReplaceAll", "RSS"), ("regexQuoteMeta", "S"),
        ("duration", "A"), ("durationRound", "A"), ("html", "A*"), ("js", "A*"), ("urlquery", "A*"), ("print", "A*"),
        ("println", "A*"), ("printf", "S*"), ("toDecimal", "A"), ("seq", "C"), ("seq", "CC"), ("seq", "CCC"), ("urlJoin", "D"), ("include", "SA"),
        ("date", "ld"), ("durationRoundTo", "TT"), ("durationTruncateTo", "TT"),
        ("tpl", "PA"), ("tpl", "PA"), ("mustToPrettyJson", "A"), ("mustToRawJson", "A"), ("osClean", "S"), ("osExt", "S"),
        ("mustRegexFind", "RS"), ("mustRegexReplaceAllLiteral", "RSS"), ("trimall", "SS"), ("html", "S"),
        ("derivePassword", "iSSSS"), ("dateInZone", "ldZ"), ("date_in_zone", "ldZ"), ("htmlDateInZone", "dZ"),
        ("lookup", "SSSS"), ("fail", "S"), ("hello", ""), ("toYaml", "D"), ("toJson", "D"), ("toYamlPretty", "L"),
        ("join", "SA"), ("printf", "SA"), ("printf", "SN"), ("printf", "SAA"), ("indent", "iS"), ("trunc", "CS"), ("substr", "CCS"),
    ]),
    (Kind::Number, &[
        ("add", "N*"), ("add1", "N"), ("sub", "NN"), ("div", "NN"), ("mod", "NN"), ("mul", "NN*"), ("max", "NN*"),
        ("min", "NN*"), ("addf", "N*"), ("subf", "NN"), ("mulf", "NN"), ("divf", "NN"), ("add1f", "N"), ("maxf", "NN"),
        ("minf", "NN"), ("ceil", "N"), ("floor", "N"), ("round", "Ni"), ("int", "A"), ("int64", "A"), ("float64", "A"),
        ("atoi", "S"), ("len", "A"), ("toDecimal", "A"), ("durationSeconds", "T"), ("durationMinutes", "T"),
        ("durationHours", "T"), ("durationDays", "T"), ("durationMilliseconds", "T"), ("durationMicroseconds", "T"),
        ("durationNanoseconds", "T"), ("durationWeeks", "T"), ("biggest", "NN*"), ("int", "S"), ("float64", "S"),
        ("len", "L"), ("len", "D"), ("len", "S"), ("mul", "N*"), ("max", "A"), ("add", "AA"), ("toDecimal", "S"),
    ]),
    (Kind::Bool, &[
        ("eq", "AA"), ("eq", "SSS"), ("ne", "AA"), ("ne", "SS"), ("lt", "NN"), ("le", "NN"), ("gt", "NN"), ("ge", "SS"),
        ("not", "A"), ("empty", "A"), ("all", "A*"), ("any", "A*"), ("has", "AL"), ("hasKey", "DS"), ("contains", "SS"),
        ("hasPrefix", "SS"), ("hasSuffix", "SS"), ("regexMatch", "RS"), ("mustRegexMatch", "RS"), ("kindIs", "SA"),
        ("typeIs", "SA"), ("typeIsLike", "SA"), ("deepEqual", "AA"), ("semverCompare", "VV"), ("isAbs", "S"), ("osIsAbs", "S"),
        ("mustHas", "AL"), ("eq", "NNN"), ("eq", "AAA"), ("ne", "NN"), ("lt", "SS"), ("gt", "AA"), ("le", "AA"), ("ge", "NN"),
        ("and", "BB*"), ("or", "BB*"), ("hasKey", "DA"), ("has", "SL"), ("contains", "SA"),
    ]),
    (Kind::List, &[
        ("list", "A*"), ("tuple", "A*"), ("rest", "L"), ("initial", "L"), ("reverse", "L"), ("uniq", "L"), ("compact", "L"),
        ("sortAlpha", "A"), ("append", "LA"), ("push", "LA"), ("prepend", "LA"), ("without", "LA*"), ("concat", "LL*"),
        ("slice", "LN*"), ("chunk", "iL"), ("until", "i"), ("untilStep", "CCC"), ("splitList", "SS"), ("regexFindAll", "RSN"),
        ("regexSplit", "RSN"), ("pluck", "SD*"), ("toStrings", "A"), ("fromJsonArray", "Y"), ("fromYamlArray", "Y"),
        ("mustAppend", "LA"), ("mustPush", "LA"), ("mustPrepend", "LA"), ("mustRest", "L"), ("mustInitial", "L"),
        ("mustReverse", "L"), ("mustUniq", "L"), ("mustCompact", "L"), ("mustWithout", "LA*"), ("mustSlice", "LC*"),
        ("slice", "LC*"), ("mustChunk", "iL"), ("chunk", "CL"), ("mustRegexFindAll", "RSN"), ("mustRegexSplit", "RSN"),
        ("concat", "AL"), ("rest", "A"), ("reverse", "A"), ("uniq", "A"), ("splitList", "SA"), ("sortAlpha", "L"),
        ("dict", "SL"), ("until", "C"),
    ]),
    (Kind::Dict, &[
        ("dict", "SA"), ("dict", "SASA"), ("dict", "SASASA"), ("pick", "DS*"), ("omit", "DS*"), ("split", "SS"),
        ("splitn", "SiS"), ("fromJson", "Y"), ("fromYaml", "Y"), ("fromToml", "M"), ("urlParse", "S"), ("deepCopy", "D"),
        ("merge", "FD"), ("mergeOverwrite", "FD*"), ("mustMergeOverwrite", "FD"), ("set", "FSA"), ("unset", "FS"),
        ("mustMerge", "FD*"), ("merge", "FDD"), ("mergeOverwrite", "FDD"), ("mustDeepCopy", "D"), ("dict", "SD"), ("dict", "S"),
        ("dict", "AA"), ("pick", "DA"), ("omit", "D"), ("fromYaml", "S"), ("fromJson", "S"), ("mustFromJson", "Y"),
        ("merge", "FA"),
    ]),
    (Kind::Any, &[
        ("first", "L"), ("last", "L"), ("get", "DS"), ("default", "AA"), ("coalesce", "A*"), ("ternary", "AAB"),
        ("index", "DS"), ("index", "DS"), ("index", "AA"), ("dig", "SAD"), ("dig", "SSAD"), ("and", "AA"), ("or", "AA*"),
        ("required", "SA"), ("deepCopy", "A"), ("semver", "V"), ("toDate", "SS"), ("mustFirst", "A"), ("mustLast", "A"),
        ("index", "LN"), ("index", "DSS"), ("index", "DSN"), ("slice", "SN"), ("slice", "SNN"), ("dig", "SSSAD"), ("dig", "SA"),
        ("get", "DA"), ("first", "A"), ("last", "S"), ("ternary", "SSA"), ("default", "NN"), ("default", "LA"), ("coalesce", "AAAA"),
        ("mustToDate", "ld"), ("toDate", "ld"), ("mustDateModify", "Td"), ("and", "AAA"), ("or", "AAA"), ("call", "A"),
        ("mustDeepCopy", "A"), ("required", "SS"),
    ]),
];
