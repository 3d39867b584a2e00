//! Which of equal records is the first: that of the file, and of the part of it, that stands before the others, whatever
//! thread reads it. Parts are taken apart side by side, and asked in their order what came before.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A part of a file: the file's number, and the part's in it.
pub(super) type Unit = (usize, usize);

/// The records so far, and whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Hashes of the records that came before.
    seen: HashSet<u64>,
    /// The files, in their order, that are not done.
    files: BTreeSet<usize>,
    /// The part of the first of them whose turn it is.
    part: usize,
    /// How many parts files have, as far as that is known.
    parts: BTreeMap<usize, usize>,
    /// Parts that are done before their turn.
    done: BTreeSet<Unit>,
    /// Whether the order does not matter any more.
    given_up: bool,
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins with these files. Records of earlier ones stay known.
    pub(super) fn begin(&self, files: &[usize]) {
        let mut state = self.lock();
        let seen = std::mem::take(&mut state.seen);
        *state = State { seen, files: files.iter().copied().collect(), ..State::default() };
    }

    /// Which of a part's records, by their hashes, came before. Waits until all parts before it are done.
    pub(super) fn again(&self, unit: Unit, hashes: &[u64]) -> Vec<bool> {
        let mut state = self.lock();
        while !state.given_up && state.turn().is_some_and(|turn| turn < unit) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        hashes.iter().map(|hash| !state.seen.insert(*hash)).collect()
    }

    /// Notes that a part has no further records.
    pub(super) fn done(&self, unit: Unit) {
        let mut state = self.lock();
        state.done.insert(unit);
        state.go_on();
        self.changed.notify_all();
    }

    /// Notes how many parts a file has.
    pub(super) fn ended(&self, file: usize, parts: usize) {
        let mut state = self.lock();
        state.parts.insert(file, parts);
        state.go_on();
        self.changed.notify_all();
    }

    /// Lets all go on, when the answer does not count or is whole.
    pub(super) fn give_up(&self) {
        self.lock().given_up = true;
        self.changed.notify_all();
    }
}

/// Held while a thread reads: others wait for it, and must not when it fails.
pub(super) struct LettingGo<'t>(pub(super) &'t Turns);

impl Drop for LettingGo<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up();
        }
    }
}

impl State {
    fn turn(&self) -> Option<Unit> {
        self.files.first().map(|file| (*file, self.part))
    }

    fn go_on(&mut self) {
        while let Some(turn) = self.turn() {
            if self.parts.get(&turn.0).is_some_and(|parts| turn.1 >= *parts) {
                self.files.pop_first();
                self.part = 0;
            } else if self.done.remove(&turn) {
                self.part += 1;
            } else {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_in_order_is_first_whoever_comes_first() {
        let turns = Turns::default();
        turns.begin(&[3, 7]);
        let (late, early) = std::thread::scope(|scope| {
            let late = scope.spawn(|| turns.again((7, 0), &[1, 2, 3]));
            let early = scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(20));
                let second = turns.again((3, 0), &[1, 1]);
                turns.done((3, 1));
                turns.ended(3, 2);
                turns.done((3, 0));
                second
            });
            (late.join().unwrap(), early.join().unwrap())
        });
        assert_eq!((early, late), (vec![false, true], vec![true, false, false]));
        // What is known stays known.
        turns.begin(&[9]);
        assert_eq!(turns.again((9, 0), &[2, 4]), [true, false]);
    }
}
