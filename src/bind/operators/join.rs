//! `join`, `lookup`.

use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Expr, Join, JoinKind, Plan, PlanKind, Schema, free_name};
use crate::syntax::ast::{self, BinaryOperator, ExprKind, Name, Operator};
use crate::types::ScalarType;

/// One condition: an expression over the left row and one over the right.
pub(super) struct Pair {
    pub left: Expr,
    pub right: Expr,
}

const KINDS: [(&str, JoinKind); 12] = [
    ("innerunique", JoinKind::InnerUnique),
    ("inner", JoinKind::Inner),
    ("leftouter", JoinKind::LeftOuter),
    ("rightouter", JoinKind::RightOuter),
    ("fullouter", JoinKind::FullOuter),
    ("leftsemi", JoinKind::LeftSemi),
    ("leftanti", JoinKind::LeftAnti),
    ("anti", JoinKind::LeftAnti),
    ("leftantisemi", JoinKind::LeftAnti),
    ("rightsemi", JoinKind::RightSemi),
    ("rightanti", JoinKind::RightAnti),
    ("rightantisemi", JoinKind::RightAnti),
];

/// The value of an operator's parameter, when it is a name or a text.
pub(in crate::bind) fn parameter<'t>(operator: &'t Operator, name: &str) -> Option<(String, &'t ast::Expr)> {
    let found = operator.parameters.iter().find(|p| p.name.text == name)?;
    Some((name_of(&found.value), &found.value))
}

/// The name a parameter's value is: a name or a text.
pub(in crate::bind) fn name_of(value: &ast::Expr) -> String {
    match &value.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Literal(value, _) => crate::types::to_text(value),
        _ => String::new(),
    }
}

