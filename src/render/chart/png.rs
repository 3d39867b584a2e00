//! The SVG as pixels, with the built-in font only: no machine's fonts are looked at.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::super::RenderError;

/// The most pixels a picture may have: 64 million are 256 MB.
const MOST_PIXELS: f32 = 64_000_000.0;

/// Rasterises SVG text.
pub fn rasterise(svg: &str, scale: f32, font: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let mut fonts = FONTS
        .get_or_init(|| {
            let mut fonts = fontdb::Database::new();
            fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
            fonts.load_font_data(notosans::BOLD_TTF.to_vec());
            Arc::new(fonts)
        })
        .clone();
    if let Some(font) = font {
        Arc::make_mut(&mut fonts).load_font_data(font.to_vec());
    }
    let options = Options { fontdb: fonts, font_family: "Noto Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| RenderError::Drawing(error.to_string()))?;
    let (width, height) = ((tree.size().width() * scale).round(), (tree.size().height() * scale).round());
    if !(width >= 1.0 && height >= 1.0 && width * height <= MOST_PIXELS) {
        return Err(RenderError::Size(format!("of {width} x {height} pixels")));
    }
    let mut pixels = Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| RenderError::Size(format!("of {width} x {height} pixels")))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| RenderError::Drawing(error.to_string()))
}
