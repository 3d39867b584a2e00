//! What stands for a secret: a short text that only the holder of the key could have made from it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ring::hmac;

/// How many bytes a key file holds.
const KEY: usize = 32;

/// Makes pseudonyms. The same secret has the same one as long as the key is the same.
#[derive(Debug, Default)]
pub struct Pseudonyms {
    key: OnceLock<Vec<u8>>,
    /// Where the key is kept, when it is to be read (or made) the first time a secret is met.
    file: Option<PathBuf>,
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError(pub String);

impl Pseudonyms {
    /// With a key of one's own: any text.
    pub fn with_key(key: &str) -> Self {
        Self { key: OnceLock::from(key.as_bytes().to_vec()), file: None }
    }

    /// With the key in a file, which is made, for its owner only, when it is not there.
    pub const fn kept_in(file: PathBuf) -> Self {
        Self { key: OnceLock::new(), file: Some(file) }
    }

    /// With the key in a file that must be there.
    ///
    /// # Errors
    /// When it cannot be read, or is too short to keep anything secret.
    pub fn from_file(file: &Path) -> Result<Self, KeyError> {
        let key = fs::read(file).map_err(|e| KeyError(format!("cannot read the key {}: {e}", file.display())))?;
        if key.len() < 16 {
            return Err(KeyError(format!("the key {} has fewer than 16 bytes", file.display())));
        }
        Ok(Self { key: OnceLock::from(key), file: None })
    }

    /// The pseudonym of a secret. The tildes tell it from what stands around it, and are legal in a URL.
    pub fn of(&self, secret: &str) -> String {
        let key = self.key.get_or_init(|| self.file.as_deref().map_or_else(random, kept_or_made));
        let digest = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), secret.as_bytes());
        format!("~{}~", digest.as_ref().iter().take(5).map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// Whether a text is a pseudonym already.
    pub(super) fn is_one(text: &str) -> bool {
        text.len() == 12
            && text.starts_with('~')
            && text.ends_with('~')
            && text[1..11].bytes().all(|b| b.is_ascii_hexdigit())
    }
}

/// A key of this run alone.
fn random() -> Vec<u8> {
    [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].iter().flat_map(|id| *id.as_bytes()).collect()
}

/// The key of a file; a new one is written when there is none. Where that cannot be done, pseudonyms hold for one run.
fn kept_or_made(file: &Path) -> Vec<u8> {
    read_key(file).or_else(|_| make_key(file)).unwrap_or_else(|_| random())
}

fn read_key(file: &Path) -> io::Result<Vec<u8>> {
    let mut key = Vec::new();
    fs::File::open(file)?.take(KEY as u64).read_to_end(&mut key)?;
    if key.len() == KEY { Ok(key) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn make_key(file: &Path) -> io::Result<Vec<u8>> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let key = random();
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(&key)?;
    match new.persist_noclobber(file) {
        Ok(_) => Ok(key),
        // Another run made it in between.
        Err(_) => read_key(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_decides_and_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/redaction.key");
        let first = Pseudonyms::kept_in(file.clone()).of("secret");
        assert!(Pseudonyms::is_one(&first), "{first}");
        assert_eq!(Pseudonyms::kept_in(file.clone()).of("secret"), first);
        assert_ne!(Pseudonyms::kept_in(file).of("other"), first);
        assert_ne!(Pseudonyms::with_key("k").of("secret"), Pseudonyms::with_key("l").of("secret"));
    }

    #[test]
    fn without_a_place_for_the_key_a_run_agrees_with_itself() {
        let once = Pseudonyms::default();
        assert_eq!(once.of("a"), once.of("a"));
        assert_ne!(once.of("a"), Pseudonyms::default().of("a"));
    }
}
