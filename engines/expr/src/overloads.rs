//! Which functions there are, what they take and what they give.

use crate::types::Type;

/// A type in a signature. `A` and `B` stand for any type, the same wherever they occur.
#[derive(Clone, Copy)]
enum T {
    Dyn,
    Bool,
    Int,
    Uint,
    Double,
    Str,
    Bytes,
    Duration,
    Timestamp,
    Type,
    A,
    B,
    List(&'static T),
    Map(&'static T, &'static T),
    Opt(&'static T),
}

use T::{A, B, Bool, Bytes, Double, Duration, Dyn, Int, List, Map, Opt, Str, Timestamp, Uint};

const LIST: T = List(&A);
const STRINGS: T = List(&Str);
const MAP: T = Map(&A, &B);
const OPT: T = Opt(&A);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Global,
    /// Called on its first operand.
    Member,
}

use Style::{Global, Member};

struct Overload(&'static str, Style, &'static [T], T);

const OVERLOADS: &[Overload] = &[
    // Operators.
    Overload("!_", Global, &[Bool], Bool),
    Overload("_&&_", Global, &[Bool, Bool], Bool),
    Overload("_||_", Global, &[Bool, Bool], Bool),
    Overload("_==_", Global, &[A, A], Bool),
    Overload("_!=_", Global, &[A, A], Bool),
    Overload("_?_:_", Global, &[Bool, A, A], A),
    Overload("@in", Global, &[A, LIST], Bool),
    Overload("@in", Global, &[A, MAP], Bool),
    Overload("@not_strictly_false", Global, &[Bool], Bool),
    Overload("-_", Global, &[Int], Int),
    Overload("-_", Global, &[Double], Double),
    Overload("_+_", Global, &[Int, Int], Int),
    Overload("_+_", Global, &[Uint, Uint], Uint),
    Overload("_+_", Global, &[Double, Double], Double),
    Overload("_+_", Global, &[Str, Str], Str),
    Overload("_+_", Global, &[Bytes, Bytes], Bytes),
    Overload("_+_", Global, &[LIST, LIST], LIST),
    Overload("_+_", Global, &[Timestamp, Duration], Timestamp),
    Overload("_+_", Global, &[Duration, Timestamp], Timestamp),
    Overload("_+_", Global, &[Duration, Duration], Duration),
    Overload("_-_", Global, &[Int, Int], Int),
    Overload("_-_", Global, &[Uint, Uint], Uint),
    Overload("_-_", Global, &[Double, Double], Double),
    Overload("_-_", Global, &[Timestamp, Timestamp], Duration),
    Overload("_-_", Global, &[Timestamp, Duration], Timestamp),
    Overload("_-_", Global, &[Duration, Duration], Duration),
    Overload("_*_", Global, &[Int, Int], Int),
    Overload("_*_", Global, &[Uint, Uint], Uint),
    Overload("_*_", Global, &[Double, Double], Double),
    Overload("_/_", Global, &[Int, Int], Int),
    Overload("_/_", Global, &[Uint, Uint], Uint),
    Overload("_/_", Global, &[Double, Double], Double),
    Overload("_%_", Global, &[Int, Int], Int),
    Overload("_%_", Global, &[Uint, Uint], Uint),
    Overload("_[_]", Global, &[LIST, Int], A),
    Overload("_[_]", Global, &[MAP, A], B),
    Overload("_[_]", Global, &[Opt(&LIST), Int], OPT),
    Overload("_[_]", Global, &[Opt(&MAP), A], Opt(&B)),
    Overload("_[?_]", Global, &[LIST, Int], OPT),
    Overload("_[?_]", Global, &[MAP, A], Opt(&B)),
    Overload("_[?_]", Global, &[Opt(&LIST), Int], OPT),
    Overload("_[?_]", Global, &[Opt(&MAP), A], Opt(&B)),
    // Sizes and conversions.
    Overload("size", Global, &[Str], Int),
    Overload("size", Global, &[Bytes], Int),
    Overload("size", Global, &[LIST], Int),
    Overload("size", Global, &[MAP], Int),
    Overload("size", Member, &[Str], Int),
    Overload("size", Member, &[Bytes], Int),
    Overload("size", Member, &[LIST], Int),
    Overload("size", Member, &[MAP], Int),
    Overload("type", Global, &[A], T::Type),
    Overload("dyn", Global, &[A], Dyn),
    Overload("bool", Global, &[Bool], Bool),
    Overload("bool", Global, &[Str], Bool),
    Overload("bytes", Global, &[Bytes], Bytes),
    Overload("bytes", Global, &[Str], Bytes),
    Overload("double", Global, &[Double], Double),
    Overload("double", Global, &[Int], Double),
    Overload("double", Global, &[Uint], Double),
    Overload("double", Global, &[Str], Double),
    Overload("int", Global, &[Int], Int),
    Overload("int", Global, &[Uint], Int),
    Overload("int", Global, &[Double], Int),
    Overload("int", Global, &[Str], Int),
    Overload("int", Global, &[Timestamp], Int),
    Overload("uint", Global, &[Uint], Uint),
    Overload("uint", Global, &[Int], Uint),
    Overload("uint", Global, &[Double], Uint),
    Overload("uint", Global, &[Str], Uint),
    Overload("string", Global, &[Str], Str),
    Overload("string", Global, &[Bool], Str),
    Overload("string", Global, &[Int], Str),
    Overload("string", Global, &[Uint], Str),
    Overload("string", Global, &[Double], Str),
    Overload("string", Global, &[Bytes], Str),
    Overload("string", Global, &[Duration], Str),
    Overload("string", Global, &[Timestamp], Str),
    Overload("duration", Global, &[Str], Duration),
    Overload("duration", Global, &[Duration], Duration),
    Overload("timestamp", Global, &[Str], Timestamp),
    Overload("timestamp", Global, &[Int], Timestamp),
    Overload("timestamp", Global, &[Timestamp], Timestamp),
    // Strings.
    Overload("contains", Member, &[Str, Str], Bool),
    Overload("endsWith", Member, &[Str, Str], Bool),
    Overload("startsWith", Member, &[Str, Str], Bool),
    Overload("matches", Member, &[Str, Str], Bool),
    Overload("matches", Global, &[Str, Str], Bool),
    Overload("charAt", Member, &[Str, Int], Str),
    Overload("indexOf", Member, &[Str, Str], Int),
    Overload("indexOf", Member, &[Str, Str, Int], Int),
    Overload("lastIndexOf", Member, &[Str, Str], Int),
    Overload("lastIndexOf", Member, &[Str, Str, Int], Int),
    Overload("join", Member, &[STRINGS], Str),
    Overload("join", Member, &[STRINGS, Str], Str),
    Overload("lowerAscii", Member, &[Str], Str),
    Overload("upperAscii", Member, &[Str], Str),
    Overload("trim", Member, &[Str], Str),
    Overload("reverse", Member, &[Str], Str),
    Overload("replace", Member, &[Str, Str, Str], Str),
    Overload("replace", Member, &[Str, Str, Str, Int], Str),
    Overload("split", Member, &[Str, Str], STRINGS),
    Overload("split", Member, &[Str, Str, Int], STRINGS),
    Overload("substring", Member, &[Str, Int], Str),
    Overload("substring", Member, &[Str, Int, Int], Str),
    Overload("format", Member, &[Str, List(&Dyn)], Str),
    Overload("strings.quote", Global, &[Str], Str),
    // Encoders and sets.
    Overload("base64.encode", Global, &[Bytes], Str),
    Overload("base64.decode", Global, &[Str], Bytes),
    Overload("sets.contains", Global, &[LIST, LIST], Bool),
    Overload("sets.equivalent", Global, &[LIST, LIST], Bool),
    Overload("sets.intersects", Global, &[LIST, LIST], Bool),
    // Optional values.
    Overload("optional.none", Global, &[], OPT),
    Overload("optional.of", Global, &[A], OPT),
    Overload("optional.ofNonZeroValue", Global, &[A], OPT),
    Overload("hasValue", Member, &[OPT], Bool),
    Overload("value", Member, &[OPT], A),
    Overload("or", Member, &[OPT, OPT], OPT),
    Overload("orValue", Member, &[OPT, A], A),
];

/// The operators that compare numbers of different types.
const ORDERINGS: &[&str] = &["_<_", "_<=_", "_>_", "_>=_"];

/// The parts of a timestamp; all but the first four are also parts of a duration.
const TIME_PARTS: &[&str] = &[
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
    "getFullYear",
    "getMonth",
    "getDayOfYear",
    "getDayOfMonth",
    "getDate",
    "getDayOfWeek",
];

/// Why a call has no type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoType {
    /// There is no function of that name.
    Undeclared,
    /// There is, but not for these operands.
    NoOverload,
}

