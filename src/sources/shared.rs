//! Files of text that several threads read together, block by block.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::blocks::Splitter;
use super::csv::Layout;
use super::error::SourceError;
use super::lines::{self, Lines};
use super::read::Outcome;
use super::rows::Rows;
use super::tally::Tally;

/// How the records of a file are taken apart.
pub(super) enum Content {
    Lines(Box<Lines>),
    Cells(Layout),
}

/// A file that any thread may take the next block of.
pub(super) struct Shared<'r> {
    source: String,
    content: Content,
    splitter: Mutex<Splitter>,
    /// Lines and bytes that the stream has more than the file.
    added: (i64, i64),
    ended: AtomicBool,
    /// How many threads are at it.
    threads: AtomicUsize,
    /// What the rows of each block are made from.
    rows: Rows<'r>,
    /// How many more rows are wanted.
    left: AtomicUsize,
    joined: Mutex<Joined>,
}

/// What became of the rows of a file, its blocks in order.
#[derive(Default)]
struct Joined {
    tally: Tally,
    lines: u64,
    next: usize,
    /// Blocks that were read before those that stand before them.
    waiting: BTreeMap<usize, (Tally, u64)>,
    error: Option<SourceError>,
    told: bool,
}

impl<'r> Shared<'r> {
    /// A file from which nothing but its header was read. `added` tells how many lines and bytes the stream has more than
    /// the file.
    pub(super) fn new(
        source: String,
        content: Content,
        splitter: Splitter,
        added: (i64, i64),
        mut rows: Rows<'r>,
    ) -> Self {
        let joined = Joined { tally: std::mem::take(&mut rows.tally), ..Joined::default() };
        Self {
            source,
            content,
            added,
            splitter: Mutex::new(splitter),
            ended: AtomicBool::new(false),
            threads: AtomicUsize::new(0),
            left: AtomicUsize::new(rows.left()),
            rows,
            joined: Mutex::new(joined),
        }
    }

    /// The number of the file among those of the read.
    pub(super) const fn number(&self) -> usize {
        self.rows.file()
    }

    /// Reads so many blocks, or as many as there are. The last thread to leave the file is told what became of all its rows, and
    /// how many more are wanted.
    pub(super) fn work(&self, data: &mut Vec<u8>, most: usize) -> Option<Outcome> {
        self.threads.fetch_add(1, Ordering::AcqRel);
        for _ in 0..most {
            if !self.block(data) {
                self.ended.store(true, Ordering::Release);
                break;
            }
        }
        if self.threads.fetch_sub(1, Ordering::AcqRel) > 1 || !self.ended.load(Ordering::Acquire) {
            return None;
        }
        let mut joined = lock(&self.joined);
        if std::mem::replace(&mut joined.told, true) {
            return None;
        }
        if let Some(error) = joined.error.take() {
            return Some(Err(error));
        }
        // Blocks are missing when no more rows were wanted.
        while let Some((number, (tally, lines))) = joined.waiting.pop_first() {
            joined.append(&self.rows, number, tally, lines);
        }
        let tally = std::mem::take(&mut joined.tally);
        let tally = self.rows.settled(tally, None, (-self.added.0, -self.added.1));
        Some(Ok((tally, self.left.load(Ordering::Acquire))))
    }

    /// Reads the next block. False when no further one is to be read.
    fn block(&self, data: &mut Vec<u8>) -> bool {
        let left = self.left.load(Ordering::Acquire);
        if left == 0 || self.ended.load(Ordering::Acquire) {
            return false;
        }
        let block = {
            let mut splitter = lock(&self.splitter);
            let block = splitter.next(data);
            if let (None, Some(seen)) = (&block, &self.rows.wanted().seen) {
                seen.ended(self.number(), splitter.count());
            }
            block
        };
        let Some(block) = block else { return false };
        let mut rows = self.rows.part(block.number, left);
        let lines = match &self.content {
            Content::Lines(lines) => lines::read_block(&block, &self.source, lines, &mut rows),
            Content::Cells(layout) => layout.read_block(&block, &self.source, &mut rows),
        };
        let number = block.number;
        *data = block.data;
        let outcome = lines.and_then(|lines| Ok((rows.finish()?, lines)));
        let mut joined = lock(&self.joined);
        match outcome {
            Ok(((tally, still), lines)) => {
                // Rows that are enough are counted by one thread alone.
                if still == 0 || self.rows.left() < usize::MAX {
                    self.left.store(still, Ordering::Release);
                }
                joined.add(&self.rows, number, tally, lines);
            }
            Err(error) => {
                joined.error.get_or_insert(error);
                if let Some(seen) = &self.rows.wanted().seen {
                    seen.give_up();
                }
                return false;
            }
        }
        true
    }
}

