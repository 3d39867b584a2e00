//! The folders of a period. Azure writes `y=2026/m=11/d=20/h=00/m=00` below a prefix of its own; where the files can be
//! listed from here, the server is sent only to the folders that can hold rows of the period.

use std::collections::BTreeSet;

use crate::sources::{Listed, SourceError, listing};

/// More folders than these are read as the ones above them.
const MOST: usize = 40;
/// How many folders up from a file it is looked for few enough of them: to the hour, the day, the month.
const HIGHEST: usize = 4;

/// The paths below a path that can hold rows of a period; the path itself when that is not known.
pub(super) fn within(path: &str, files: &[Listed], period: Option<(i64, i64)>) -> Vec<String> {
    let whole = || vec![path.to_owned()];
    let Some((from, to)) = period else { return whole() };
    if files.iter().any(|file| file.bounds.is_none()) {
        return whole();
    }
    let inside = |bounds: (i64, i64)| bounds.0 < to && bounds.1 > from;
    let wanted: Vec<&Listed> = files.iter().filter(|file| file.bounds.is_some_and(inside)).collect();
    if wanted.len() == files.len() {
        return whole();
    }
    let root = path.trim_end_matches('/');
    for up in 1..=HIGHEST {
        let folders: Option<BTreeSet<&str>> = wanted.iter().map(|file| above(&file.path, up, root)).collect();
        match folders {
            Some(folders) if folders.len() <= MOST => return folders.into_iter().map(ToOwned::to_owned).collect(),
            Some(_) => {}
            None => break,
        }
    }
    whole()
}

/// The folder so many steps above a file; nothing when that is not below the root.
fn above<'a>(path: &'a str, steps: usize, root: &str) -> Option<&'a str> {
    let mut folder = path;
    for _ in 0..steps {
        folder = folder.rsplit_once('/')?.0;
    }
    folder.strip_prefix(root)?.starts_with('/').then_some(folder)
}

/// The files of a place as the server names them. The error says why they cannot be listed from here.
pub(super) fn listed(path: &str, late: Option<i64>) -> Result<Vec<Listed>, String> {
    let told = |error: SourceError| error.message;
    let Some((_, rest)) = path.split_once("://") else { return listing(path, late).map_err(told) };
    let (place, name) = rest.split_once('/').unwrap_or((rest, ""));
    let scheme = &path[..path.len() - rest.len()];
    let there = format!("{scheme}{place}/");
    // The address that the same blobs have here.
    let (here, credentials) = match scheme {
        "abfss://" | "abfs://" | "wasbs://" | "wasb://" => {
            let (container, host) = place.split_once('@').ok_or("it names no account")?;
            let account = host.split('.').next().unwrap_or_default();
            (format!("az://{account}/{container}/"), "AZURE_STORAGE_")
        }
        "s3://" | "s3a://" => (format!("s3://{place}/"), "AWS_"),
        _ => return Err(format!("{scheme} is not known here")),
    };
    // Without credentials a client would search the network for some.
    if !std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with(credentials)) {
        return Err(format!("the environment has no credentials, {credentials}…"));
    }
    let files = listing(&format!("{here}{name}"), late).map_err(told)?;
    let renamed = |file: Listed| {
        let name = file.path.strip_prefix(&here)?;
        Some(Listed { path: format!("{there}{name}"), bounds: file.bounds })
    };
    files.into_iter().map(renamed).collect::<Option<_>>().ok_or_else(|| "its blobs have other names here".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{TICKS_PER_DAY, parse_datetime};

    fn logs() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for day in 1..=3 {
            for hour in 0..24 {
                let slot = format!("resourceId=/X/y=2026/m=11/d={day:02}/h={hour:02}/m=00");
                std::fs::create_dir_all(folder.path().join(&slot)).unwrap();
                std::fs::write(folder.path().join(slot).join("PT1H.json"), "{}").unwrap();
            }
        }
        folder
    }

    fn found(folder: &tempfile::TempDir, from: &str, to: &str) -> Vec<String> {
        let at = |text: &str| parse_datetime(text).unwrap();
        let path = folder.path().display().to_string();
        let files = listed(&path, Some(TICKS_PER_DAY)).unwrap();
        let found = within(&path, &files, Some((at(from), at(to))));
        found.iter().map(|p| p.split("y=2026/").nth(1).unwrap_or("all").to_owned()).collect()
    }

    #[test]
    fn only_the_slots_of_the_period_are_read() {
        let folder = logs();
        let hours = found(&folder, "2026-11-01T10:00Z", "2026-11-01T11:00Z");
        assert_eq!(hours.len(), 1 + 1 + 24, "the hour before, the hour, and a day of late ones");
        assert_eq!((hours[0].as_str(), hours[25].as_str()), ("m=11/d=01/h=09/m=00", "m=11/d=02/h=10/m=00"));
        assert_eq!(found(&folder, "2026-11-01T12:00Z", "2026-11-01T23:00Z").len(), 36);
        assert_eq!(found(&folder, "2026-11-01T12:00Z", "2026-11-02T10:00Z"), ["m=11/d=01", "m=11/d=02", "m=11/d=03"]);
        assert!(found(&folder, "2025-01-01", "2025-01-02").is_empty());
        assert_eq!(found(&folder, "2026-10-01", "2026-12-01"), ["all"]);
    }

    #[test]
    fn folders_without_slots_are_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), "{}").unwrap();
        assert_eq!(found(&folder, "2026-11-02", "2026-11-03"), ["all"]);
    }

    #[test]
    fn what_cannot_be_listed_says_so() {
        assert!(listed("dbfs://x/y", None).unwrap_err().contains("dbfs://"));
        assert!(listed("abfss://x/y", None).unwrap_err().contains("account"));
    }
}
