//! The engine, as the command line wants it.

use super::arguments::EngineArguments;
use super::exit::{Exit, Failure};
use crate::engine::{Execution, PolarsEngine};

/// The engine that plans are computed with.
pub(super) fn engine(arguments: &EngineArguments) -> Result<PolarsEngine, Failure> {
    let Some(memory) = bytes(&arguments.memory) else {
        let message = format!("--memory '{}': write a number of bytes, such as 512MiB or 2GB", arguments.memory);
        return Err(Failure::new(Exit::Usage, message));
    };
    let default = PolarsEngine::default();
    Ok(PolarsEngine {
        execution: if arguments.in_memory { Execution::InMemory } else { Execution::Streaming },
        memory,
        batch: arguments.batch_rows.unwrap_or(default.batch),
    })
}

/// A number of bytes: alone, or with a unit.
fn bytes(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: usize = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_units_or_none() {
        assert_eq!(bytes("128MiB"), Some(128 << 20));
        assert_eq!((bytes("2 GB"), bytes("64k"), bytes("0")), (Some(2_000_000_000), Some(65_536), Some(0)));
        assert_eq!((bytes("MiB"), bytes("1.5G"), bytes("-1"), bytes("99999999999999999999")), (None, None, None, None));
        assert_eq!(bytes("18446744073709551615k"), None);
    }
}
