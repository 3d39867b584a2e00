//! Aggregates. All are exact: none of the sketches that Spark and Sail would each estimate in their own way.

use super::literal::{real, text as quoted};
use super::{Beyond, Said, Words, calendar, is_whole};
use crate::ir::{AggregateCall, AggregateKind, CoreAggregate, Expr};
use crate::types::{ScalarType, Value};

/// Reals hold whole numbers up to this one.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The calls of one `summarize`, which may have to know of one another.
pub(super) struct Calls<'a> {
    pub words: &'a Words<'a>,
    pub calls: &'a [AggregateCall],
}

impl Calls<'_> {
    /// A call in SQL. A string is never null, whatever the group.
    pub(super) fn call(&self, call: &AggregateCall) -> Said {
        let said = self.form(call)?;
        Ok(if call.scalar_type == ScalarType::String { format!("coalesce({said}, '')") } else { said })
    }

    fn form(&self, call: &AggregateCall) -> Said {
        let beyond = || Beyond::new(format!("{}()", call.function));
        if let AggregateKind::Core(core) = call.meaning {
            return self.core(core, call, None);
        }
        let condition = |at: usize| call.arguments.get(at).ok_or_else(beyond).and_then(|c| self.words.boolean(c));
        match call.function {
            "sumif" => self.core(CoreAggregate::Sum, call, Some(condition(1)?)),
            "avgif" => self.core(CoreAggregate::Average, call, Some(condition(1)?)),
            "minif" => self.core(CoreAggregate::Min, call, Some(condition(1)?)),
            "maxif" => self.core(CoreAggregate::Max, call, Some(condition(1)?)),
            "take_anyif" => self.core(CoreAggregate::TakeAny, call, Some(condition(1)?)),
            "dcountif" | "count_distinctif" => self.core(CoreAggregate::CountDistinct, call, Some(condition(1)?)),
            "percentile" => self.percentile(call),
            "arg_max" | "arg_min" => self.row_of_extreme(call),
            "make_list" | "make_set" => self.gathered(call),
            "stdev" | "variance" | "stdevp" | "variancep" => self.spread(call),
            _ => Err(beyond()),
        }
    }

    fn argument<'c>(&self, call: &'c AggregateCall) -> Result<(&'c Expr, ScalarType), Beyond> {
        let argument = call.arguments.first().ok_or_else(|| Beyond::new(format!("{}()", call.function)))?;
        Ok((argument, argument.scalar_type))
    }

    fn core(&self, core: CoreAggregate, call: &AggregateCall, condition: Option<String>) -> Said {
        let beyond = |t: ScalarType| Beyond::new(format!("{}() of a {t}", call.function));
        if core == CoreAggregate::Count {
            return Ok("count(*)".to_owned());
        }
        let (argument, from) = self.argument(call)?;
        let value = self.words.expr(argument)?;
        if core == CoreAggregate::CountIf {
            return Ok(format!("count(CASE WHEN {} THEN 1 END)", self.words.boolean(argument)?));
        }
        // Where the condition is not true there is no value.
        let of = |value: String| match &condition {
            Some(condition) => format!("CASE WHEN {condition} THEN {value} END"),
            None => value,
        };
        let as_long = || of(if from == ScalarType::Int { format!("CAST({value} AS BIGINT)") } else { value.clone() });
        Ok(match core {
            CoreAggregate::Sum if is_whole(from) => format!("sum({})", as_long()),
            CoreAggregate::Sum if from == ScalarType::Real => format!("sum({})", of(value)),
            CoreAggregate::Average if from.is_integer() => {
                let value = as_long();
                format!("(CAST(sum({value}) AS DOUBLE) / CAST(nullif(count({value}), 0L) AS DOUBLE))")
            }
            CoreAggregate::Average if from == ScalarType::Real => format!("avg({})", of(value)),
            // Sums of ticks outgrow 64 bits.
            CoreAggregate::Average if is_whole(from) => {
                let value = of(value);
                let sum = format!("sum(CAST({value} AS DECIMAL(20, 0)))");
                format!("CAST({sum} div nullif(count({value}), 0L) AS BIGINT)")
            }
            CoreAggregate::Min if from == ScalarType::Real => {
                let value = of(value);
                format!(
                    "CASE WHEN bool_or(coalesce(isnan({value}), false)) THEN {} ELSE min({value}) END",
                    real(f64::NAN)
                )
            }
            CoreAggregate::Min if ordered(from) => format!("min({})", of(value)),
            // NaN is the greatest of all there, as it is to be here.
            CoreAggregate::Max if ordered(from) || from == ScalarType::Real => format!("max({})", of(value)),
            CoreAggregate::TakeAny => self.any(call, of(value))?,
            CoreAggregate::CountDistinct if ordered(from) || from == ScalarType::Guid => {
                let value = of(value);
                // Mixed with percentiles, a distinct count makes Spark hold rows once for each: ten times slower.
                if self.calls.iter().any(|c| c.function == "percentile") {
                    format!("CAST(size(collect_set({value})) AS BIGINT)")
                } else {
                    format!("count(DISTINCT {value})")
                }
            }
            _ => return Err(beyond(from)),
        })
    }

    /// Some value, neither null nor empty where there is another, and the same on each run. Several are of one row, the
    /// one that has the most of them.
    fn any(&self, call: &AggregateCall, value: String) -> Said {
        let greatest = format!("max({value})");
        let all: Vec<&AggregateCall> = self.calls.iter().filter(|c| c.function == call.function).collect();
        if all.len() < 2 || call.arguments.len() != 1 {
            return Ok(greatest);
        }
        let (mut fields, mut filled, mut own) = (Vec::new(), Vec::new(), 0);
        for (at, other) in all.iter().enumerate() {
            let (argument, _) = self.argument(other)?;
            let said = self.words.expr(argument)?;
            let missing = if argument.scalar_type == ScalarType::String {
                format!("{said} = ''")
            } else {
                format!("{said} IS NULL")
            };
            filled.push(format!("CASE WHEN {missing} THEN 0 ELSE 1 END"));
            fields.push(format!("'v{at}', {said}"));
            if other.name == call.name {
                own = at;
            }
        }
        let row = format!("max_by(named_struct({}), {}).v{own}", fields.join(", "), filled.join(" + "));
        let row = if call.scalar_type == ScalarType::String { format!("nullif({row}, '')") } else { row };
        Ok(format!("coalesce({row}, {greatest})"))
    }

    /// The value of nearest rank.
    fn percentile(&self, call: &AggregateCall) -> Said {
        let (argument, from) = self.argument(call)?;
        let value = self.words.expr(argument)?;
        let rank = call.arguments.get(1).and_then(Expr::as_literal).and_then(Value::as_f64);
        let Some(rank) = rank.filter(|r| (0.0..=100.0).contains(r)) else {
            return Err(Beyond::new("percentile() with such a rank"));
        };
        // By a hair less, for a product such as 0.07 * 100 lies above 7.
        let share = real(rank / 100.0 * (1.0 - 1e-14));
        let found = |value: &str| format!("percentile_disc({share}) WITHIN GROUP (ORDER BY {value})");
        match from {
            ScalarType::Int | ScalarType::Long | ScalarType::TimeSpan => {
                let found = found(&value);
                let told = "a percentile of numbers beyond 2^53, which SQL has no exact form for";
                Ok(format!(
                    "CASE WHEN {found} IS NULL THEN CAST(NULL AS BIGINT) WHEN abs({found}) < {} \
                     THEN CAST({found} AS BIGINT) ELSE CAST(raise_error({}) AS BIGINT) END",
                    real(EXACT),
                    quoted(told)
                ))
            }
            ScalarType::DateTime => {
                // A real does not hold ticks since year 1.
                let place = format!("greatest(ceil({} * count({value}) / 100.0D - 1e-9D), 1L)", real(rank));
                Ok(format!("element_at(sort_array(collect_list({value})), CAST({place} AS INT))"))
            }
            _ => Err(Beyond::new(format!("percentile() of a {from}"))),
        }
    }

    /// What `arg_max` and `arg_min` return of the row they find: all of them look at one row.
    fn row_of_extreme(&self, call: &AggregateCall) -> Said {
        let beyond = || Beyond::new(format!("{}()", call.function));
        let (by, from) = self.argument(call)?;
        if !ordered(from) {
            return Err(Beyond::new(format!("{}() of a {from}", call.function)));
        }
        let by = self.words.expr(by)?;
        let mut fields = Vec::new();
        let mut own = None;
        for other in self.calls.iter().filter(|c| c.function == call.function) {
            let [other_by, value] = other.arguments.as_slice() else { return Err(beyond()) };
            if self.words.expr(other_by)? == by {
                if other.name == call.name {
                    own = Some(fields.len());
                }
                fields.push(format!("'v{}', {}", fields.len(), self.words.expr(value)?));
            }
        }
        let own = own.ok_or_else(beyond)?;
        let row = format!("named_struct({})", fields.join(", "));
        let function = if call.function == "arg_max" { "max_by" } else { "min_by" };
        // A group whose values are all null has a row all the same.
        Ok(format!("coalesce({function}({row}, {by}), any_value({row})).v{own}"))
    }

    /// An array of the values: a set in order, for then it is the same on each run.
    fn gathered(&self, call: &AggregateCall) -> Said {
        let (argument, from) = self.argument(call)?;
        let element = match from {
            ScalarType::String | ScalarType::Guid | ScalarType::Int | ScalarType::Long | ScalarType::Bool => {
                self.words.expr(argument)?
            }
            ScalarType::DateTime => {
                let ticks = self.words.expr(argument)?;
                format!("CASE WHEN {ticks} IS NOT NULL THEN {} END", calendar::text(&ticks))
            }
            other => return Err(Beyond::new(format!("{}() of a {other}", call.function))),
        };
        let all = if call.function == "make_set" {
            format!("sort_array(collect_set({element}))")
        } else {
            format!("collect_list({element})")
        };
        Ok(match call.arguments.get(1).map(|most| most.as_literal().and_then(Value::as_i64)) {
            None => format!("to_json({all})"),
            Some(Some(most)) if (1..=i64::from(i32::MAX)).contains(&most) => {
                format!("to_json(slice({all}, 1, {most}))")
            }
            Some(_) => return Err(Beyond::new(format!("{}() with such a length", call.function))),
        })
    }

    fn spread(&self, call: &AggregateCall) -> Said {
        let (argument, from) = self.argument(call)?;
        if !from.is_integer() && from != ScalarType::Real {
            return Err(Beyond::new(format!("{}() of a {from}", call.function)));
        }
        let value = self.words.widened(argument, ScalarType::Real)?;
        let function = match call.function {
            "stdev" => "stddev_samp",
            "variance" => "var_samp",
            "stdevp" => "stddev_pop",
            _ => "var_pop",
        };
        // 0 over one value or none.
        Ok(format!("coalesce({function}({value}), 0.0D)"))
    }
}

/// Types whose order in SQL is that of KQL.
const fn ordered(scalar_type: ScalarType) -> bool {
    matches!(scalar_type, ScalarType::Bool | ScalarType::String) || is_whole(scalar_type)
}
