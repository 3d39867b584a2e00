//! Texts made to hurt: reading takes time in step with their length, and every limit refuses by its own name.

use super::limits::*;
use super::parser::parse_counting;
use super::{format, parse};

/// How often the parser may look at each token.
const LOOKS: usize = 60;

/// Constructs that repeat or nest, each with as many items as asked for.
const CONSTRUCTS: [(&str, fn(usize) -> String); 38] = [
    ("parentheses", |n| format!("print {}1{}", "(".repeat(n), ")".repeat(n))),
    ("open parentheses", |n| format!("print {}", "(".repeat(n))),
    ("closing parentheses", |n| format!("print 1{}", ")".repeat(n))),
    ("brackets", |n| format!("print x{}1{}", "[".repeat(n), "]".repeat(n))),
    ("not(not(", |n| format!("print {}true{}", "not(".repeat(n), ")".repeat(n))),
    ("minus", |n| format!("print {}1", "- ".repeat(n))),
    ("or", |n| format!("T | where a{}", " or a".repeat(n))),
    ("and", |n| format!("T | where a{}", " and a".repeat(n))),
    ("and inside or", |n| format!("T | where a{}", " and a or b".repeat(n))),
    ("sum", |n| format!("print 1{}", " + 1".repeat(n))),
    ("mixed sum", |n| format!("print 1{}", " + 1 * 2".repeat(n))),
    ("comparisons", |n| format!("print 1{}", " == 1".repeat(n))),
    ("pipes", |n| format!("T{}", " | count".repeat(n))),
    ("empty pipes", |n| format!("T{}", " |".repeat(n))),
    ("functions", |n| format!("{}1{}", "let f = () { ".repeat(n), "};".repeat(n))),
    ("function bodies in a row", |n| "let f = (a:long) { a + 1 };".repeat(n)),
    ("lets", |n| "let a = 1;".repeat(n)),
    ("strings", |n| format!("print {}", "\"a\" ".repeat(n))),
    ("string operators", |n| format!("print a{}", " has \"b\"".repeat(n))),
    ("comments", |n| format!("print 1{}", "// a\n".repeat(n))),
    ("case", |n| format!("print {}1{}", "case(a, 1, ".repeat(n), ")".repeat(n))),
    ("arguments", |n| format!("print f(1{})", ", 1".repeat(n))),
    ("columns", |n| format!("T | extend a = 1{}", ", a = 1".repeat(n))),
    ("tuples", |n| format!("T | extend {}", "(a, b, c".repeat(n))),
    ("json", |n| format!("print dynamic({}1{})", "[".repeat(n), "]".repeat(n))),
    ("json inside json", |n| format!("print {}1{}", "dynamic(".repeat(n), ")".repeat(n))),
    ("json items", |n| format!("print dynamic([1{}])", ", 1".repeat(n))),
    ("rows", |n| format!("datatable(a:long) [1{}]", ", 1".repeat(n))),
    ("legs", |n| format!("union T{}", ", T".repeat(n))),
    ("tables in tables", |n| format!("{}T{}", "union (".repeat(n), ")".repeat(n))),
    ("joins", |n| format!("{}T{}", "T | join (".repeat(n), ") on a".repeat(n))),
    ("paths", |n| format!("print a{}", ".a".repeat(n))),
    ("indexes", |n| format!("print a{}", "[0]".repeat(n))),
    ("hyphens", |n| format!("T | a{}", "-a".repeat(n))),
    ("broken literals", |n| "long(\n".repeat(n)),
    ("strange characters", |n| "\u{20ac}".repeat(n)),
    ("between", |n| format!("print {}1{}", "1 between (".repeat(n), " .. 2)".repeat(n))),
    ("wildcards", |n| format!("T | project-away a{}", "*a".repeat(n))),
];

#[test]
fn reading_is_linear() {
    for (name, construct) in CONSTRUCTS {
        for items in [10, 240, 900, 5_000, 20_000, 100_000] {
            let text = construct(items);
            let (outcome, visited) = parse_counting(&text);
            assert!(visited <= LOOKS * (text.len() + 10), "{items} {name} are looked at {visited} times");
            if let Err(findings) = outcome {
                assert!(findings.len() <= MAX_FINDINGS, "{items} {name} have {} findings", findings.len());
            }
        }
    }
}

