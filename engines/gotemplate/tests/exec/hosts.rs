//! Objects of the program: fields, methods, printing and comparison as Go has them for structs, pointers and named scalars.

use std::sync::{Arc, LazyLock};

use gotemplate::exec::{Budget, Context, Function, Functions, Hosts, MissingKey, Rest, Templates};
use gotemplate::value::{Field, Host, IntKind, Kind, Str, Value};

/// `*Version`, a pointer to a struct with a `String` method.
#[derive(Debug)]
struct Version;

static GREATER: LazyLock<Function> =
    LazyLock::new(|| Function::method(|_: Value, other: Str| other.as_bytes() < &b"1"[..]));

impl Host for Version {
    fn type_name(&self) -> &'static str {
        "*main.Version"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn field(&self, name: &str) -> Option<Field> {
        match name {
            "Major" => Some(Field::Exported {
                value: Value::text("1"),
                interface: None,
            }),
            "Any" => Some(Field::Exported {
                value: Value::Nil,
                interface: Some("interface {}"),
            }),
            "normal" => Some(Field::Unexported),
            _ => None,
        }
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        (name == "GreaterThan").then(|| &*GREATER)
    }

    fn text(&self) -> Option<Str> {
        Some("v1.2".into())
    }
}

/// `Plain`, a struct without methods.
#[derive(Debug)]
struct Plain(Kind);

impl Host for Plain {
    fn type_name(&self) -> &'static str {
        match self.0 {
            Kind::Pointer => "*main.Plain",
            _ => "main.Plain",
        }
    }

    fn kind(&self) -> Kind {
        self.0
    }

    fn field(&self, name: &str) -> Option<Field> {
        let value = if name == "Inner" {
            Value::host(Plain(Kind::Struct))
        } else {
            let fields = self.fields();
            fields.into_iter().find(|(known, _)| *known == name)?.1
        };
        Some(Field::Exported {
            value,
            interface: None,
        })
    }

    fn pointer_method(&self, name: &str) -> Option<&'static Function> {
        static NAMED: LazyLock<Function> = LazyLock::new(|| Function::method(|_: Value| "named"));
        (name == "Named").then(|| &*NAMED)
    }

    fn addressed_text(&self) -> Option<Str> {
        matches!(self.0, Kind::Struct).then(|| "in place".into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Name", Value::text("n")), ("Count", Value::int(3))]
    }
}

/// `time.Duration`, a named `int64` with a `String` method.
#[derive(Debug)]
struct Duration(i64);

impl Host for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntKind::Int64)
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn text(&self) -> Option<Str> {
        Some(format!("{}ns", self.0).into())
    }
}

/// A clock that functions ask for.
struct Clock(i64);

fn run(template: &str) -> Result<String, String> {
    let mut functions = Functions::new();
    functions.add("version", || Value::host(Version));
    functions.add("plain", || Value::host(Plain(Kind::Struct)));
    functions.add("pointer", || Value::host(Plain(Kind::Pointer)));
    functions.add("duration", |nanoseconds: i64| {
        Value::host(Duration(nanoseconds))
    });
    functions.add("now", |context: &mut Context| {
        context.host::<Clock>().map_or(0, |clock| clock.0)
    });
    functions.add("first", |items: Rest<Value>| {
        items.0.first().cloned().unwrap_or_default()
    });
    let mut templates = Templates::new("gotpl", Arc::new(functions), MissingKey::Zero);
    templates.add("t", template).unwrap();
    let hosts = Hosts::new().with(Clock(1)).with(Clock(7));
    let mut context = Arc::new(templates).start(hosts, Budget::default());
    match context.execute("t", &Value::Nil) {
        Ok(text) => Ok(String::from_utf8(text).unwrap()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn fields_and_methods_of_objects() {
    for (template, expected) in [
        ("{{(version).Major}}", "1"),
        (
            "{{(version).GreaterThan \"0\"}}{{\"2\" | (version).GreaterThan}}",
            "truefalse",
        ),
        ("{{(version).Any}}", "<no value>"),
        ("{{now}}", "7"),
        (
            "{{if version}}y{{end}}{{if plain}}y{{end}}{{if duration 0}}n{{else}}y{{end}}",
            "yyy",
        ),
    ] {
        assert_eq!(run(template).unwrap(), expected, "{template}");
    }
}

#[test]
fn wrong_uses_of_objects_fail_as_in_go() {
    for (template, expected) in [
        (
            "{{(version).Minor}}",
            "can't evaluate field Minor in type *main.Version",
        ),
        (
            "{{(version).normal}}",
            "normal is an unexported field of struct type *main.Version",
        ),
        (
            "{{(version).Major 1}}",
            "Major has arguments but cannot be invoked as function",
        ),
        (
            "{{(version).GreaterThan}}",
            "wrong number of args for GreaterThan: want 1 got 0",
        ),
        (
            "{{(version).Any.x}}",
            "nil pointer evaluating interface {}.x",
        ),
        ("{{range version}}{{end}}", "range can't iterate over v1.2"),
        (
            "{{range $k, $v := duration 3}}{{end}}",
            "can't use 3ns to iterate over more than one variable",
        ),
        (
            "{{(plain).Named}}",
            "can't evaluate field Named in type main.Plain",
        ),
        ("{{len plain}}", "error calling len: len of type main.Plain"),
        (
            "{{index version 1}}",
            "error calling index: can't index item of type main.Version",
        ),
        (
            "{{lt version version}}",
            "error calling lt: invalid type for comparison",
        ),
        (
            "{{duration version}}",
            "wrong type for value; expected int; got *main.Version",
        ),
        (
            "{{len pointer}}",
            "error calling len: len of type main.Plain",
        ),
    ] {
        let error = run(template).unwrap_err();
        assert!(
            error.ends_with(&format!(">: {expected}")),
            "{template}: {error}"
        );
    }
}

#[test]
fn objects_print_by_their_methods_or_their_fields() {
    for (template, expected) in [
        (
            "{{version}} {{printf \"%v %s %q %x\" version version version version}}",
            "v1.2 v1.2 v1.2 \"v1.2\" 76312e32",
        ),
        (
            "{{plain}} {{print plain}} {{html plain}} {{pointer}} {{print pointer}}",
            "{n 3} {n 3} {n 3} {n 3} &{n 3}",
        ),
        (
            "{{(pointer).Inner}} {{$v := (pointer).Inner.Inner}}{{$v}} {{$v.Named}} {{(plain).Inner}} {{first $v}}",
            "in place in place named {n 3} {n 3}",
        ),
        ("{{html pointer}}", "{n 3}"),
        (
            "{{printf \"%+v %#v %+v\" plain plain pointer}}",
            "{Name:n Count:3} main.Plain{Name:\"n\", Count:3} &{Name:n Count:3}",
        ),
        (
            "{{printf \"%d %v %T\" (duration 5) (duration 5) (duration 5)}}",
            "5 5ns time.Duration",
        ),
        (
            "{{printf \"%T %T\" version plain}}",
            "*main.Version main.Plain",
        ),
    ] {
        assert_eq!(run(template).unwrap(), expected, "{template}");
    }
}

#[test]
fn named_scalars_compare_and_count_as_what_they_stand_for() {
    for (template, expected) in [
        (
            "{{eq (duration 5) 5}} {{lt (duration 5) (duration 6)}}",
            "true true",
        ),
        ("{{range duration 3}}{{.}}{{end}}", "012"),
        (
            "{{$v := version}}{{eq $v $v}} {{eq version version}}",
            "true false",
        ),
    ] {
        assert_eq!(run(template).unwrap(), expected, "{template}");
    }
}
