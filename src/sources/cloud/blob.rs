//! A blob as a stream: fetched in blocks, the next one while this one is read.

use std::io::{self, Read};
use std::path::Path;

use bytes::Bytes;
use object_store::{GetOptions, GetRange};
use tokio::task::JoinHandle;

use super::super::open::Stream;
use super::client::{Blob, runtime, wait};
use super::trouble::told;

/// Bytes on their way, and how many the blob has in all.
type Asked = JoinHandle<object_store::Result<(Bytes, u64)>>;

/// The first block: enough to tell what a blob is.
const FIRST: u64 = 512 << 10;

/// The other blocks.
const BLOCK: u64 = 4 << 20;

/// Opens a blob.
pub(super) fn open(path: &Path, from: u64, to: Option<u64>) -> io::Result<Stream> {
    let mut stream = Blocks { blob: Blob::of(path)?, at: from, end: to, block: Bytes::new(), next: None, begun: false };
    // That it cannot be had is told here, where the reason belongs to the blob and to no row.
    stream.advance()?;
    Ok(Box::new(stream))
}

struct Blocks {
    blob: Blob,
    /// Where the next block begins.
    at: u64,
    /// Where the blob ends. What is appended while it is read is not read.
    end: Option<u64>,
    block: Bytes,
    next: Option<Asked>,
    begun: bool,
}

impl Blocks {
    /// Gets the next block, empty at the end.
    fn advance(&mut self) -> io::Result<()> {
        self.block = Bytes::new();
        let pending = match self.next.take() {
            Some(pending) => pending,
            None => match self.ask(FIRST)? {
                Some(pending) => pending,
                None => return Ok(()),
            },
        };
        match wait(pending)?.map_err(io::Error::other)? {
            Ok((block, size)) => {
                self.at += block.len() as u64;
                self.end = Some(self.end.map_or(size, |end| end.min(size)));
                self.block = block;
            }
            // A range at the end of a blob, or in an empty one, is an error for a store.
            Err(_) if !self.begun && self.is_at_end()? => self.end = Some(self.at),
            Err(error) => return Err(told(&error, &self.blob.container)),
        }
        if self.begun {
            self.next = self.ask(BLOCK)?;
        }
        self.begun = true;
        Ok(())
    }

    fn ask(&self, count: u64) -> io::Result<Option<Asked>> {
        let to = self.at.saturating_add(count).min(self.end.unwrap_or(u64::MAX));
        if to <= self.at {
            return Ok(None);
        }
        let options = GetOptions { range: Some(GetRange::Bounded(self.at..to)), ..GetOptions::default() };
        let (client, name) = (self.blob.client.clone(), self.blob.name.clone());
        Ok(Some(runtime()?.spawn(async move {
            let answer = client.get_opts(&name, options).await?;
            let size = answer.meta.size;
            Ok((answer.bytes().await?, size))
        })))
    }

    fn is_at_end(&self) -> io::Result<bool> {
        Ok(self.blob.meta()?.size <= self.at)
    }
}

impl Read for Blocks {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() {
            self.advance()?;
        }
        let count = out.len().min(self.block.len());
        out[..count].copy_from_slice(&self.block.split_to(count));
        Ok(count)
    }
}
