//! The token that proves who asks. It is never on the command line, where other users of a machine could read it.

use std::process::Command;

use crate::engine::EngineError;

/// The environment's variable with a token.
const TOKEN: &str = "AZURE_ACCESS_TOKEN";

/// A token for a service: the environment's, else that of whom Azure's own command line tool has logged in.
pub(super) fn token(base: &str) -> Result<String, EngineError> {
    if let Ok(token) = std::env::var(TOKEN)
        && !token.trim().is_empty()
    {
        return sound(token.trim());
    }
    let program = if cfg!(windows) { "az.cmd" } else { "az" };
    let arguments = ["account", "get-access-token", "--resource", base, "--query", "accessToken", "--output", "tsv"];
    let help = format!("log in with `az login`, or set {TOKEN}");
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|e| EngineError::new(format!("no token: `az` cannot be run ({e}); install it, or set {TOKEN}")))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
        return Err(EngineError::new(format!("no token: `az account get-access-token` failed: {first}; {help}")));
    }
    sound(String::from_utf8_lossy(&output.stdout).trim())
}

/// A token that can stand in a header.
fn sound(token: &str) -> Result<String, EngineError> {
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(EngineError::new(format!("what {TOKEN} or `az` gives is no token")));
    }
    Ok(token.to_owned())
}