#[test]
fn looking_grows_with_the_items() {
    for (name, construct) in CONSTRUCTS {
        let visits = |items| parse_counting(&construct(items)).1;
        let (few, many) = (visits(100), visits(200));
        assert!(many <= 2 * few + 200, "{name}: {few} looks at 100 items, {many} at 200");
    }
}

#[test]
fn layout_survives_what_is_read() {
    for (name, construct) in CONSTRUCTS {
        for items in [100, 240, 900, 10_000] {
            let text = construct(items);
            if parse(&text).is_ok() {
                let Ok(laid_out) = format(&text) else { continue };
                assert!(parse(&laid_out).is_ok(), "{items} {name} are laid out as no query");
            }
        }
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    parse(text).err().unwrap_or_default().iter().map(|finding| finding.code).collect()
}

#[test]
fn bytes() {
    let text = |bytes: usize| format!("print 1 //{}", "x".repeat(bytes - 10));
    assert_eq!(codes(&text(MAX_BYTES)), [""; 0]);
    assert_eq!(codes(&text(MAX_BYTES + 1)), ["KQL090"]);
}

#[test]
fn tokens() {
    // print, a number, and two for each further number.
    let text =
        |tokens: usize| format!("print {}{}", "1,".repeat(tokens / 2 - 1), if tokens % 2 == 0 { "1" } else { "1 " });
    assert_eq!(codes(&text(MAX_TOKENS)), [""; 0]);
    assert_eq!(codes(&format!("{};", text(MAX_TOKENS))), ["KQL091"]);
}

#[test]
fn nesting() {
    let nested: [fn(usize) -> String; 6] = [
        |n| format!("let a = {}1{}", "(".repeat(n), ")".repeat(n)),
        |n| format!("let a = {}1{}", "f(".repeat(n), ")".repeat(n)),
        |n| format!("let a = x{}1{}", "[y".repeat(n - 1), "]".repeat(n - 1)).replace("[y1", "[y"),
        |n| format!("let a = {}x", "-".repeat(n)),
        |n| format!("{}1{}", "let f = () { ".repeat(n), "};".repeat(n)),
        |n| format!("let a = {}1{}", "1 between (".repeat(n), " .. 2)".repeat(n)),
    ];
    for text in nested {
        assert_eq!(codes(&text(MAX_NESTING)), [""; 0], "{:.60}", text(MAX_NESTING));
        assert!(codes(&text(MAX_NESTING + 2)).contains(&"KQL092"), "{:.60}", text(MAX_NESTING));
    }
    let parentheses = nested[0];
    assert_eq!(codes(&parentheses(MAX_NESTING + 1))[0], "KQL092");
}

#[test]
fn chains() {
    let chains: [fn(usize) -> String; 4] = [
        |n| format!("print 1{}", " + 1".repeat(n)),
        |n| format!("print a{}", ".b".repeat(n)),
        |n| format!("print a{}", "[0]".repeat(n)),
        |n| format!("print a{}", " == 1".repeat(n)),
    ];
    for text in chains {
        assert_eq!(codes(&text(MAX_CHAIN)), [""; 0]);
        assert_eq!(codes(&text(MAX_CHAIN + 1))[0], "KQL093");
    }
}

#[test]
fn json() {
    let nested: [fn(usize) -> String; 3] = [
        |n| format!("print dynamic({}1{})", "[".repeat(n - 1), "]".repeat(n - 1)),
        |n| format!("print dynamic({}1{})", "{\"a\":".repeat(n - 1), "}".repeat(n - 1)),
        |n| format!("print {}1{}", "dynamic(".repeat(n), ")".repeat(n)),
    ];
    for text in nested {
        assert_eq!(codes(&text(MAX_DYNAMIC_DEPTH)), [""; 0]);
        assert_eq!(codes(&text(MAX_DYNAMIC_DEPTH + 1)), ["KQL094"]);
    }
}

#[test]
fn findings() {
    let text = |findings: usize| format!("T{}", " | nosuch".repeat(findings));
    assert_eq!(codes(&text(MAX_FINDINGS)).len(), MAX_FINDINGS);
    assert_eq!(codes(&text(MAX_FINDINGS + 1)).len(), MAX_FINDINGS);
}
