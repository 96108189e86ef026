//! Values of a chart: read from files, merged in order, coalesced with the defaults of the chart and
//! handed down to its subcharts.

mod coalesce;
mod decode;
mod dependencies;
mod table;

pub use coalesce::{Mismatch, Nulls, coalesce};
pub use decode::{Error, ReadError, decode, floats, merge, read_first};
pub use dependencies::{is_compatible, process_dependencies};
pub use table::{NoTable, NoValue, path_value, table};
