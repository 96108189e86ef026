//! Templates of a chart, executed.
