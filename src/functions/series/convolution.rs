//! Convolution and correlation of whole series, through their frequencies when they are long.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// Up to this many coefficients, adding up products one by one is quicker.
const FEW: usize = 64;

/// The frequencies of a complex series; or, inverted, the series of some frequencies, not yet divided by its length.
pub(super) fn transform(mut series: Vec<Complex<f64>>, inverse: bool) -> Vec<Complex<f64>> {
    let mut planner = FftPlanner::new();
    let plan = if inverse { planner.plan_fft_inverse(series.len()) } else { planner.plan_fft_forward(series.len()) };
    plan.process(&mut series);
    series
}

/// A series as complex numbers, followed by zeros up to a length.
fn padded(series: &[f64], length: usize) -> Vec<Complex<f64>> {
    let zeros = length.saturating_sub(series.len());
    series.iter().copied().chain(std::iter::repeat_n(0.0, zeros)).map(Complex::from).collect()
}

/// The convolution of two series: element n is the sum of `a[i] * b[n - i]`.
pub(super) fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let length = (a.len() + b.len()).saturating_sub(1);
    if b.len() <= FEW || a.len() <= FEW {
        let mut sums = vec![0.0; length];
        for (at, x) in a.iter().enumerate() {
            b.iter().zip(&mut sums[at..]).for_each(|(y, sum)| *sum += x * y);
        }
        return sums;
    }
    let size = length.next_power_of_two();
    let (x, y) = (transform(padded(a, size), false), transform(padded(b, size), false));
    let product = x.into_iter().zip(y).map(|(x, y)| x * y).collect();
    transform(product, true).into_iter().take(length).map(|z| z.re / size as f64).collect()
}

/// How strong each frequency is: element j is the power of j waves over the series.
pub(super) fn powers(series: &[f64]) -> Vec<f64> {
    transform(padded(series, series.len()), false).into_iter().map(|z| z.norm_sqr()).collect()
}

/// How a series goes with itself some places later, when its end is followed by its beginning, from its [`powers`].
pub(super) fn circular_autocorrelation(powers: &[f64]) -> Vec<f64> {
    transform(padded(powers, powers.len()), true).into_iter().map(|z| z.re / powers.len() as f64).collect()
}
