//! Fourier's transform, forth and back.

use rustfft::num_complex::Complex;

use super::convolution::transform;
use super::numbers::{array, list, reals, series};
use crate::functions::Function;
use crate::types::{ScalarType, Value};

fn fourier<'a>(arguments: &[Value<'a>], inverse: bool) -> Value<'a> {
    let Some(real) = series(arguments, 0) else { return Value::Null };
    let imaginary = match array(arguments, 1) {
        None => vec![0.0; real.len()],
        Some(_) => match series(arguments, 1) {
            Some(imaginary) if imaginary.len() == real.len() => imaginary,
            _ => return Value::Null,
        },
    };
    let scale = if inverse { real.len() as f64 } else { 1.0 };
    let complex = real.into_iter().zip(imaginary).map(|(re, im)| Complex { re, im }).collect();
    let answer = transform(complex, inverse);
    list(vec![reals(answer.iter().map(|z| z.re / scale)), reals(answer.iter().map(|z| z.im / scale))])
}

const COLUMNS: &[(&str, ScalarType)] = &[("real", ScalarType::Dynamic), ("imag", ScalarType::Dynamic)];

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_fft",
        &["(real: dynamic, [imaginary: dynamic]) -> dynamic"],
        "The frequencies of a series of complex numbers, as two series: their real and their imaginary parts.",
        &[("series_fft(dynamic([1, 0, 0, 0]))", "[1.0,1.0,1.0,1.0]")],
        |_, a| fourier(a, false),
    )
    .columns(COLUMNS),
    Function::kernel(
        "series_ifft",
        &["(real: dynamic, [imaginary: dynamic]) -> dynamic"],
        "The series of complex numbers that has some frequencies: what `series_fft` takes apart.",
        &[("series_ifft(dynamic([4, 0, 0, 0]))", "[1.0,1.0,1.0,1.0]")],
        |_, a| fourier(a, true),
    )
    .columns(COLUMNS),
];
