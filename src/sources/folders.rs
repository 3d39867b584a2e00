//! The files of a folder and of those below it, links followed.

use std::collections::HashSet;
use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::catalog::side_by_side;
use super::discover::Candidate;
use super::error::{SourceError, SourceErrorKind};

/// So often a walk may come to folders in which it was before. Links that lead to one another in all directions would
/// never end otherwise.
const AGAIN: usize = 10_000;

/// The files of a folder that are wanted, by name. A folder that several links lead to is gone through once, unless
/// paths matter. The folders of a level are read side by side.
///
/// # Errors
/// When the folder itself cannot be read.
pub(super) fn files(
    root: &Path,
    paths_matter: bool,
    wanted: impl Fn(&Path) -> bool,
) -> Result<Vec<Candidate>, SourceError> {
    let told =
        |error: io::Error| SourceError::new(SourceErrorKind::Io, error.to_string()).in_file(root.display().to_string());
    let real = fs::canonicalize(root).map_err(told)?;
    let entries = by_name(root).map_err(told)?;
    let left = if paths_matter { Again::Left(AGAIN) } else { Again::Never };
    let mut walk = Walk { wanted, folders: Vec::new(), seen: HashSet::new(), left };
    walk.open(root.to_owned(), real, None);
    walk.take(0, Ok(entries));
    let mut from = 1;
    while from < walk.folders.len() {
        let level = from..walk.folders.len();
        let read = side_by_side(&walk.folders[level.clone()], |folder| by_name(&folder.path));
        from = level.end;
        level.zip(read).for_each(|(at, entries)| walk.take(at, entries));
    }
    let mut found = Vec::new();
    walk.gather(0, &mut found);
    Ok(found)
}