impl Joined {
    /// Adds a block, once those before it are there.
    fn add(&mut self, rows: &Rows<'_>, number: usize, tally: Tally, lines: u64) {
        self.waiting.insert(number, (tally, lines));
        while let Some((tally, lines)) = self.waiting.remove(&self.next) {
            self.append(rows, self.next, tally, lines);
        }
    }

    /// Appends a block: its lines were counted from its first.
    fn append(&mut self, rows: &Rows<'_>, number: usize, tally: Tally, lines: u64) {
        self.tally.add(rows.settled(tally, Some(number), (self.lines as i64, 0)));
        self.lines += lines;
        self.next = number + 1;
    }
}

/// What a thread does next.
pub(super) enum Job<'j, 'r> {
    /// Open the file of this number.
    Open(usize, Opening<'j, 'r>),
    /// Read a file that another thread opened.
    Help(Arc<Shared<'r>>),
}

/// The files of a read, given out to threads.
pub(super) struct Jobs<'r> {
    count: usize,
    /// Whether files are large, when all threads are to read a file before the next is opened.
    in_order: Option<Vec<bool>>,
    state: Mutex<State<'r>>,
    changed: Condvar,
}

struct State<'r> {
    next: usize,
    /// How many threads are at files that they may come to share.
    opening: usize,
    /// How many of these files are large.
    large: usize,
    open: Vec<Arc<Shared<'r>>>,
}

impl<'r> Jobs<'r> {
    pub(super) fn new(count: usize, in_order: Option<Vec<bool>>) -> Self {
        let state = State { next: 0, opening: 0, large: 0, open: Vec::new() };
        Self { count, in_order, state: Mutex::new(state), changed: Condvar::new() }
    }

    fn is_large(&self, number: usize) -> bool {
        self.in_order.as_ref().and_then(|large| large.get(number)) == Some(&true)
    }

    /// The next job: a file that nobody opened, or else help for one that is open; in order, help comes first. Nothing
    /// when all is done.
    pub(super) fn next(&self) -> Option<Job<'_, 'r>> {
        let mut state = lock(&self.state);
        loop {
            state.open.retain(|file| !file.ended.load(Ordering::Relaxed));
            let fresh =
                state.next < self.count && (self.in_order.is_none() || state.large == 0 && state.open.is_empty());
            if fresh {
                let number = state.next;
                let large = self.is_large(number);
                state.next += 1;
                state.opening += 1;
                state.large += usize::from(large);
                return Some(Job::Open(number, Opening(self, large)));
            }
            if let Some(file) = state.open.first() {
                return Some(Job::Help(Arc::clone(file)));
            }
            if state.opening == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets others help with a file.
    pub(super) fn share(&self, file: &Arc<Shared<'r>>) {
        lock(&self.state).open.push(Arc::clone(file));
        self.changed.notify_all();
    }

    /// Notes that no further file is wanted.
    pub(super) fn stop(&self) {
        lock(&self.state).next = self.count;
    }

    /// How many blocks of a file a thread reads before it asks for the next job.
    pub(super) const fn at_once(&self) -> usize {
        if self.in_order.is_some() { 1 } else { usize::MAX }
    }
}

/// Held while a thread is at a file that it may come to share: others wait for that, and must not when it gives up.
pub(super) struct Opening<'j, 'r>(&'j Jobs<'r>, bool);

impl Drop for Opening<'_, '_> {
    fn drop(&mut self) {
        {
            let mut state = lock(&self.0.state);
            state.opening -= 1;
            state.large -= usize::from(self.1);
        }
        self.0.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
