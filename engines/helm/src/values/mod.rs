//! Values of a chart: read from files, merged in order, coalesced with the defaults of the chart and
//! handed down to its subcharts.

mod coalesce;
mod decode;
mod dependencies;
mod imported;
mod table;

pub(crate) use coalesce::coalesce_imported;
pub use coalesce::{Mismatch, Nulls, coalesce};
pub use decode::{Error, ReadError, decode, floats, merge, read_first};
pub(crate) use dependencies::settle_dependencies;
pub use dependencies::{is_compatible, process_dependencies};
pub use table::{NoTable, NoValue, path_value, table};
