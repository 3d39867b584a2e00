//! One page: charts and tables, nothing loaded from elsewhere.

use super::{Answer, Options, RenderError, Rendered};

pub fn render(answers: &[Answer], _options: &Options) -> Result<Rendered, RenderError> {
    if answers.is_empty() {
        return Err(RenderError::NoAnswer);
    }
    Err(RenderError::Unsupported(super::Format::Html))
}
