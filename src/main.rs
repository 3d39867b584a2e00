//! The `kqlens` command: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    kqlens::cli::main()
}
