//! Where a text may be broken, and which tokens stand side by side.

use std::collections::HashMap;

use crate::syntax::Span;
use crate::syntax::lexer::Token;

/// A stretch of tokens that is written in one line when it fits, and otherwise broken at all of its breaks.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// Its first token.
    pub start: usize,
    /// The token behind its last.
    pub end: usize,
    /// The tokens that begin a line when it is broken, in order.
    pub breaks: Vec<Break>,
    /// Whether it is broken even when it fits.
    pub always: bool,
}

/// A token that may begin a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    /// The token.
    pub token: usize,
    /// Whether the line is moved in, against the line that the group begins in.
    pub inside: bool,
}

/// What stands between a token and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gap {
    /// What [`super::spacing`] says of the two.
    #[default]
    Usual,
    /// Nothing.
    None,
    /// One blank.
    Blank,
    /// What stands there in the source.
    Verbatim,
}

/// The layout of a query, built by walking its tree.
pub(super) struct Layout<'t> {
    pub(super) tokens: &'t [(Token, Span)],
    by_start: HashMap<usize, usize>,
    /// For every bracket, the one it belongs to.
    partner: Vec<usize>,
    plan: Plan,
}

/// What the writer needs to know of every token.
pub(super) struct Plan {
    /// The groups, outer ones first.
    pub groups: Vec<Group>,
    /// What stands before each token.
    pub gaps: Vec<Gap>,
    /// Whether an empty line of the source is kept before the token.
    pub may_follow_empty_line: Vec<bool>,
}

impl<'t> Layout<'t> {
    pub(super) fn new(tokens: &'t [(Token, Span)]) -> Self {
        let by_start = tokens.iter().enumerate().map(|(at, (_, span))| (span.start, at)).collect();
        let mut partner: Vec<usize> = (0..tokens.len()).collect();
        let mut open = Vec::new();
        for (at, (token, _)) in tokens.iter().enumerate() {
            match token {
                Token::Mark("(" | "[" | "{") => open.push(at),
                Token::Mark(")" | "]" | "}") => {
                    if let Some(opening) = open.pop() {
                        partner[opening] = at;
                        partner[at] = opening;
                    }
                }
                _ => {}
            }
        }
        let plan = Plan {
            groups: Vec::new(),
            gaps: vec![Gap::Usual; tokens.len()],
            may_follow_empty_line: vec![false; tokens.len()],
        };
        Self { tokens, by_start, partner, plan }
    }

    pub(super) fn finish(mut self) -> Plan {
        self.plan.groups.sort_by_key(|group| (group.start, std::cmp::Reverse(group.end)));
        self.plan
    }

    /// The token that begins at a place; the last one for a place where none does.
    pub(super) fn first(&self, span: Span) -> usize {
        self.by_start.get(&span.start).copied().unwrap_or(self.tokens.len() - 1)
    }

    /// The token behind the last one of a place.
    pub(super) fn behind(&self, span: Span) -> usize {
        self.tokens.partition_point(|(token, at)| at.end <= span.end && *token != Token::End)
    }

    /// The bracket that belongs to one.
    pub(super) fn partner(&self, bracket: usize) -> usize {
        self.partner.get(bracket).copied().unwrap_or(bracket)
    }

    pub(super) fn is(&self, token: usize, mark: &str) -> bool {
        matches!(self.tokens.get(token), Some((Token::Mark(m), _)) if *m == mark)
    }

    pub(super) fn is_word(&self, token: usize, word: &str) -> bool {
        matches!(self.tokens.get(token), Some((Token::Word(w), _)) if w == word)
    }

    pub(super) fn gap(&mut self, token: usize, gap: Gap) {
        if let Some(at) = self.plan.gaps.get_mut(token) {
            *at = gap;
        }
    }

    /// Leaves nothing between a token and the one before it.
    pub(super) fn glue(&mut self, token: usize) {
        self.gap(token, Gap::None);
    }

    /// Leaves nothing between the tokens of a place.
    pub(super) fn glue_all(&mut self, span: Span) {
        for token in self.first(span) + 1..self.behind(span) {
            self.glue(token);
        }
    }

    /// `name=value` without blanks.
    pub(super) fn glue_equals(&mut self, name: Span) {
        let equals = self.behind(name);
        self.glue(equals);
        self.glue(equals + 1);
    }

    pub(super) fn keep_empty_line(&mut self, token: usize) {
        if let Some(at) = self.plan.may_follow_empty_line.get_mut(token) {
            *at = true;
        }
    }

    pub(super) fn group(&mut self, start: usize, end: usize, breaks: Vec<Break>, always: bool) {
        if !breaks.is_empty() && start < end {
            self.plan.groups.push(Group { start, end, breaks, always });
        }
    }

    /// Items behind a keyword: each on a line of its own when they do not fit in one.
    pub(super) fn list(&mut self, keyword: usize, items: &[Span]) {
        if let [_, .., last] = items {
            let breaks = items.iter().map(|item| inside(self.first(*item))).collect();
            self.group(keyword, self.behind(*last), breaks, false);
        }
    }

    /// Items between brackets: broken, each is on a line of its own, and so is the closing bracket.
    pub(super) fn bracketed(&mut self, opening: usize, items: impl IntoIterator<Item = Span>) {
        let closing = self.partner(opening);
        let mut breaks: Vec<Break> = items.into_iter().map(|item| inside(self.first(item))).collect();
        if !breaks.is_empty() && closing > opening {
            breaks.push(outside(closing));
            self.group(opening, closing + 1, breaks, false);
        }
    }
}

pub(super) const fn inside(token: usize) -> Break {
    Break { token, inside: true }
}

pub(super) const fn outside(token: usize) -> Break {
    Break { token, inside: false }
}
