//! Values with weights that can be stored and merged: a t-digest, exact while there are few.

use crate::types::{Json, ScalarType, Value, cast};

/// As many points are kept as they are; more are drawn together.
const FEW: usize = 4096;
/// How fine a digest remains after that.
const FINENESS: f64 = 2000.0;

/// Values of one type, ordered, each with its weight.
#[derive(Clone, Debug)]
pub(in crate::functions) struct Digest {
    /// `long`, `real`, `datetime` or `timespan`.
    of: ScalarType,
    /// Whole numbers and ticks as [`Value::Long`], others as [`Value::Real`].
    points: Vec<(Value<'static>, f64)>,
}

/// The place of a percentile among some values, from 1. The small step down makes up for what the product of two
/// doubles may have too much.
pub(in crate::functions) fn place(rank: f64, size: f64) -> f64 {
    (rank * size / 100.0 - 1e-9).ceil().max(1.0)
}

/// A value as a digest holds it.
fn point(value: &Value<'_>) -> Option<(ScalarType, Value<'static>)> {
    Some(match value {
        Value::Int(_) | Value::Long(_) => (ScalarType::Long, Value::Long(value.as_i64()?)),
        Value::DateTime(t) => (ScalarType::DateTime, Value::Long(*t)),
        Value::TimeSpan(t) => (ScalarType::TimeSpan, Value::Long(*t)),
        _ => (ScalarType::Real, Value::Real(value.as_f64()?)),
    })
}

impl Digest {
    /// The digest of values with their weights; `None` when there is no value.
    pub(in crate::functions) fn of<'v>(values: impl Iterator<Item = (&'v Value<'static>, f64)>) -> Option<Self> {
        let mut of = None;
        let mut points = Vec::new();
        for (value, weight) in values.filter(|(_, weight)| *weight > 0.0) {
            let Some((scalar_type, value)) = point(value) else { continue };
            of.get_or_insert(scalar_type);
            points.push((value, weight));
        }
        Some(Self::with(of?, points))
    }

    fn with(of: ScalarType, mut points: Vec<(Value<'static>, f64)>) -> Self {
        points.sort_by(|a, b| a.0.total_order(&b.0));
        points.dedup_by(|next, kept| {
            let same = next.0.order(&kept.0).is_eq();
            if same {
                kept.1 += next.1;
            }
            same
        });
        if points.len() > FEW {
            points = drawn_together(points);
        }
        Self { of, points }
    }

    /// Both together.
    pub(in crate::functions) fn merge(self, other: Self) -> Self {
        Self::with(self.of, self.points.into_iter().chain(other.points).collect())
    }

    fn weight(&self) -> f64 {
        self.points.iter().map(|(_, weight)| weight).sum()
    }

    /// The value at a percentile, by nearest rank.
    pub(in crate::functions) fn percentile(&self, rank: f64) -> Value<'static> {
        if !rank.is_finite() {
            return Value::Null;
        }
        let wanted = place(rank, self.weight());
        let mut seen = 0.0;
        let found = self.points.iter().find(|(_, weight)| {
            seen += weight;
            seen >= wanted
        });
        match (found.or(self.points.last()), self.of) {
            (Some((Value::Long(t), _)), ScalarType::DateTime) => Value::DateTime(*t),
            (Some((Value::Long(t), _)), ScalarType::TimeSpan) => Value::TimeSpan(*t),
            (Some((value, _)), _) => value.clone(),
            (None, _) => Value::Null,
        }
    }

    /// How much weight is not above a value.
    pub(in crate::functions) fn rank(&self, value: &Value<'_>) -> Option<f64> {
        let (_, value) = point(value)?;
        let below = self.points.iter().take_while(|(v, _)| v.order(&value).is_le());
        Some(below.map(|(_, weight)| weight).sum())
    }

    /// As [`Digest::rank`], of a hundred.
    pub(in crate::functions) fn percent_rank(&self, value: &Value<'_>) -> Option<f64> {
        Some(self.rank(value)? * 100.0 / self.weight())
    }

    /// As a dynamic: the type, then the points.
    pub(in crate::functions) fn to_json(&self) -> Json {
        let points = self.points.iter().map(|(v, weight)| Json::Array(vec![v.to_json(), Json::from(*weight)]));
        Json::Array(vec![Json::from("tdigest"), Json::from(self.of.name()), points.collect()])
    }

    /// Reads what [`Digest::to_json`] wrote.
    pub(in crate::functions) fn from_json(json: &Json) -> Option<Self> {
        let [Json::String(kind), Json::String(of), Json::Array(points)] = json.as_array()?.as_slice() else {
            return None;
        };
        let of = ScalarType::from_name(of).filter(|_| kind == "tdigest")?;
        let held = if of == ScalarType::Real { ScalarType::Real } else { ScalarType::Long };
        let points = points.iter().map(|pair| {
            let [value, weight] = pair.as_array()?.as_slice() else { return None };
            let value = cast(&Value::dynamic(value.clone()), held).into_owned();
            Some((value, weight.as_f64().filter(|w| *w > 0.0)?))
        });
        Some(Self { of, points: points.collect::<Option<_>>()? })
    }
}

/// Neighbours become one where that hardly moves a rank: many in the middle, few at the ends.
fn drawn_together(points: Vec<(Value<'static>, f64)>) -> Vec<(Value<'static>, f64)> {
    let total: f64 = points.iter().map(|(_, weight)| weight).sum();
    let scale = |share: f64| FINENESS / std::f64::consts::TAU * (2.0 * share.clamp(0.0, 1.0) - 1.0).asin();
    let mut answer: Vec<(Value<'static>, f64)> = Vec::new();
    let mut before = 0.0;
    for (value, weight) in points {
        if let Some((kept, its_weight)) = answer.last_mut() {
            let together = *its_weight + weight;
            if scale((before + together) / total) - scale(before / total) <= 1.0 {
                *kept = between(kept, &value, weight / together);
                *its_weight = together;
                continue;
            }
            before += *its_weight;
        }
        answer.push((value, weight));
    }
    answer
}

/// The value some share of the way from one to another.
fn between(from: &Value<'_>, to: &Value<'_>, share: f64) -> Value<'static> {
    match (from, to) {
        (Value::Long(a), Value::Long(b)) => {
            let step = (i128::from(*b) - i128::from(*a)) as f64 * share;
            Value::Long(a.saturating_add(step.round() as i64))
        }
        _ => {
            let (a, b) = (from.as_f64().unwrap_or(f64::NAN), to.as_f64().unwrap_or(f64::NAN));
            Value::Real(a + (b - a) * share)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_keep_their_ranks() {
        let values: Vec<Value<'static>> = (1..=100_000).map(Value::Long).collect();
        let digest = Digest::of(values.iter().map(|v| (v, 1.0))).unwrap();
        assert!(digest.points.len() < FEW, "{}", digest.points.len());
        let read = Digest::from_json(&digest.to_json()).unwrap();
        for rank in [0.1, 1.0, 25.0, 50.0, 95.0, 99.9] {
            let found = read.percentile(rank).as_f64().unwrap();
            assert!((found / 1000.0 - rank).abs() < 0.2, "{found} at {rank}");
            let back = read.percent_rank(&Value::Long(found as i64)).unwrap();
            assert!((back - rank).abs() < 0.3, "{back} for {rank}");
        }
    }
}
