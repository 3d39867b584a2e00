//! Text to tokens, with nom. Comments and blanks fall away here.

use std::collections::BTreeSet;

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till, take_until, take_while, take_while1};
use nom::character::complete::{char, digit1, hex_digit1, one_of};
use nom::combinator::{not, opt, peek, recognize};
use nom::sequence::{pair, preceded, terminated};
use nom::{IResult, Parser as _};

use super::Span;
use super::limits::MAX_FINDINGS;
use super::literal::{Scanned, typed_literal};
use crate::diagnostics::Diagnostic;
use crate::types::{ScalarType, Value, parse_timespan_literal};

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A bare word: keyword, name, or an operator made of letters (`in~`, `!has`).
    Word(String),
    /// A string literal; several side by side are one.
    Text(String),
    /// Any other literal.
    Literal(Value<'static>, ScalarType),
    /// 9223372036854775808, one more than a long holds: only a cell of `datatable` may have a minus before it.
    Beyond,
    /// Punctuation.
    Mark(&'static str),
    /// The end of the text.
    End,
}

/// Longest first.
const MARKS: [&str; 29] = [
    "..", "==", "!=", "=~", "!~", "<=", ">=", "<>", "=>", "(", ")", "[", "]", "{", "}", "|", ";", ",", ".", ":", "=",
    "<", ">", "+", "-", "*", "/", "%", "&",
];

/// Splits a text into tokens, ending with [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Span)>, Vec<Diagnostic>> {
    let (tokens, findings) = lex(text);
    if findings.is_empty() { Ok(tokens) } else { Err(findings) }
}

/// The words among tokens, whether written bare or as `['x']`, sorted.
pub(super) fn words_in(tokens: &[(Token, Span)]) -> Vec<String> {
    let words: BTreeSet<&String> = tokens
        .iter()
        .filter_map(|(token, _)| match token {
            Token::Word(word) | Token::Text(word) => Some(word),
            _ => None,
        })
        .collect();
    words.into_iter().cloned().collect()
}

/// The tokens of a text, and what is wrong where there are none.
pub(super) fn lex(text: &str) -> (Vec<(Token, Span)>, Vec<Diagnostic>) {
    let mut tokens: Vec<(Token, Span)> = Vec::new();
    let mut findings = Vec::new();
    let mut rest = skip(text, true);
    while let Some(first) = rest.chars().next()
        && findings.len() < MAX_FINDINGS
    {
        let start = text.len() - rest.len();
        let (next, token) = match token(rest) {
            Ok(Some((next, token))) => (next, Some(token)),
            Ok(None) => {
                let end = start + first.len_utf8();
                let shown: String = first.escape_debug().collect();
                findings.push(
                    Diagnostic::new("KQL001", format!("'{shown}' has no meaning in KQL"), (start, end))
                        .label("unexpected character"),
                );
                (&rest[first.len_utf8()..], None)
            }
            Err(problem) => {
                let span = (start + problem.at, start + problem.end.min(rest.len()));
                let mut finding = Diagnostic::new(problem.code, problem.message, span);
                finding.help = problem.help;
                findings.push(finding);
                (&rest[problem.end.min(rest.len()).max(1)..], None)
            }
        };
        let span = Span::new(start, text.len() - next.len());
        match (token, tokens.last_mut()) {
            // Adjacent string literals are one string.
            (Some(Token::Text(more)), Some((Token::Text(text), at))) => {
                text.push_str(&more);
                at.end = span.end;
            }
            (Some(token), _) => tokens.push((token, span)),
            (None, _) => {}
        }
        rest = skip(next, false);
    }
    tokens.push((Token::End, Span::new(text.len(), text.len())));
    (tokens, findings)
}

/// The places of a text's words, literals and marks; string literals side by side are one.
///
/// # Errors
/// What is wrong with the text.
pub fn words(text: &str) -> Result<Vec<Span>, Vec<Diagnostic>> {
    let mut words: Vec<Span> = tokens(text)?.into_iter().map(|(_, span)| span).collect();
    words.pop();
    Ok(words)
}

/// Why a literal could not be read, relative to its start.
pub(super) struct Problem {
    pub code: &'static str,
    pub message: String,
    pub at: usize,
    pub end: usize,
    pub help: Option<String>,
}

impl Problem {
    fn new(code: &'static str, message: impl Into<String>, end: usize) -> Self {
        Self { code, message: message.into(), at: 0, end, help: None }
    }
}

