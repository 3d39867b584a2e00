//! Compiled patterns, kept per thread: a query names few, and each row asks for the same one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

/// How many patterns a thread keeps; beyond it the cache starts anew (patterns taken from a column could be endless).
const CAPACITY: usize = 256;

thread_local! {
    static CACHE: RefCell<HashMap<String, Option<Rc<Regex>>>> = RefCell::new(HashMap::new());
}

/// Compiles a pattern in Kusto's dialect: that of the crate, with octal characters (`\101`) besides.
pub fn compile_regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).octal(true).build()
}

/// The compiled pattern, or `None` when it is not a regular expression of RE2's dialect. It is shared, not cloned: a
/// clone has a cache of its own, which each row would fill anew.
pub fn cached_regex(pattern: &str) -> Option<Rc<Regex>> {
    CACHE.with_borrow_mut(|cache| {
        if let Some(found) = cache.get(pattern) {
            return found.clone();
        }
        if cache.len() >= CAPACITY {
            cache.clear();
        }
        let compiled = compile_regex(pattern).ok().map(Rc::new);
        cache.insert(pattern.to_owned(), compiled.clone());
        compiled
    })
}