impl Binder<'_> {
    pub(super) fn join(
        &self,
        operator: &Operator,
        left: Tabular,
        right: &ast::Expr,
        on: &[ast::Expr],
        env: &Env,
    ) -> Bind<Tabular> {
        let kind = match parameter(operator, "kind") {
            None => JoinKind::InnerUnique,
            Some((text, value)) => match KINDS.iter().find(|(name, _)| *name == text) {
                Some((_, kind)) => *kind,
                None => {
                    let mut finding = Diagnostic::new("KQL180", format!("no join is of the kind '{text}'"), value.span);
                    finding.help = did_you_mean(&text, KINDS.iter().map(|(n, _)| *n))
                        .map(|near| format!("did you mean '{near}'?"))
                        .or_else(|| Some(KINDS.map(|(n, _)| n).join(", ")));
                    return Err(Box::new(finding));
                }
            },
        };
        let right = self.tabular(right, env)?;
        let pairs = self.pairs(&left, &right, on, operator, env)?;
        Ok(Tabular::new(joined(left.plan, right.plan, pairs, kind, false)))
    }

    pub(super) fn lookup(
        &self,
        operator: &Operator,
        left: Tabular,
        right: &ast::Expr,
        on: &[ast::Expr],
        env: &Env,
    ) -> Bind<Tabular> {
        let kind = match parameter(operator, "kind") {
            None => JoinKind::LeftOuter,
            Some((text, value)) => match text.as_str() {
                "leftouter" => JoinKind::LeftOuter,
                "inner" => JoinKind::Inner,
                _ => return error("KQL180", format!("a lookup is leftouter or inner, not '{text}'"), value.span),
            },
        };
        if let Some(hint) = operator.parameters.iter().find(|p| p.name.text == "hint.shufflekey") {
            return error("KQL181", "lookup takes no hint.shufflekey", hint.name.span);
        }
        let right = self.tabular(right, env)?;
        let pairs = self.pairs(&left, &right, on, operator, env)?;
        Ok(Tabular::new(joined(left.plan, right.plan, pairs, kind, true)))
    }

    fn pairs(
        &self,
        left: &Tabular,
        right: &Tabular,
        on: &[ast::Expr],
        operator: &Operator,
        env: &Env,
    ) -> Bind<Vec<Pair>> {
        let mut pairs = Vec::new();
        let mut conditions: Vec<&ast::Expr> = Vec::new();
        for condition in on {
            match &condition.kind {
                ExprKind::And(all) => conditions.extend(all),
                _ => conditions.push(condition),
            }
        }
        if conditions.is_empty() {
            return error("KQL182", "a join needs conditions: … on Key", operator.keyword);
        }
        for condition in conditions {
            let pair = self.pair(left, right, condition, env)?;
            let (a, b) = (pair.left.scalar_type, pair.right.scalar_type);
            if a == ScalarType::Dynamic || b == ScalarType::Dynamic {
                return error(
                    "KQL183",
                    "tables cannot be joined on a dynamic: convert it, e.g. tostring(…)",
                    condition.span,
                );
            }
            if a != b {
                return Err(Box::new(
                    Diagnostic::new("KQL183", format!("the left key is a {a} and the right key a {b}"), condition.span)
                        .help(format!("give both one type before the join: extend Key = to{b}(Key)")),
                ));
            }
            pairs.push(pair);
        }
        Ok(pairs)
    }

    fn pair(&self, left: &Tabular, right: &Tabular, condition: &ast::Expr, env: &Env) -> Bind<Pair> {
        match &condition.kind {
            ExprKind::Name(name) => {
                let side = |tabular: &Tabular, which: &str| match tabular.plan.schema.get(&name.text) {
                    Some(scalar_type) => Ok(Expr::column(&name.text, scalar_type)),
                    None if tabular.plan.schema.is_open() => Ok(self.guess(name)),
                    None => {
                        let mut finding = self.unknown_column(name, &Row::of(tabular), env);
                        finding.label = format!("not a column of the {which} side");
                        Err(Box::new(finding))
                    }
                };
                Ok(Pair { left: side(left, "left")?, right: side(right, "right")? })
            }
            ExprKind::Binary(BinaryOperator::Equal, a, b) => {
                let (a_side, b_side) = (side_of(a), side_of(b));
                let (l, r) = match (a_side, b_side) {
                    (Some(Side::Right), Some(Side::Left)) => (b, a),
                    (Some(Side::Left), Some(Side::Right)) => (a, b),
                    _ => return error("KQL184", "compare a $left column with a $right column", condition.span),
                };
                Ok(Pair { left: self.sided(l, left, env)?, right: self.sided(r, right, env)? })
            }
            _ => Err(Box::new(Diagnostic::new("KQL184", "only equality joins tables", condition.span).help(
                "write `on Key` or `on $left.A == $right.B`; other conditions go into a `where` after the join",
            ))),
        }
    }

    /// `$left.x` as a column of that side.
    fn sided(&self, tree: &ast::Expr, tabular: &Tabular, env: &Env) -> Bind<Expr> {
        let key = self.scalar(&without_side(tree), &Row::of(tabular), env)?;
        match key.kind {
            crate::ir::ExprKind::Column(_) => Ok(key),
            _ => Err(Box::new(
                Diagnostic::new("KQL184", "only columns join tables", tree.span)
                    .help("compute the key before the join: extend Key = …"),
            )),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

fn side_of(tree: &ast::Expr) -> Option<Side> {
    match &tree.kind {
        ExprKind::Name(name) if name.text == "$left" => Some(Side::Left),
        ExprKind::Name(name) if name.text == "$right" => Some(Side::Right),
        ExprKind::Member(object, _) | ExprKind::Index(object, _) => side_of(object),
        _ => None,
    }
}

/// `$left.x.y` as `x.y`.
fn without_side(tree: &ast::Expr) -> ast::Expr {
    match &tree.kind {
        ExprKind::Member(object, name) => match &object.kind {
            ExprKind::Name(Name { text, .. }) if text.starts_with('$') => {
                ast::Expr { kind: ExprKind::Name(name.clone()), span: tree.span }
            }
            _ => ast::Expr { kind: ExprKind::Member(Box::new(without_side(object)), name.clone()), span: tree.span },
        },
        ExprKind::Index(object, index) => match (&object.kind, &index.kind) {
            (ExprKind::Name(Name { text, .. }), ExprKind::Literal(crate::types::Value::String(column), _))
                if text.starts_with('$') =>
            {
                let name = Name { text: column.to_string(), span: index.span };
                ast::Expr { kind: ExprKind::Name(name), span: tree.span }
            }
            _ => ast::Expr { kind: ExprKind::Index(Box::new(without_side(object)), index.clone()), span: tree.span },
        },
        _ => tree.clone(),
    }
}

/// The join node: keys that are no plain columns, or whose types differ, get hidden columns, and the right side's
/// names are numbered where the left side has them.
pub(super) fn joined(mut left: Plan, mut right: Plan, pairs: Vec<Pair>, kind: JoinKind, drop_right_keys: bool) -> Plan {
    let left_schema = left.schema.clone();
    let right_schema = right.schema.clone();
    // Only plain columns are dropped from a lookup's right side.
    let right_keys: Vec<String> = pairs.iter().flat_map(|p| p.right.columns()).collect();
    let mut on = Vec::new();
    for (at, pair) in pairs.into_iter().enumerate() {
        let (a, b) = (pair.left.scalar_type, pair.right.scalar_type);
        let common = match (a, b) {
            _ if a == b => a,
            (ScalarType::Int | ScalarType::Long, ScalarType::Int | ScalarType::Long) => ScalarType::Long,
            (ScalarType::Decimal, _) | (_, ScalarType::Decimal) => ScalarType::Decimal,
            _ => ScalarType::Real,
        };
        let hide = |plan: &mut Plan, key: Expr, side: &str| {
            let name = format!("${side}{at}");
            let mut columns = plan.all_columns();
            columns.push((name.clone(), key.cast(common)));
            let inner = std::mem::replace(plan, Plan { kind: PlanKind::Part, schema: Schema::default() });
            *plan = inner.project(columns);
            name
        };
        on.push((hide(&mut left, pair.left, "left"), hide(&mut right, pair.right, "right")));
    }
    let semi = matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti | JoinKind::RightSemi | JoinKind::RightAnti);
    let right_side = matches!(kind, JoinKind::RightSemi | JoinKind::RightAnti);
    if semi {
        let schema = if right_side { right_schema } else { left_schema };
        let node_schema = if right_side { right.schema.clone() } else { left.schema.clone() };
        let join = Join { left: Box::new(left), right: Box::new(right), kind, on };
        let columns = schema.columns.iter().map(|(n, t)| (n.clone(), Expr::column(n, *t))).collect();
        return Plan { kind: PlanKind::Join(join), schema: node_schema }.project(columns);
    }
    // Rename the right side, one column after another, to names that are free on both sides.
    let fresh_names = right_schema.names().into_iter().filter(|n| left_schema.get(n).is_none());
    let mut taken: Vec<String> = left_schema.names().into_iter().chain(fresh_names).collect();
    let mut renamed = Vec::new();
    let mut shown = Vec::new();
    for (name, scalar_type) in &right_schema.columns {
        if drop_right_keys && right_keys.contains(name) {
            continue;
        }
        let fresh = match left_schema.get(name) {
            Some(_) => free_name(name, |n| taken.iter().any(|t| t == n)),
            None => name.clone(),
        };
        taken.push(fresh.clone());
        renamed.push((fresh.clone(), Expr::column(name, *scalar_type)));
        shown.push((fresh, *scalar_type));
    }
    for (_, hidden) in &on {
        if let Some(scalar_type) = right.schema.get(hidden) {
            renamed.push((hidden.clone(), Expr::column(hidden, scalar_type)));
        }
    }
    let right = right.project(renamed);
    let schema: Schema = left.schema.columns.iter().chain(&right.schema.columns).cloned().collect();
    let columns = left_schema.columns.iter().chain(&shown).map(|(n, t)| (n.clone(), Expr::column(n, *t))).collect();
    let join = Join { left: Box::new(left), right: Box::new(right), kind, on };
    Plan { kind: PlanKind::Join(join), schema }.project(columns)
}