/// The text behind blanks, comments, and lines that begin with `#`, which are for clients.
pub(super) fn skip(text: &str, mut at_line_start: bool) -> &str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start_matches(is_blank);
        at_line_start |= rest[..rest.len() - trimmed.len()].contains('\n');
        if !(trimmed.starts_with("//") || (at_line_start && trimmed.starts_with('#'))) {
            return trimmed;
        }
        rest = trimmed.find('\n').map_or("", |at| &trimmed[at..]);
    }
}

/// What separates words and means nothing.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}'
}

fn token(text: &str) -> Result<Option<(&str, Token)>, Problem> {
    if let Some((rest, value)) = string(text)? {
        return Ok(Some((rest, Token::Text(value))));
    }
    if let Ok((rest, word)) = word(text) {
        match typed_literal(word, rest) {
            Scanned::Literal(after, value, scalar_type) => {
                return Ok(Some((after, Token::Literal(value, scalar_type))));
            }
            Scanned::Broken { code, message, length, help } => {
                let mut problem = Problem::new(code, message, word.len() + length);
                problem.help = help;
                return Err(problem);
            }
            Scanned::NotALiteral => {}
        }
        let (rest, word) = match rest.strip_prefix('~') {
            Some(after) if matches!(word, "in" | "!in") => (after, format!("{word}~")),
            _ => (rest, word.to_owned()),
        };
        let literal = match word.as_str() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        };
        return Ok(Some((
            rest,
            literal.map_or(Token::Word(word), |b| Token::Literal(Value::Bool(b), ScalarType::Bool)),
        )));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return number(text).map(Some);
    }
    Ok(MARKS.iter().find(|mark| text.starts_with(**mark)).map(|mark| (&text[mark.len()..], Token::Mark(mark))))
}

const fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

const fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// A name or keyword; `!` belongs to it when a letter follows (`!in`, `!between`).
fn word(text: &str) -> IResult<&str, &str> {
    let plain = recognize(pair(take_while1(starts_word), take_while(in_word)));
    let negated = recognize(pair(char('!'), take_while1(|c: char| c.is_ascii_alphabetic() || c == '_')));
    alt((plain, negated)).parse(text)
}

/// A string literal of any spelling.
pub(super) fn string(text: &str) -> Result<Option<(&str, String)>, Problem> {
    let unmarked = text.strip_prefix(['h', 'H']).unwrap_or(text);
    for fence in ["```", "~~~"] {
        if let Some(inner) = unmarked.strip_prefix(fence) {
            let found: IResult<&str, &str> = terminated(take_until(fence), tag(fence)).parse(inner);
            return match found {
                Ok((rest, content)) => Ok(Some((rest, content.to_owned()))),
                Err(_) => Err(unterminated(fence, text.len())),
            };
        }
    }
    let prefix: IResult<&str, Option<&str>> =
        opt(terminated(tag_no_case("h"), peek(alt((tag("'"), tag("\""), tag("@")))))).parse(text);
    let Ok((body, _)) = prefix else { return Ok(None) };
    let verbatim: IResult<&str, char> = preceded(char('@'), one_of("'\"")).parse(body);
    if let Ok((inner, quote)) = verbatim {
        return self::verbatim(inner, quote, text.len());
    }
    let quoted: IResult<&str, char> = one_of("'\"").parse(body);
    match quoted {
        Ok((inner, quote)) => escaped(inner, quote, text),
        Err(_) => Ok(None),
    }
}

fn unterminated(quote: &str, end: usize) -> Problem {
    let mut problem = Problem::new("KQL002", "this string is not closed", end);
    problem.help = Some(format!("end it with {quote}"));
    problem
}

/// `@"…"`: a doubled quote is one, a backslash is itself.
fn verbatim(inner: &str, quote: char, length: usize) -> Result<Option<(&str, String)>, Problem> {
    let mut value = String::new();
    let mut rest = inner;
    loop {
        let part: IResult<&str, &str> = take_till(|c| c == quote).parse(rest);
        let Ok((at_quote, content)) = part else { return Err(unterminated(&quote.to_string(), length)) };
        value.push_str(content);
        let Some(after) = at_quote.strip_prefix(quote) else { return Err(unterminated(&quote.to_string(), length)) };
        match after.strip_prefix(quote) {
            Some(more) => {
                value.push(quote);
                rest = more;
            }
            None => return Ok(Some((after, value))),
        }
    }
}