/// Is there a function of that name, called without a target?
pub(crate) fn is_global(name: &str) -> bool {
    OVERLOADS
        .iter()
        .any(|overload| overload.0 == name && overload.1 == Global)
}

/// The type of `name(operands)`; with `member`, of `operands[0].name(rest)`. Where several overloads fit, as they do for
/// dynamic operands, and do not agree, the type is dynamic.
pub(crate) fn result(name: &str, member: bool, operands: &[Type]) -> Result<Type, NoType> {
    if ORDERINGS.contains(&name) {
        return ordering(operands);
    }
    if member && TIME_PARTS.contains(&name) {
        return time_part(name, operands);
    }
    let style = if member { Member } else { Global };
    let mut named = OVERLOADS
        .iter()
        .filter(|o| o.0 == name && o.1 == style)
        .peekable();
    if named.peek().is_none() {
        return Err(NoType::Undeclared);
    }
    let mut fitting = named.filter_map(|overload| fit(overload, operands));
    let first = fitting.next().ok_or(NoType::NoOverload)?;
    Ok(fitting.fold(first, |all, next| if all == next { all } else { Type::Dyn }))
}

fn fit(overload: &Overload, operands: &[Type]) -> Option<Type> {
    if overload.2.len() != operands.len() {
        return None;
    }
    let mut bound = Bound::default();
    overload
        .2
        .iter()
        .zip(operands)
        .all(|(&wanted, operand)| bound.accept(wanted, operand))
        .then(|| bound.resolve(overload.3))
}

