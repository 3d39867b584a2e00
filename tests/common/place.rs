//! What tests of reports share: a folder with queries and logs.

#![allow(dead_code, reason = "not every test file uses all of it")]

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Queries, three days of logs and an empty folder for reports.
pub struct Place(TempDir);

impl Place {
    pub fn new(queries: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, query) in queries {
            let path = folder.path().join("queries").join(name);
            std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
            std::fs::write(path, query).expect("the query is written");
        }
        let mut rows = String::new();
        for (day, calls) in [(24, 4), (25, 6), (27, 3)] {
            for call in 0..calls {
                let code = if call % 3 == 2 { 500 } else { 200 };
                rows += &format!(
                    "{{\"Type\":\"ApiManagementGatewayLogs\",\"TimeGenerated\":\"2025-02-{day}T{:02}:00:00Z\",\
                     \"ResponseCode\":{code},\"ApimSubscriptionId\":\"key-{}\",\"TotalTime\":{}}}\n",
                    call * 4,
                    call % 2,
                    100 * (call + 1)
                );
            }
        }
        let logs = folder.path().join("logs");
        std::fs::create_dir_all(&logs).expect("a folder");
        std::fs::write(logs.join("PT1H.json"), rows).expect("the logs are written");
        Self(folder)
    }

    /// A path in the folder.
    pub fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// A report, as its user would ask for it in the folder.
    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kqlens"));
        command.current_dir(self.0.path()).args(["report", "queries", "--logs", "logs"]).args(more);
        for pair in [["--out", "reports"], ["--now", "2025-02-26T03:00Z"]] {
            if !more.contains(&pair[0]) {
                command.args(pair);
            }
        }
        command
    }

    /// Makes a report.
    pub fn run(&self, more: &[&str]) -> Output {
        self.command(more).output().expect("kqlens starts")
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.at(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}

pub const GLANCE: (&str, &str) = (
    "1-glance.kql",
    "// title: At a glance\nApiManagementGatewayLogs\n| summarize Requests = count(), Slow = max(TotalTime)\n| render card\n",
);
pub const BY_KEY: (&str, &str) = (
    "2-by-key.kql",
    "// title: Requests by key\n// description: All of them.\n// param Least = 1\n// size: 600x300\n\
     ApiManagementGatewayLogs\n| summarize Requests = count() by ApimSubscriptionId\n| where Requests >= Least\n\
     | order by ApimSubscriptionId asc\n| render barchart\n",
);
pub const BROKEN: (&str, &str) = ("3-broken.kql", "ApiManagementGatewayLogs | summarize count() by BackendID\n");
pub const ALARM: (&str, &str) = (
    "4-errors.kql",
    "// title: Errors\n// alert: rows > 0\n// alert: max(Errors) > 5\n\
     ApiManagementGatewayLogs | where ResponseCode >= 500 | summarize Errors = count() by ResponseCode\n",
);
