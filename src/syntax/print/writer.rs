//! Tokens and comments to text, by the layout.

use unicode_width::UnicodeWidthStr;

use super::comments::{Comment, comments};
use super::layout::{Gap, Group, Plan};
use super::spacing::blank_between;
use super::{INDENT, MOST_INDENT, WIDTH};
use crate::syntax::Span;
use crate::syntax::lexer::Token;

/// A group that is being written.
struct Open {
    end: usize,
    /// How far the line is moved in that the group begins in.
    base: usize,
    broken: bool,
    group: usize,
    /// The first of its breaks that is still ahead.
    next: usize,
}

struct Writer<'t> {
    text: &'t str,
    tokens: &'t [(Token, Span)],
    plan: Plan,
    /// The width of all tokens before each, in one line.
    widths: Vec<usize>,
    /// For each token, the first at or behind it where a line may be broken.
    next_break: Vec<usize>,
    out: String,
    /// The place in the line.
    column: usize,
    /// How far the line is moved in.
    indent: usize,
    open: Vec<Open>,
}

/// Writes a text anew.
pub(super) fn write(text: &str, tokens: &[(Token, Span)], mut plan: Plan) -> String {
    let gaps: Vec<(Vec<Comment<'_>>, bool)> = (0..tokens.len())
        .map(|at| {
            let from = if at == 0 { 0 } else { tokens[at - 1].1.end };
            comments(&text[from..tokens[at].1.start], at == 0)
        })
        .collect();
    let commented: Vec<bool> = gaps.iter().map(|(comments, _)| !comments.is_empty()).collect();
    break_around(&mut plan.groups, &commented);
    let mut writer = Writer {
        text,
        tokens,
        widths: Vec::new(),
        next_break: next_breaks(tokens.len(), &plan.groups, &commented),
        plan,
        out: String::with_capacity(text.len() + text.len() / 4),
        column: 0,
        indent: 0,
        open: Vec::new(),
    };
    writer.measure();
    let mut groups = 0;
    for (at, (comments, empty_line)) in gaps.into_iter().enumerate() {
        writer.gap(at, &comments, empty_line);
        while writer.plan.groups.get(groups).is_some_and(|group| group.start == at) {
            writer.enter(groups);
            groups += 1;
        }
        writer.token(at);
    }
    writer.finish()
}

/// Breaks every group that holds a comment or a group that is always broken.
fn break_around(groups: &mut [Group], commented: &[bool]) {
    let mut around: Vec<usize> = Vec::new();
    let mut next = 0;
    let break_all = |groups: &mut [Group], around: &[usize]| {
        for group in around.iter().rev() {
            if std::mem::replace(&mut groups[*group].always, true) {
                break;
            }
        }
    };
    for (at, commented) in commented.iter().enumerate() {
        while around.last().is_some_and(|group| groups[*group].end <= at) {
            around.pop();
        }
        if *commented {
            break_all(groups, &around);
        }
        while groups.get(next).is_some_and(|group| group.start == at) {
            if groups[next].always {
                break_all(groups, &around);
            }
            around.push(next);
            next += 1;
        }
    }
}

fn next_breaks(tokens: usize, groups: &[Group], commented: &[bool]) -> Vec<usize> {
    let mut breaks = commented.to_vec();
    for group in groups {
        for at in &group.breaks {
            breaks[at.token] = true;
        }
    }
    let mut next = vec![tokens - 1; tokens + 1];
    for at in (0..tokens).rev() {
        next[at] = if breaks[at] { at } else { next[at + 1] };
    }
    next
}

impl Writer<'_> {
    fn source(&self, at: usize) -> &str {
        let span = self.tokens[at].1;
        &self.text[span.start..span.end]
    }

    fn measure(&mut self) {
        let mut width = 0;
        for at in 0..self.tokens.len() {
            self.widths.push(width);
            let longest = self.source(at).lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
            width += longest + usize::from(self.blank_before(at));
        }
    }

    fn blank_before(&self, at: usize) -> bool {
        match self.plan.gaps[at] {
            Gap::None | Gap::Verbatim => false,
            Gap::Blank => true,
            Gap::Usual => at > 0 && blank_between(&self.tokens[at - 1].0, &self.tokens[at].0),
        }
    }

    /// Opens a group whose first token is written next.
    fn enter(&mut self, group: usize) {
        let Group { start, end, always, .. } = self.plan.groups[group];
        // What follows up to the next place for a line's end must fit as well.
        let until = self.next_break[end.min(self.tokens.len())].max(end).min(self.tokens.len() - 1);
        let width = self.widths[until] - self.widths[start] - usize::from(self.blank_before(start));
        let broken = always || self.column + width > WIDTH;
        self.open.push(Open { end, base: self.indent.min(MOST_INDENT), broken, group, next: 0 });
    }

    /// Where a line begins when one does at a token, and where comments before it stand.
    fn line_start(&mut self, at: usize) -> Option<(usize, usize)> {
        while self.open.last().is_some_and(|open| open.end <= at) {
            self.open.pop();
        }
        let mut found = None;
        for open in self.open.iter_mut().rev() {
            let group = &self.plan.groups[open.group];
            while group.breaks.get(open.next).is_some_and(|b| b.token < at) {
                open.next += 1;
            }
            match group.breaks.get(open.next) {
                Some(b) if b.token == at && open.broken => {
                    let moved_in = open.base + if b.inside { INDENT } else { 0 };
                    // A comment before a closing bracket belongs to what the brackets hold.
                    let closes = matches!(self.tokens[at].0, Token::Mark(")" | "]" | "}"));
                    found = Some((moved_in, if closes { open.base + INDENT } else { moved_in }));
                    break;
                }
                // Breaks of outer groups are behind the end of this one.
                Some(_) => break,
                None => {}
            }
        }
        found
    }

    /// Writes what stands before a token.
    fn gap(&mut self, at: usize, comments: &[Comment<'_>], empty_line: bool) {
        if self.plan.gaps[at] == Gap::Verbatim {
            let from = if at == 0 { 0 } else { self.tokens[at - 1].1.end };
            let between = &self.text[from..self.tokens[at].1.start];
            self.push(between);
            return;
        }
        let starts = self.line_start(at);
        let forced = self.open.last().map_or(0, |open| open.base + INDENT);
        let (line, beside) = starts.unwrap_or((forced, forced));
        let keep = self.plan.may_follow_empty_line[at];
        for comment in comments {
            if comment.own_line {
                self.end_line(keep && comment.after_empty_line);
                self.begin_line(beside);
            } else if !self.out.is_empty() {
                self.push(" ");
            }
            self.push(comment.text);
        }
        if starts.is_some() || !comments.is_empty() {
            self.end_line(keep && empty_line);
            self.indent = line;
            self.begin_line(line);
        } else if self.blank_before(at) {
            self.push(" ");
        }
    }

    fn end_line(&mut self, empty_line: bool) {
        if !self.out.is_empty() {
            self.out.push('\n');
            if empty_line {
                self.out.push('\n');
            }
        }
    }

    fn begin_line(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    fn token(&mut self, at: usize) {
        let span = self.tokens[at].1;
        let source = &self.text[span.start..span.end];
        self.push(source);
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(end) => self.column = text[end + 1..].width(),
            None => self.column += text.width(),
        }
    }

    fn finish(mut self) -> String {
        let whole = self.out.trim_end().len();
        self.out.truncate(whole);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }
}
