//! Where bytes lie: asked for their size, and read from any place on.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::cloud::{self, is_address};
use super::open::Stream;

/// What the system says of a file without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Bytes.
    pub(super) size: u64,
    /// Another text whenever the content is another: the time of the last change, or a tag.
    pub(super) stamp: String,
}

/// Asks for a file's size and stamp.
pub(super) fn stat(path: &Path) -> io::Result<Stat> {
    if is_address(path) {
        return cloud::stat(path);
    }
    let data = std::fs::metadata(path)?;
    let changed = data.modified()?;
    let stamp = match changed.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos().to_string(),
        Err(before) => format!("-{}", before.duration().as_nanos()),
    };
    Ok(Stat { size: data.len(), stamp })
}

/// The bytes of a file from one place up to another or its end, as they lie there. A file on the disk ends where it ended
/// when it was opened: what is appended meanwhile is for the next read, however fast it comes.
pub(super) fn bytes(path: &Path, from: u64, to: Option<u64>) -> io::Result<Stream> {
    if is_address(path) {
        return cloud::bytes(path, from, to);
    }
    let mut file = File::open(path)?;
    if from > 0 {
        file.seek(SeekFrom::Start(from))?;
    }
    let size = file.metadata()?.len();
    let end = to.map_or(size, |to| to.min(size));
    Ok(Box::new(Promised { file, left: end.saturating_sub(from) }))
}

/// A file that had so many more bytes when it was opened.
struct Promised {
    file: File,
    left: u64,
}

impl Read for Promised {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let got = self.file.read(&mut out[..most])?;
        if got == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter while it was read"));
        }
        self.left -= got as u64;
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_while_it_is_read_has_the_length_it_had() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "0123456789").unwrap();
        let text = |from, to, change: &dyn Fn()| {
            let mut stream = bytes(&path, from, to).unwrap();
            change();
            let mut out = String::new();
            stream.read_to_string(&mut out).map(|_| out)
        };
        assert_eq!(text(2, Some(5), &|| ()).unwrap(), "234");
        assert_eq!(text(8, Some(99), &|| ()).unwrap(), "89");
        assert_eq!(text(99, None, &|| ()).unwrap(), "");
        assert_eq!(text(8, None, &|| std::fs::write(&path, "0123456789abc").unwrap()).unwrap(), "89");
        let shorter = text(0, None, &|| File::options().write(true).open(&path).unwrap().set_len(3).unwrap());
        assert!(shorter.unwrap_err().to_string().contains("shorter"));
    }
}
