//! How far a report is: a bar on a terminal, lines with times in a log.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{output, query};
use crate::render::encode::terminal;
use crate::report::Event;
use crate::types::format_datetime;

/// Tells how far a report is.
pub(super) enum Meter {
    /// Nothing is told.
    Silent,
    /// A bar.
    Bar(ProgressBar),
    /// Lines.
    Lines,
}

impl Meter {
    pub fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self::Bar(bar)
    }

    /// A line of a log, with the time.
    pub fn say(&self, text: &str) {
        let text = terminal(text);
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.println(text),
            Self::Lines => {
                let now = format_datetime(query::clock());
                output::note(&format!("{}Z {text}", now.get(..19).unwrap_or_default()));
            }
        }
    }

    pub fn tell(&self, event: Event<'_>) {
        match (self, event) {
            (Self::Bar(bar), Event::Begun(many)) => {
                bar.set_length(many as u64);
                bar.set_message("reading the logs");
            }
            (_, Event::Begun(_)) => {}
            (Self::Bar(bar), Event::Ran(id, _)) => {
                bar.set_message(terminal(id).into_owned());
                bar.inc(1);
            }
            (_, Event::Ran(id, how)) => self.say(&format!("{id}: {how}")),
        }
    }

    pub fn done(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
