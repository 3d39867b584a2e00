//! Series: arrays of numbers at even distances, as `make-series` and `make_list` make them.
//!
//! A number of a series is whole or real; text that JSON has for NaN and the infinities is real, and a datetime counts
//! as its ticks. Functions that look at a series as a whole give null when one of its elements is no number.

pub(super) mod anomalies;
mod convolution;
pub(super) mod decompose;
pub(super) mod elementwise;
pub(super) mod fill;
pub(super) mod filter;
pub(super) mod fit;
pub(super) mod fourier;
mod numbers;
pub(super) mod periods;
pub(super) mod polynomial;
pub(super) mod statistics;
pub(super) mod vectors;