fn ordering(operands: &[Type]) -> Result<Type, NoType> {
    let [left, right] = operands else {
        return Err(NoType::NoOverload);
    };
    let number = |t: &Type| matches!(t, Type::Int | Type::Uint | Type::Double);
    let ordered = |t: &Type| {
        number(t)
            || matches!(
                t,
                Type::Bool | Type::String | Type::Bytes | Type::Duration | Type::Timestamp
            )
    };
    let open = |t: &Type| matches!(t, Type::Dyn | Type::Unknown);
    let fits = match (open(left), open(right)) {
        (true, true) => true,
        (true, false) => ordered(right),
        (false, true) => ordered(left),
        (false, false) => number(left) && number(right) || ordered(left) && left == right,
    };
    if fits {
        Ok(Type::Bool)
    } else {
        Err(NoType::NoOverload)
    }
}

fn time_part(name: &str, operands: &[Type]) -> Result<Type, NoType> {
    let of_duration = TIME_PARTS
        .iter()
        .position(|part| *part == name)
        .is_some_and(|at| at < 4);
    let open_or = |operand: &Type, wanted: &Type| {
        matches!(operand, Type::Dyn | Type::Unknown) || operand == wanted
    };
    let fits = match operands {
        [Type::Duration] => of_duration,
        [time] => open_or(time, &Type::Timestamp),
        [time, zone] => open_or(time, &Type::Timestamp) && open_or(zone, &Type::String),
        _ => false,
    };
    if fits {
        Ok(Type::Int)
    } else {
        Err(NoType::NoOverload)
    }
}

/// What `A` and `B` stand for so far.
#[derive(Default)]
struct Bound {
    a: Option<Type>,
    b: Option<Type>,
}

impl Bound {
    fn accept(&mut self, wanted: T, operand: &Type) -> bool {
        let slot = match wanted {
            A => &mut self.a,
            B => &mut self.b,
            _ => return self.accept_structure(wanted, operand),
        };
        let joined = match slot.take() {
            Some(bound) => bound.join(operand.clone()),
            None => Some(operand.clone()),
        };
        let fits = joined.is_some();
        *slot = joined;
        fits
    }

    fn accept_structure(&mut self, wanted: T, operand: &Type) -> bool {
        if matches!(operand, Type::Dyn | Type::Unknown) {
            // Whatever is inside is dynamic too.
            return match wanted {
                List(inner) | Opt(inner) => self.accept(*inner, operand),
                Map(key, value) => self.accept(*key, operand) && self.accept(*value, operand),
                _ => true,
            };
        }
        match (wanted, operand) {
            (Dyn, _)
            | (Bool, Type::Bool)
            | (Int, Type::Int)
            | (Uint, Type::Uint)
            | (Double, Type::Double)
            | (Str, Type::String)
            | (Bytes, Type::Bytes)
            | (Duration, Type::Duration)
            | (Timestamp, Type::Timestamp)
            | (T::Type, Type::Meta) => true,
            (List(inner), Type::List(element)) => self.accept(*inner, element),
            (Opt(inner), Type::Optional(value)) => self.accept(*inner, value),
            (Map(k, v), Type::Map(key, value)) => self.accept(*k, key) && self.accept(*v, value),
            _ => false,
        }
    }

    fn resolve(&self, result: T) -> Type {
        match result {
            Dyn => Type::Dyn,
            Bool => Type::Bool,
            Int => Type::Int,
            Uint => Type::Uint,
            Double => Type::Double,
            Str => Type::String,
            Bytes => Type::Bytes,
            Duration => Type::Duration,
            Timestamp => Type::Timestamp,
            T::Type => Type::Meta,
            A => self.a.clone().unwrap_or(Type::Unknown),
            B => self.b.clone().unwrap_or(Type::Unknown),
            List(inner) => Type::list(self.resolve(*inner)),
            Opt(inner) => Type::optional(self.resolve(*inner)),
            Map(key, value) => Type::map(self.resolve(*key), self.resolve(*value)),
        }
    }
}
