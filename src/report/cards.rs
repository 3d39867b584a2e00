//! The summary: values at a glance, and their change against the period before.

use super::Done;
use crate::render::{Answer, Options, RenderError};

/// A value at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// What it is of.
    pub name: String,
    /// The value, for people.
    pub value: String,
    /// The value in the period before, where the change is told by it.
    pub before: Option<String>,
    /// How far it changed: `+12 %`.
    pub change: Option<String>,
}

/// The cards of a query that renders some: a card for each column of its first row.
///
/// # Errors
/// When the values cannot be put as the query's `render` asks.
pub fn cards(done: &Done<'_>, options: &Options) -> Result<Vec<Card>, RenderError> {
    let Some(answer) = done.answers().first().filter(|_| done.is_card()) else { return Ok(Vec::new()) };
    let before = done.before.first().filter(|before| before.rows() > 0);
    let old = before.map(|before| crate::render::card_values(before, options)).transpose()?.unwrap_or_default();
    let (numbers, old_numbers) = (numbers(answer), before.map(numbers).unwrap_or_default());
    let mut cards = Vec::new();
    for (name, value) in crate::render::card_values(answer, options)? {
        let number = |of: &[(String, f64)]| of.iter().find(|(n, _)| *n == name).map(|(_, x)| *x);
        let both = number(&numbers).zip(number(&old_numbers));
        let before = old.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
        // What was nothing is no measure.
        let before =
            before.filter(|_| both.is_some_and(|(now, before)| before != 0.0 && now.is_finite() && before.is_finite()));
        cards.push(Card { name, value, before, change: both.map(|(now, before)| change(now, before)) });
    }
    Ok(cards)
}

/// The numbers of the first row, by column.
fn numbers(answer: &Answer) -> Vec<(String, f64)> {
    let names = answer.columns();
    let mut found: Option<Vec<(String, f64)>> = None;
    answer.for_each_row(|row| {
        found.get_or_insert_with(|| {
            let values = names.iter().zip(row);
            values
                .filter_map(|((name, scalar_type), value)| {
                    let ticks = || value.as_ticks().filter(|_| scalar_type.is_summable()).map(|ticks| ticks as f64);
                    Some(((*name).to_owned(), value.as_f64().or_else(ticks)?))
                })
                .collect()
        });
    });
    found.unwrap_or_default()
}

/// How far a number changed, for people.
fn change(now: f64, before: f64) -> String {
    if before == 0.0 || !now.is_finite() || !before.is_finite() {
        return (if now == before { "no change" } else { "none before" }).to_owned();
    }
    let share = (now - before) / before.abs() * 100.0;
    let sign = if share < 0.0 { '−' } else { '+' };
    match share.abs() {
        size if size < 0.05 => "no change".to_owned(),
        size if size < 9.95 => format!("{sign}{size:.1} %"),
        size if size < 999.5 => format!("{sign}{size:.0} %"),
        _ => format!("{:.0} times as much", now / before),
    }
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn changes_are_told_in_percent() {
        for (now, before, want) in [
            (110.0, 100.0, "+10 %"),
            (99.0, 100.0, "−1.0 %"),
            (0.0, 100.0, "−100 %"),
            (100.0, 100.0, "no change"),
            (0.0, 0.0, "no change"),
            (5.0, 0.0, "none before"),
            (5000.0, 100.0, "50 times as much"),
            (f64::NAN, 100.0, "none before"),
        ] {
            assert_eq!(change(now, before), want, "{now} {before}");
        }
    }
}