/// `"…"` with backslash escapes, on one line.
fn escaped<'t>(inner: &'t str, quote: char, text: &'t str) -> Result<Option<(&'t str, String)>, Problem> {
    let mut value = String::new();
    let mut chars = inner.char_indices();
    let line = || text.find('\n').unwrap_or(text.len());
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok(Some((&inner[at + c.len_utf8()..], value))),
            '\n' => return Err(unterminated(&quote.to_string(), line())),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('t') => value.push('\t'),
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('b') => value.push('\u{8}'),
                Some('f') => value.push('\u{c}'),
                Some('v') => value.push('\u{b}'),
                Some('a') => value.push('\u{7}'),
                Some(first @ '0'..='7') => value.push(super::escape::octal(first, &mut chars)),
                Some(c @ ('\\' | '"' | '\'')) => value.push(c),
                Some(u @ ('u' | 'U' | 'x')) => {
                    let digits = match u {
                        'u' => 4,
                        'U' => 8,
                        _ => 2,
                    };
                    match super::escape::unicode(&mut chars, digits) {
                        Some(c) => value.push(c),
                        None => return Err(bad_escape(text, line())),
                    }
                }
                Some(_) => return Err(bad_escape(text, line())),
                None => return Err(unterminated(&quote.to_string(), line())),
            },
            c => value.push(c),
        }
    }
    Err(unterminated(&quote.to_string(), line()))
}

fn bad_escape(text: &str, line: usize) -> Problem {
    let mut problem = Problem::new("KQL003", "this string has an escape that KQL does not know", line.min(text.len()));
    problem.help =
        Some("write a backslash as \\\\, or put @ before the string to take backslashes as they are".to_owned());
    problem
}

/// A number, a timespan such as `1.5h`, or a name that begins with a digit.
fn number(text: &str) -> Result<(&str, Token), Problem> {
    let hex: IResult<&str, &str> = preceded(tag_no_case("0x"), hex_digit1).parse(text);
    if let Ok((rest, digits)) = hex {
        return match u64::from_str_radix(digits, 16) {
            Ok(n) => Ok((rest, Token::Literal(Value::Long(n as i64), ScalarType::Long))),
            Err(_) => Err(Problem::new("KQL005", "this number does not fit a long", text.len() - rest.len())),
        };
    }
    // `10.` is a number too, unless a range `10..20` or a member begins there.
    let bare_point = terminated(tag("."), not(peek(alt((tag("."), take_while1(starts_word), tag("["))))));
    let fraction = alt((recognize(pair(char('.'), digit1)), bare_point));
    let exponent =
        recognize((one_of("eE"), opt(one_of("+-")), digit1, not(peek(one_of("abcdfghijklmnopqrstuvwxyz_")))));
    let parts: IResult<&str, (&str, Option<&str>, Option<&str>)> = (digit1, opt(fraction), opt(exponent)).parse(text);
    let Ok((rest, (whole, fraction, exponent))) = parts else { return Err(Problem::new("KQL005", "not a number", 1)) };
    let number = &text[..text.len() - rest.len()];
    let tail = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
    if tail > 0 {
        let all = &text[..number.len() + tail];
        let after = &rest[tail..];
        if let Some(ticks) = parse_timespan_literal(all) {
            return Ok((after, Token::Literal(Value::TimeSpan(ticks), ScalarType::TimeSpan)));
        }
        if fraction.is_none() {
            return Ok((after, Token::Word(all.to_owned())));
        }
        let mut problem = Problem::new("KQL005", format!("'{all}' is no number and no timespan"), all.len());
        problem.help = Some("timespans end in d, h, m, s, ms, microsecond or tick".to_owned());
        return Err(problem);
    }
    if fraction.is_none() && exponent.is_none() {
        return match whole.parse() {
            Ok(n) => Ok((rest, Token::Literal(Value::Long(n), ScalarType::Long))),
            Err(_) if whole == "9223372036854775808" => Ok((rest, Token::Beyond)),
            Err(_) => Err(Problem::new("KQL005", "this number does not fit a long", whole.len())),
        };
    }
    let real = number.parse().unwrap_or(f64::NAN);
    Ok((rest, Token::Literal(Value::Real(real), ScalarType::Real)))
}
