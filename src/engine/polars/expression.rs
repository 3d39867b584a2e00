//! Expressions to Polars: natively where Polars means the same, else as a program run once a row.

use polars::prelude::{Column, Expr as PlExpr, Field, col, lit};

use super::adapt;
use super::convert::data_type;
use super::native;
use crate::ir::{Context, Core, Expr, ExprKind, Program};
use crate::types::{ScalarType, Value, to_text};

/// A literal as Polars holds its type.
pub(super) fn literal(value: &Value<'_>, scalar_type: ScalarType) -> PlExpr {
    let typed = data_type(scalar_type);
    match value {
        Value::Null if scalar_type == ScalarType::String => lit(""),
        Value::Null => lit(polars::prelude::NULL).cast(typed),
        Value::Bool(b) => lit(*b),
        // A bare literal takes the type that suits its neighbours; ours is decided.
        Value::Int(n) => lit(*n).cast(typed),
        Value::Long(n) => lit(*n).cast(typed),
        Value::Real(x) => lit(*x),
        Value::DateTime(t) | Value::TimeSpan(t) => lit(*t).cast(typed),
        Value::String(text) => lit(text.to_string()),
        Value::Dynamic(json) => lit(json.to_string()),
        Value::Guid(_) | Value::Decimal(_) => lit(to_text(value)),
    }
}

/// Lowers an expression over a frame that has the column `any` (for expressions that read none of their own).
pub(super) fn lower(expr: &Expr, context: &Context, any: &str) -> PlExpr {
    match &expr.kind {
        ExprKind::Column(name) => return col(name.as_str()),
        ExprKind::Literal(value) => return literal(value, expr.scalar_type),
        ExprKind::Window { kernel, arguments, .. } => return window(expr, *kernel, arguments, context, any),
        // Each side of a condition may be native on its own.
        ExprKind::Core(core @ (Core::And | Core::Or), operands) => {
            return balanced(*core, operands.iter().map(|o| lower(o, context, any)).collect());
        }
        _ => {}
    }
    // Polars walks tall expressions recursively, and some of its passes take time in step with their square.
    if expr.height() <= MODEST
        && let Some(native) = native::lower(expr)
    {
        return native;
    }
    program(expr, context, any)
}

/// The height up to which an expression is said natively.
const MODEST: usize = 50;

/// A chain of conditions as a tree of logarithmic depth: Polars walks expressions recursively.
fn balanced(core: Core, mut operands: Vec<PlExpr>) -> PlExpr {
    while operands.len() > 1 {
        let mut pairs = operands.into_iter();
        let mut next = Vec::new();
        while let Some(first) = pairs.next() {
            next.push(match pairs.next() {
                Some(second) if core == Core::And => first.logical_and(second),
                Some(second) => first.logical_or(second),
                None => first,
            });
        }
        operands = next;
    }
    operands.pop().unwrap_or_else(|| lit(core == Core::And))
}

/// The expression as one function of the columns it reads. Window functions inside it are columns to it.
fn program(expr: &Expr, context: &Context, any: &str) -> PlExpr {
    let mut inputs: Vec<(String, ScalarType, PlExpr)> = Vec::new();
    let tree = without_windows(expr, context, any, &mut inputs);
    column_inputs(&tree, &mut inputs);
    let names: Vec<String> = inputs.iter().map(|(n, ..)| n.clone()).collect();
    let mut types: Vec<ScalarType> = inputs.iter().map(|(_, t, _)| *t).collect();
    let mut arguments: Vec<PlExpr> = inputs.into_iter().map(|(.., e)| e).collect();
    let Some(program) = Program::new(&tree, &names) else { return literal(&Value::Null, expr.scalar_type) };
    if arguments.is_empty() {
        // Something to count the rows by; the program does not look at it.
        arguments.push(col(any).is_null());
        types.push(ScalarType::Bool);
    }
    let (context, answer) = (context.clone(), expr.scalar_type);
    let first = arguments.remove(0);
    first.map_many(
        move |columns: &mut [Column]| adapt::scalar(&program, &context, &types, answer, columns),
        &arguments,
        move |_, fields| Ok(Field::new(fields[0].name().clone(), data_type(answer))),
    )
}

fn column_inputs(expr: &Expr, inputs: &mut Vec<(String, ScalarType, PlExpr)>) {
    if let ExprKind::Column(name) = &expr.kind
        && !inputs.iter().any(|(n, ..)| n == name)
    {
        inputs.push((name.clone(), expr.scalar_type, col(name.as_str())));
    }
    expr.operands().iter().for_each(|o| column_inputs(o, inputs));
}

/// The expression with its window functions as columns, which are added to the inputs.
fn without_windows(expr: &Expr, context: &Context, any: &str, inputs: &mut Vec<(String, ScalarType, PlExpr)>) -> Expr {
    if let ExprKind::Window { kernel, arguments, .. } = &expr.kind {
        let name = format!("$window{}", inputs.len());
        inputs.push((name.clone(), expr.scalar_type, window(expr, *kernel, arguments, context, any)));
        return Expr::column(name, expr.scalar_type);
    }
    if !expr.has_window() {
        return expr.clone();
    }
    expr.clone().map_operands(|operand| without_windows(&operand, context, any, inputs))
}

fn window(expr: &Expr, kernel: crate::ir::WindowKernel, arguments: &[Expr], context: &Context, any: &str) -> PlExpr {
    let types: Vec<ScalarType> = arguments.iter().map(|a| a.scalar_type).collect();
    let mut inputs: Vec<PlExpr> = arguments.iter().map(|a| lower(a, context, any)).collect();
    // Constants alone would not tell how many rows there are; the last column does, and has no argument's type.
    inputs.push(col(any));
    let (context, answer) = (context.clone(), expr.scalar_type);
    let first = inputs.remove(0);
    first.apply_many(
        move |columns: &mut [Column]| {
            let length = columns.last().map_or(0, Column::len);
            let arguments: Vec<Column> = columns[..columns.len() - 1]
                .iter()
                .map(|c| if c.len() == length { c.clone() } else { c.new_from_index(0, length) })
                .collect();
            if arguments.is_empty() {
                let values = kernel(&context, &[], length);
                return Ok(polars::prelude::IntoColumn::into_column(super::convert::series("", answer, &values)));
            }
            adapt::window(kernel, &context, &types, answer, &arguments)
        },
        &inputs,
        move |_, fields| Ok(Field::new(fields[0].name().clone(), data_type(answer))),
    )
}