fn by_name(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

struct Walk<W> {
    wanted: W,
    folders: Vec<Folder>,
    /// All folders so far, without links.
    seen: HashSet<PathBuf>,
    left: Again,
}

struct Folder {
    path: PathBuf,
    /// The same without links.
    real: PathBuf,
    /// The number of the folder it was found in.
    above: Option<usize>,
    /// What is in it, by name.
    holds: Vec<Item>,
}

enum Item {
    File(Candidate),
    /// The number of a folder.
    Folder(usize),
}

/// How often folders may still come again.
enum Again {
    /// They need not: their files are there already, by another path.
    Never,
    Left(usize),
    /// Too often, which was told.
    Told,
}

impl<W: Fn(&Path) -> bool> Walk<W> {
    /// Notes a folder that is to be read. The answer is its number.
    fn open(&mut self, path: PathBuf, real: PathBuf, above: Option<usize>) -> usize {
        self.seen.insert(real.clone());
        self.folders.push(Folder { path, real, above, holds: Vec::new() });
        self.folders.len() - 1
    }

    /// Takes what a folder holds.
    fn take(&mut self, at: usize, entries: io::Result<Vec<DirEntry>>) {
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.odd(at, self.folders[at].path.clone(), error.to_string(), true),
        };
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.link(at, path),
                Ok(kind) => {
                    // Only a link leads elsewhere, so that nobody has to be asked.
                    let real = self.folders[at].real.join(entry.file_name());
                    self.entry(at, path, real, kind);
                }
                Err(error) => self.odd(at, path, error.to_string(), true),
            }
        }
    }

    fn link(&mut self, at: usize, path: PathBuf) {
        match fs::metadata(&path).and_then(|data| Ok((data.file_type(), fs::canonicalize(&path)?))) {
            Ok((kind, real)) if kind.is_dir() && self.leads_back(at, &real) => {
                self.odd(at, path, "a link that leads back to a folder above it".to_owned(), false);
            }
            Ok((kind, real)) if kind.is_dir() && self.seen.contains(&real) => match self.left {
                Again::Never | Again::Told => {}
                Again::Left(0) => {
                    self.left = Again::Told;
                    self.odd(at, path, format!("links lead to the same folders more than {AGAIN} times"), true);
                }
                Again::Left(left) => {
                    self.left = Again::Left(left - 1);
                    self.entry(at, path, real, kind);
                }
            },
            Ok((kind, real)) => self.entry(at, path, real, kind),
            Err(error) => self.odd(at, path, error.to_string(), error.kind() == io::ErrorKind::PermissionDenied),
        }
    }

    /// Whether a folder is this one or above it.
    fn leads_back(&self, at: usize, real: &Path) -> bool {
        let mut next = Some(at);
        while let Some(at) = next {
            if self.folders[at].real == real {
                return true;
            }
            next = self.folders[at].above;
        }
        false
    }

    fn entry(&mut self, at: usize, path: PathBuf, real: PathBuf, kind: FileType) {
        if kind.is_dir() {
            let number = self.open(path, real, Some(at));
            self.folders[at].holds.push(Item::Folder(number));
        } else if !kind.is_file() {
            self.odd(at, path, "neither a file nor a folder".to_owned(), false);
        } else if self.is_wanted(&path) {
            let file = Candidate { path, real, problem: None, lost: false, stat: None };
            self.folders[at].holds.push(Item::File(file));
        }
    }

    /// Notes what is not read, and whether rows may be lost by that.
    fn odd(&mut self, at: usize, path: PathBuf, problem: String, lost: bool) {
        // What is below a folder may match where the folder itself does not.
        if lost || self.is_wanted(&path) {
            let odd = Candidate { real: path.clone(), path, problem: Some(problem), lost, stat: None };
            self.folders[at].holds.push(Item::File(odd));
        }
    }

    fn is_wanted(&self, path: &Path) -> bool {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        !hidden && (self.wanted)(path)
    }

    /// The files of a folder, and of those below it where these stand.
    fn gather(&mut self, at: usize, into: &mut Vec<Candidate>) {
        for item in std::mem::take(&mut self.folders[at].holds) {
            match item {
                Item::File(file) => into.push(file),
                Item::Folder(number) => self.gather(number, into),
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        folder
    }

    fn names(folder: &Path, found: &[Candidate]) -> Vec<String> {
        found.iter().map(|c| c.path.strip_prefix(folder).unwrap().display().to_string()).collect()
    }

    #[test]
    fn a_file_is_known_by_its_path_without_links() {
        let folder = folder(&["a/1", "a/.2", "b"]);
        symlink("a/1", folder.path().join("c")).unwrap();
        symlink("nowhere", folder.path().join("d")).unwrap();
        let found = files(folder.path(), false, |_| true).unwrap();
        assert_eq!(names(folder.path(), &found), ["a/1", "b", "c", "d"]);
        let real = fs::canonicalize(folder.path()).unwrap();
        assert_eq!((&found[0].real, &found[2].real), (&real.join("a/1"), &real.join("a/1")));
        assert!(found[3].problem.as_ref().unwrap().contains("No such file") && !found[3].lost);
    }

    #[test]
    fn folders_that_link_to_one_another_end_the_walk_soon() {
        let numbers = 0..12;
        let files_in: Vec<String> = numbers.clone().map(|n| format!("{n}/x.json")).collect();
        let folder = folder(&files_in.iter().map(String::as_str).collect::<Vec<_>>());
        for from in numbers.clone() {
            for to in numbers.clone() {
                symlink(folder.path().join(to.to_string()), folder.path().join(format!("{from}/to{to}"))).unwrap();
            }
        }
        let found = files(folder.path(), false, |_| true).unwrap();
        let plain: HashSet<&PathBuf> = found.iter().filter(|c| c.problem.is_none()).map(|c| &c.real).collect();
        assert_eq!((plain.len(), found.iter().any(|c| c.lost)), (12, false));
        assert!(found.len() < 500, "{}", found.len());
        let found = files(folder.path(), true, |path| path.ends_with("to3/x.json")).unwrap();
        assert!(found.iter().any(|c| c.path.ends_with("0/to3/x.json")));
        assert!(found.iter().any(|c| c.problem.as_ref().is_some_and(|p| p.contains("10000 times"))));
    }
}
