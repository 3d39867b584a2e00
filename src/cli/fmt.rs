//! `kqlens fmt`: canonical layout, in place.

use super::arguments::FmtArguments;
use super::exit::{Exit, Failure};
use super::{check, output, query};
use crate::diagnostics::draw;
use crate::syntax::format;

pub(super) fn fmt(arguments: &FmtArguments) -> Result<Exit, Failure> {
    let mut exit = Exit::Whole;
    for path in check::files(&arguments.files)? {
        let name = path.display().to_string();
        let text = query::read(&path)?;
        let laid_out = match format(&text) {
            Ok(laid_out) => laid_out,
            Err(findings) => {
                // The other files are laid out all the same.
                output::note(&draw(&text, &name, &findings));
                exit = Exit::Query;
                continue;
            }
        };
        if arguments.check {
            if laid_out != text {
                exit = Exit::Query;
                output::write(format!("{name}\n").as_bytes())?;
            }
        } else if name == "-" {
            output::write(laid_out.as_bytes())?;
        } else if laid_out != text {
            output::write_file(&path, laid_out.as_bytes())?;
        }
    }
    Ok(exit)
}
