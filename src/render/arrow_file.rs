//! An Arrow IPC file, with the KQL types in the fields' metadata.

use arrow::ipc::writer::FileWriter;

use super::{Answer, Format, RenderError, Rendered};

pub fn render(answers: &[Answer]) -> Result<Rendered, RenderError> {
    let answer = match answers {
        [] => return Err(RenderError::NoAnswer),
        [answer] => answer,
        _ => return Err(RenderError::OneTableOnly(Format::Arrow)),
    };
    let mut writer = FileWriter::try_new(Vec::new(), &answer.schema)?;
    for batch in &answer.batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    Ok(Rendered { bytes: writer.into_inner()?, warnings: Vec::new() })
}
