//! From paths, folders and patterns to files, in an order that is the same on every machine.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::cloud;
use super::dataset;
use super::error::{SourceError, SourceErrorKind};
use super::folders::files;
use super::location::Stat;
use crate::diagnostics::did_you_mean;

/// A file that a path, a folder or a pattern led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where it is.
    pub(super) path: PathBuf,
    /// The same without links: two paths that lead to one file have one.
    pub(super) real: PathBuf,
    /// Why it cannot be read, when that is known from outside.
    pub(super) problem: Option<String>,
    /// Whether rows may be missed because of that.
    pub(super) lost: bool,
    /// Its size and stamp, when they came along.
    pub(super) stat: Option<Stat>,
}

impl Candidate {
    /// A file on the disk.
    fn of(path: PathBuf) -> Self {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        Self { path, real, problem: None, lost: false, stat: None }
    }
}

/// The files that a list of paths means: the list's order, and within a folder or pattern by name. A file that two
/// entries lead to is taken once.
pub(super) fn discover(paths: &[String]) -> Result<Vec<Candidate>, SourceError> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        for candidate in expand(path)? {
            if seen.insert(candidate.real.clone().into_os_string()) {
                found.push(candidate);
            }
        }
    }
    Ok(found)
}

/// The files of one path, folder or pattern.
pub(super) fn expand(text: &str) -> Result<Vec<Candidate>, SourceError> {
    let path = Path::new(text);
    if cloud::is_address(path) {
        return cloud::list(text);
    }
    match fs::metadata(path) {
        Ok(data) if data.is_dir() => with_data_sets(files(path, false, |_| true)?),
        Ok(data) if data.is_file() => Ok(vec![Candidate::of(path.to_owned())]),
        // Reading a pipe could wait for ever, a device never end.
        Ok(_) => Err(SourceError::new(SourceErrorKind::NotAFile, "this is neither a file nor a folder")
            .in_file(text)
            .with_help("save what it gives in a file and name that file")),
        Err(_) if text.contains(['*', '?', '[', '{']) => pattern(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(missing(path)),
        Err(error) => Err(SourceError::new(SourceErrorKind::Io, error.to_string()).in_file(text)),
    }
}

/// Of the files in the folder of a data set only those that belong to it.
fn with_data_sets(mut found: Vec<Candidate>) -> Result<Vec<Candidate>, SourceError> {
    let is_manifest = |candidate: &Candidate| candidate.path.file_name().is_some_and(|name| name == dataset::NAME);
    while let Some(at) = found.iter().position(is_manifest) {
        let root = found[at].path.parent().map(Path::to_owned).unwrap_or_default();
        let parts = dataset::parts(&root)?.into_iter().map(Candidate::of);
        let first = found.iter().position(|c| c.path.starts_with(&root)).unwrap_or(at);
        found.retain(|candidate| !candidate.path.starts_with(&root));
        found.splice(first..first, parts);
    }
    Ok(found)
}

fn pattern(text: &str) -> Result<Vec<Candidate>, SourceError> {
    let matcher = GlobBuilder::new(text)
        .literal_separator(true)
        .build()
        .map_err(|error| {
            SourceError::new(SourceErrorKind::BadPattern, format!("the pattern cannot be read: {}", error.kind()))
                .in_file(text)
                .with_help("`*` stands for any name, `**` for any folders, `{a,b}` for either")
        })?
        .compile_matcher();
    // Walk from the last folder that is spelled out.
    let mut root = PathBuf::new();
    for part in Path::new(text) {
        if part.to_string_lossy().contains(['*', '?', '[', '{']) {
            break;
        }
        root.push(part);
    }
    let bare = root.as_os_str().is_empty();
    let mut found = files(if bare { Path::new(".") } else { &root }, true, |path| {
        matcher.is_match(if bare { path.strip_prefix(".").unwrap_or(path) } else { path })
    })?;
    if bare {
        for candidate in &mut found {
            if let Ok(path) = candidate.path.strip_prefix(".") {
                candidate.path = path.to_owned();
            }
        }
    }
    if found.is_empty() {
        return Err(SourceError::new(SourceErrorKind::NoSuchPath, "no file matches this pattern")
            .in_file(text)
            .with_help("put the pattern in quotes, and use `**` to reach into folders"));
    }
    Ok(found)
}

/// Names the neighbour that was probably meant.
fn missing(path: &Path) -> SourceError {
    let error =
        SourceError::new(SourceErrorKind::NoSuchPath, "no such file or folder").in_file(path.display().to_string());
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut names: Vec<String> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    match did_you_mean(&name, names.iter().map(String::as_str)) {
        Some(near) => error.with_help(format!("did you mean `{}`?", parent.join(near).display())),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.json", "b/10.json", "a/x.csv", ".hidden", "a/.DS_Store", "c [1].json"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        folder
    }

    fn names(root: &Path, found: &[Candidate]) -> Vec<String> {
        found.iter().map(|c| c.path.strip_prefix(root).unwrap().display().to_string()).collect()
    }

    #[test]
    fn folders_files_and_patterns_mix_and_nothing_is_taken_twice() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let found = discover(&[at("b/2.json"), at("**/*.json"), at("."), at("c [1].json")]).unwrap();
        let root = folder.path();
        let mut got = names(root, &found);
        got.iter_mut().for_each(|name| *name = name.trim_start_matches("./").to_owned());
        assert_eq!(got, ["b/2.json", "b/10.json", "c [1].json", "a/x.csv"]);
    }

    #[test]
    fn what_is_not_there_is_an_error_with_the_name_that_was_meant() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let error = expand(&at("a/xx.csv")).unwrap_err();
        assert_eq!(error.kind, SourceErrorKind::NoSuchPath);
        assert!(error.help.unwrap().contains("x.csv"));
        assert_eq!(expand(&at("*.parquet")).unwrap_err().kind, SourceErrorKind::NoSuchPath);
        assert_eq!(expand(&at("{a")).unwrap_err().kind, SourceErrorKind::BadPattern);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_loop_and_pipes_end_the_walk_nowhere() {
        let folder = folder();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("b/up")).unwrap();
        let found = expand(&folder.path().display().to_string()).unwrap();
        let odd: Vec<_> = found.iter().filter(|c| c.problem.is_some()).collect();
        assert_eq!(names(folder.path(), &found).len(), 5);
        assert!(odd[0].problem.as_ref().unwrap().contains("leads back"));
        assert_eq!(expand("/dev/null").unwrap_err().kind, SourceErrorKind::NotAFile);
    }
}
