//! Values of a chart: read, merged, coalesced.
