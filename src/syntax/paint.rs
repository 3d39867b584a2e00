//! How a query's text is painted: every byte of it in a piece, the pieces in order.

use super::Span;
use super::lexer::{Token, lex};
use super::operators::KEYWORDS;
use crate::render::{Ink, Piece};
use crate::types::ScalarType;

/// Words that join or belong to an operator wherever they stand.
const CLAUSES: [&str; 51] = [
    "alias",
    "and",
    "asc",
    "between",
    "by",
    "contains",
    "contains_cs",
    "declare",
    "desc",
    "endswith",
    "endswith_cs",
    "first",
    "from",
    "has",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "in",
    "in~",
    "is",
    "last",
    "let",
    "like",
    "matches",
    "nulls",
    "of",
    "on",
    "or",
    "partition",
    "pattern",
    "query_parameters",
    "regex",
    "restrict",
    "set",
    "startswith",
    "startswith_cs",
    "step",
    "to",
    "typeof",
    "using",
    "view",
    "with",
    "where",
    "access",
    "default",
    "kind",
    "hint",
];

/// The pieces of a text: words, literals and comments in their paints, and what is between them. What cannot be read
/// is plain.
pub fn paint(text: &str) -> Vec<Piece> {
    let (tokens, _) = lex(text);
    let mut painter = Painter { text, done: 0, pieces: Vec::new() };
    let mut at = 0;
    while let Some((token, span)) = tokens.get(at) {
        let after = tokens.get(at + 1);
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map(|(token, _)| token);
        let mut end = span.end;
        let ink = match token {
            Token::Text(_) => Ink::Text,
            Token::Literal(..) | Token::Beyond => Ink::Literal,
            Token::Mark(_) | Token::End => Ink::Plain,
            Token::Word(word) => {
                let called = matches!(after, Some((Token::Mark("("), _)));
                let starts = match before {
                    None | Some(Token::Mark("|" | ";")) => true,
                    Some(Token::Mark("(" | "{" | "=")) => !called,
                    _ => false,
                };
                let keyword = if starts { keyword(&tokens[at..]) } else { None };
                if let Some(length) = keyword {
                    at += length - 1;
                    end = tokens[at].1.end;
                }
                match before {
                    _ if keyword.is_some() => Ink::Keyword,
                    Some(Token::Mark(":")) if ScalarType::from_name(word).is_some() => Ink::Type,
                    Some(Token::Word(operator)) if operator == "render" => Ink::Type,
                    _ if CLAUSES.contains(&word.trim_start_matches('!')) => Ink::Keyword,
                    _ if called => Ink::Function,
                    _ => Ink::Plain,
                }
            }
        };
        painter.take(Span::new(span.start, end), ink);
        at += 1;
    }
    painter.pieces
}

/// How many tokens the operator's keyword at the start of these has: words joined by hyphens are one.
fn keyword(tokens: &[(Token, Span)]) -> Option<usize> {
    let Some((Token::Word(word), first)) = tokens.first() else { return None };
    let mut found = KEYWORDS.contains(&word.as_str()).then_some(1);
    let (mut joined, mut end) = (word.clone(), first.end);
    for (n, pair) in tokens[1..].chunks_exact(2).enumerate() {
        let [(Token::Mark("-"), hyphen), (Token::Word(next), part)] = pair else { break };
        if hyphen.start != end || part.start != hyphen.end || joined.len() > 24 {
            break;
        }
        joined = format!("{joined}-{next}");
        end = part.end;
        if KEYWORDS.contains(&joined.as_str()) {
            found = Some(2 * n + 3);
        }
    }
    found
}

struct Painter<'t> {
    text: &'t str,
    done: usize,
    pieces: Vec<Piece>,
}

impl Painter<'_> {
    /// A token and whatever stands before it.
    fn take(&mut self, span: Span, ink: Ink) {
        let between = self.text.get(self.done..span.start).unwrap_or_default();
        for line in between.split_inclusive('\n') {
            let comment = line.find("//").or_else(|| line.trim_start().starts_with('#').then_some(0));
            let (blank, comment) = line.split_at(comment.unwrap_or(line.len()));
            self.add(blank, Ink::Plain);
            self.add(comment, Ink::Comment);
        }
        self.add(self.text.get(span.start..span.end).unwrap_or_default(), ink);
        self.done = span.end.max(self.done);
    }

    fn add(&mut self, text: &str, ink: Ink) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.ink == ink => last.text.push_str(text),
            _ => self.pieces.push(Piece { text: text.to_owned(), ink }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(text: &str) -> String {
        let pieces = paint(text);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        let shown = pieces.iter().filter(|piece| piece.ink != Ink::Plain);
        shown.map(|piece| format!("{:?} {}\n", piece.ink, piece.text.trim_end())).collect()
    }

    #[test]
    fn words_have_their_paints() {
        assert_eq!(
            painted(
                "// Calls\nlet n = 5;\nT | where A !has 'x' // http://a\n| make-series c=count() on t step 1h\n\
                 | project-away a-b | render timechart"
            ),
            "Comment // Calls\nKeyword let\nLiteral 5\nKeyword where\nKeyword !has\nText 'x'\nComment // http://a\n\
             Keyword make-series\nFunction count\nKeyword on\nKeyword step\nLiteral 1h\nKeyword project-away\n\
             Keyword render\nType timechart\n"
        );
    }

    #[test]
    fn no_byte_is_lost() {
        for text in ["", "  ", "'open", "a § b", "//", "#x\n\u{feff}print 'a' 'b'", "{P:grain} | x", "é|è", "T//é"]
        {
            painted(text);
        }
    }
}
