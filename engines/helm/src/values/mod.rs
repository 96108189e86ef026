//! Values of a chart: read from files, merged in order, coalesced with the defaults of the chart and
//! handed down to its subcharts.

mod decode;

pub use decode::{Error, decode, merge};
