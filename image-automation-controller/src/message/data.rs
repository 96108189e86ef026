//! What changed, as templates see it: the structs, maps and methods that users know from Go.

use std::rc::Rc;
use std::sync::LazyLock;

use gotemplate::exec::Function;
use gotemplate::value::{Host, Kind, List, ListType, Map, MapType, Str, Type, Value};
use setters::{Change, Changes, ObjectChanges, ObjectId};

use super::Data;

/// `map[string]update.ObjectChanges`
static FILES: MapType = MapType {
    name: "map[string]update.ObjectChanges",
    element: Type::Host("update.ObjectChanges", Kind::Map),
    methods: gotemplate::value::no_methods,
};

/// `[]update.Change`
static CHANGES: ListType = ListType {
    name: "[]update.Change",
    element: Type::Host("update.Change", Kind::Struct),
    methods: gotemplate::value::no_methods,
};

/// The value that a template begins with.
pub(super) fn value(data: Data) -> Value {
    let values = data.values.iter().map(|(name, value)| {
        let value = Value::text(value.as_str());
        (Str::from(name.as_str()), value)
    });
    Value::host(Root {
        automation: Value::host(Name {
            namespace: data.namespace,
            name: data.name,
        }),
        changed: Value::host(Changed(Rc::new(data.changes))),
        values: Value::Map(Map::from_entries(MapType::STRINGS, values.collect())),
    })
}

/// `source.TemplateData`
#[derive(Debug)]
struct Root {
    automation: Value,
    changed: Value,
    values: Value,
}

/// `types.NamespacedName`
#[derive(Debug)]
struct Name {
    namespace: String,
    name: String,
}

/// `update.Result`
#[derive(Debug)]
struct Changed(Rc<Changes>);

/// `update.ObjectChanges`, a map whose keys are structs.
#[derive(Debug)]
struct Objects(ObjectChanges);

/// `update.ObjectIdentifier`
#[derive(Debug)]
struct Object(ObjectId);

/// `update.Change`
#[derive(Debug)]
struct One(Change);

impl Host for Root {
    fn type_name(&self) -> &'static str {
        "source.TemplateData"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("AutomationObject", self.automation.clone()),
            ("Changed", self.changed.clone()),
            ("Values", self.values.clone()),
        ]
    }
}

impl Host for Name {
    fn type_name(&self) -> &'static str {
        "types.NamespacedName"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Namespace", Value::text(self.namespace.as_str())),
            ("Name", Value::text(self.name.as_str())),
        ]
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        static STRING: LazyLock<Function> =
            LazyLock::new(|| Function::method(|name: Value| with::<Name>(&name, Name::shown)));
        (name == "String").then_some(&*STRING)
    }

    fn text(&self) -> Option<Str> {
        self.shown().as_str().cloned()
    }
}

impl Name {
    fn shown(&self) -> Value {
        Value::text(format!("{}/{}", self.namespace, self.name))
    }
}

/// Calls a method of a host object.
fn with<T: Host>(receiver: &Value, method: fn(&T) -> Value) -> Value {
    receiver.as_host::<T>().map_or(Value::Nil, method)
}

impl Host for Changed {
    fn type_name(&self) -> &'static str {
        "update.Result"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        static OBJECTS: LazyLock<Function> =
            LazyLock::new(|| Function::method(|it: Value| with::<Changed>(&it, Changed::objects)));
        static LIST: LazyLock<Function> =
            LazyLock::new(|| Function::method(|it: Value| with::<Changed>(&it, Changed::list)));
        match name {
            "Objects" => Some(&OBJECTS),
            "Changes" => Some(&LIST),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let files = self.0.files().iter().map(|(file, objects)| {
            let objects = Value::host(Objects(objects.clone()));
            (Str::from(file.as_str()), objects)
        });
        let files = Map::from_entries(&FILES, files.collect());
        vec![("FileChanges", Value::Map(files))]
    }
}

impl Changed {
    fn objects(&self) -> Value {
        Value::host(Objects(self.0.objects()))
    }

    fn list(&self) -> Value {
        changes(&self.0.list())
    }
}

fn changes(changes: &[Change]) -> Value {
    let items = changes
        .iter()
        .map(|change| Value::host(One(change.clone())));
    Value::List(List::typed(&CHANGES, items.collect()))
}

impl Host for Objects {
    fn type_name(&self) -> &'static str {
        "update.ObjectChanges"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    /// With keys as they print: for `len`, and for whether there are any.
    fn underlying(&self) -> Option<Value> {
        let entries = self.0.iter().map(|(object, list)| {
            let key = Object(object.clone()).shown();
            (Str::from(key), changes(list))
        });
        Some(Value::Map(Map::from_entries(
            MapType::ANY,
            entries.collect(),
        )))
    }

    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        let entries = self.0.iter().map(|(object, list)| {
            let key = Value::host(Object(object.clone()));
            (key, changes(list))
        });
        Some(entries.collect())
    }
}

impl Host for Object {
    fn type_name(&self) -> &'static str {
        "update.ObjectIdentifier"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let object = &self.0;
        vec![
            ("APIVersion", Value::text(object.api_version.as_str())),
            ("Kind", Value::text(object.kind.as_str())),
            ("Name", Value::text(object.name.as_str())),
            ("Namespace", Value::text(object.namespace.as_str())),
        ]
    }

    /// The structs that Go embeds show as braces.
    fn text(&self) -> Option<Str> {
        Some(Str::from(self.shown()))
    }
}

impl Object {
    fn shown(&self) -> String {
        let ObjectId {
            api_version,
            kind,
            name,
            namespace,
        } = &self.0;
        format!("{{{{{{{api_version} {kind}}} {{{name} {namespace}}}}}}}")
    }
}

impl Host for One {
    fn type_name(&self) -> &'static str {
        "update.Change"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let change = &self.0;
        vec![
            ("OldValue", Value::text(change.old_value.as_str())),
            ("NewValue", Value::text(change.new_value.as_str())),
            ("Setter", Value::text(change.setter.as_str())),
        ]
    }
}
