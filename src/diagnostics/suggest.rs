/// Longer words are no slips of the pen, and comparing them takes time and memory in step with their square.
const LONGEST: usize = 128;

/// The candidate a person most likely meant: the same but for case, else the nearest by Damerau-Levenshtein distance
/// when that is at most a third of the word.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            let distance = if candidate.eq_ignore_ascii_case(word) {
                0
            } else {
                strsim::damerau_levenshtein(&candidate.to_lowercase(), &word.to_lowercase()).max(1)
            };
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}
