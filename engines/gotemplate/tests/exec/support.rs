//! The functions and values of the cases in `testdata`, as the Go program has them that made the expected texts.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gotemplate::exec::{Context, FuncError, Function, Functions, Int64, Rest, Strings};
use gotemplate::fmt;
use gotemplate::value::{IntKind, List, ListType, Map, MapType, Str, Type, UintKind, Value};

const VALUES: &MapType = &MapType {
    name: "main.Values",
    element: Type::Any,
    methods: |name| (name == "Table").then(|| &*TABLE),
};

const SET: &ListType = &ListType {
    name: "main.Set",
    element: Type::String,
    methods: |name| (name == "Has").then(|| &*HAS),
};

static TABLE: LazyLock<Function> = LazyLock::new(|| {
    Function::method(|values: Map, name: Str| match values.get(&name) {
        Some(Value::Map(table)) if !table.map_type().is_named() => Ok(table.with_type(VALUES)),
        _ => Err(FuncError::new(format!(
            "{} is not a table",
            fmt::quote(name)
        ))),
    })
});

static HAS: LazyLock<Function> = LazyLock::new(|| {
    Function::method(|set: Strings, wanted: Str| {
        let items = set.0.items();
        items.iter().any(|item| item.as_str() == Some(&wanted))
    })
});

pub fn functions() -> Functions {
    let mut functions = Functions::new();
    functions.add("list", |items: Rest<Value>| List::new(items.0));
    functions.add("strs", |items: Rest<Str>| List::strings(items.0));
    functions.add("dict", |items: Rest<Value>| -> Map {
        let pairs = items.0.chunks_exact(2);
        pairs
            .map(|pair| (fmt::sprint(&pair[..1]), pair[1].clone()))
            .collect()
    });
    functions.add("set", |map: Map, key: Str, value: Value| {
        map.insert(key, value).map(|_| map.clone())
    });
    functions.add("str", |text: Str| text);
    functions.add("int_", |number: i64| number);
    functions.add("i64", |number: Int64| number);
    functions.add("u32", |number: u32| {
        Value::Uint(UintKind::Uint32, number.into())
    });
    functions.add("f64", |number: f64| number);
    functions.add("bool_", |flag: bool| flag);
    functions.add("m", |map: Map| length(map.len()));
    functions.add("l", |list: List| length(list.len()));
    functions.add("ss", |list: Strings| length(list.0.len()));
    functions.add("any_", |value: Value| value);
    functions.add("none", || Value::Nil);
    functions.add("typ", |value: Value| fmt::sprintf(b"%T", &[value]));
    functions.add("fail", |text: Str| {
        Err::<Str, _>(FuncError::new(text.to_string()))
    });
    functions.add("vari", |text: Str, numbers: Rest<i64>| {
        let numbers = numbers.0.into_iter().map(Value::int).collect();
        let numbers = List::typed(ListType::INTS, numbers);
        fmt::sprint(&[Value::Str(text), Value::List(numbers)])
    });
    functions.add(
        "include",
        |context: &mut Context, name: Str, data: Value| context.include(&name, &data),
    );
    functions.add("tpl", |context: &mut Context, text: Str, data: Value| {
        context.tpl(&text, &data)
    });
    functions
}

fn length(len: usize) -> i64 {
    i64::try_from(len).unwrap()
}

/// A value in the notation of `testdata/README.md`.
pub fn value(notation: &yaml::Value) -> Value {
    if let Some(map) = notation.as_map()
        && let (1, Some((kind, inner))) = (map.len(), map.get_index(0))
        && kind.starts_with('$')
    {
        return special(kind, inner);
    }
    match notation {
        yaml::Value::Map(map) => Value::Map(entries(MapType::ANY, map)),
        yaml::Value::Seq(items) => Value::list(items.iter().map(value).collect()),
        scalar => Value::from_yaml(scalar, gotemplate::value::Numbers::Floats),
    }
}

fn entries(map_type: &'static MapType, map: &yaml::Map) -> Map {
    let entries = map.iter().map(|(key, item)| (key.into(), value(item)));
    Map::from_entries(map_type, entries.collect())
}

fn special(kind: &str, inner: &yaml::Value) -> Value {
    let text = inner.as_str().unwrap_or_default();
    let bytes = || Str::from(STANDARD.decode(text).unwrap());
    let strings = |list_type| {
        let items = inner.as_seq().unwrap().iter().map(value);
        Value::List(List::typed(list_type, items.collect()))
    };
    match kind {
        "$int" => Value::int(text.parse().unwrap()),
        "$int64" => Value::Int(IntKind::Int64, text.parse().unwrap()),
        "$uint8" => Value::Uint(UintKind::Uint8, text.parse().unwrap()),
        "$uint64" => Value::Uint(UintKind::Uint64, text.parse().unwrap()),
        "$str" => Value::Str(bytes()),
        "$bytes" => Value::Bytes(bytes()),
        "$strings" => strings(ListType::STRINGS),
        "$set" => strings(SET),
        "$smap" => Value::Map(entries(MapType::STRINGS, inner.as_map().unwrap())),
        "$values" => Value::Map(entries(VALUES, inner.as_map().unwrap())),
        "$nillist" => Value::List(List::nil(ListType::ANY)),
        "$nilmap" => Value::Map(Map::nil(MapType::ANY)),
        other => panic!("{other} is no kind of value"),
    }
}
