//! Lines and dots in braille.

use super::super::model::{Model, Series};
use super::super::palette::Rgb;
use super::super::scale::{Extent, Scale};
use super::super::spec::{Kind, Spec};
use super::{Terminal, x_range};

impl Terminal {
    /// Lines of braille dots, two by four in a character.
    pub fn braille(
        self,
        spec: &Spec<'_>,
        model: &Model,
        extent: Extent,
        series: &[usize],
        rows: usize,
        labelled: bool,
    ) -> String {
        const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let frame = self.frame(extent, spec.y_log, rows);
        let (min, max) = x_range(model);
        let x_scale = Scale { min, max, log: false };
        let mut dots = vec![vec![(0_u32, spec.palette.ink); frame.columns]; rows];
        let (across, down) = ((frame.columns * 2 - 1) as f64, (rows * 4 - 1) as f64);
        for at in series {
            let Series { points, color, .. } = &model.series[*at];
            let place = |(x, y): (f64, f64)| {
                let position = frame.scale.position(y).clamp(0.0, 1.0);
                (x_scale.position(x) * across, (1.0 - position) * down)
            };
            let mut mark = |x: f64, y: f64| {
                let (x, y) = (x.round() as usize, y.round() as usize);
                if let Some(cell) = dots.get_mut(y / 4).and_then(|row| row.get_mut(x / 2)) {
                    *cell = (cell.0 | DOTS[x % 2][y % 4], *color);
                }
            };
            for pair in points.windows(2).filter(|_| spec.kind != Kind::Scatter) {
                let (from, to) = (place(pair[0]), place(pair[1]));
                let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().clamp(1.0, 2000.0);
                for n in 0..=steps as usize {
                    let share = n as f64 / steps;
                    mark(from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                }
            }
            for point in points {
                let (x, y) = place(*point);
                mark(x, y);
            }
        }
        let cells: Vec<Vec<(char, Rgb)>> = dots
            .into_iter()
            .map(|row| {
                let cell =
                    |(dots, color)| (if dots == 0 { ' ' } else { char::from_u32(0x2800 + dots).unwrap_or(' ') }, color);
                row.into_iter().map(cell).collect()
            })
            .collect();
        let mut out = frame.write(self, &cells);
        if labelled {
            out += &frame.axis(spec, model, (min, max));
        }
        out
    }
}
