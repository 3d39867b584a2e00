//! `kqlens fmt`: one layout for all queries.

use super::arguments::FmtArguments;
use super::exit::{Exit, Failure};
use super::{output, query};
use crate::diagnostics::draw;
use crate::syntax;

pub(super) fn fmt(arguments: &FmtArguments) -> Result<Exit, Failure> {
    let mut exit = Exit::Whole;
    for path in &arguments.files {
        let text = query::read(path)?;
        let name = path.display().to_string();
        match syntax::format(&text) {
            Err(findings) => {
                output::note(&draw(&text, &name, &findings));
                exit = Exit::Query;
            }
            Ok(laid_out) if path.as_os_str() == "-" => output::write(laid_out.as_bytes())?,
            Ok(laid_out) if laid_out == text => {}
            Ok(_) if arguments.check => {
                output::note(&format!("{name}: would be laid out otherwise"));
                exit = Exit::Query;
            }
            Ok(laid_out) => output::write_file(path, laid_out.as_bytes())?,
        }
    }
    Ok(exit)
}
