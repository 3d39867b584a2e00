//! Plan nodes to SQL, one common table expression a node, from the scans upward. Where a node says something that SQL
//! does not, what stands below it is fetched, and the node is computed here.

use std::collections::{BTreeSet, HashMap};

use super::operator::{listed, named};
use super::{Beyond, Sources, Words, quoted};
use crate::ir::{Context, Core, Expr, ExprKind, Plan, PlanKind, Scan, Schema, deep};
use crate::types::ScalarType;

/// The most nodes in a row: servers analyse queries recursively, and one of them dies of too many.
const MAX_DEPTH: usize = 40;

/// What became of a plan.
pub(in crate::engine::spark) enum Piece {
    /// All of it is said in SQL.
    There(Relation),
    /// Its top is computed here, over scans of what is fetched.
    Here { plan: Plan, pulls: Vec<Pull> },
}

/// Something that is fetched because what stands above it is beyond SQL.
#[derive(Clone, Debug)]
pub(in crate::engine::spark) struct Pull {
    /// What is beyond SQL.
    pub beyond: String,
    /// Whether more rows may come than the answer has.
    pub excess: bool,
}

/// A relation that the common table expressions so far define.
#[derive(Clone)]
pub(in crate::engine::spark) struct Relation {
    /// Its place among them.
    pub(super) at: usize,
    /// The columns, their names in SQL and their types.
    pub(super) columns: Vec<(String, String, ScalarType)>,
    /// What its rows are ordered by, in hidden columns: name, ascending, nulls first.
    pub(super) order: Vec<(String, bool, bool)>,
    /// Whether it has few rows whatever the logs hold.
    pub(in crate::engine::spark) bounded: bool,
    pub(super) depth: usize,
}

impl Relation {
    pub(super) fn names(&self) -> HashMap<String, String> {
        self.columns.iter().map(|(kql, sql, _)| (kql.clone(), sql.clone())).collect()
    }

    fn order_by(&self) -> String {
        let keys = self.order.iter().map(|(name, ascending, nulls_first)| {
            let order = if *ascending { "ASC" } else { "DESC" };
            let nulls = if *nulls_first { "FIRST" } else { "LAST" };
            format!("{} {order} NULLS {nulls}", quoted(name))
        });
        format!(" ORDER BY {}", keys.collect::<Vec<_>>().join(", "))
    }

    /// The names of the hidden columns, to be selected along.
    pub(super) fn hidden(&self) -> Vec<String> {
        self.order.iter().map(|(name, ..)| quoted(name)).collect()
    }
}

/// Where one common table expression stands and what it reads.
struct Expression {
    select: String,
    inputs: Vec<usize>,
}

/// Writes one run's queries.
pub(in crate::engine::spark) struct Writer<'a> {
    pub(super) context: &'a Context,
    sources: &'a dyn Sources,
    expressions: Vec<Expression>,
    /// The queries whose rows are fetched: SQL and columns.
    pub fetched: Vec<(String, Schema)>,
    /// How many hidden columns there are.
    pub(super) hidden: usize,
}

pub(super) type Outcome = Result<Relation, Beyond>;

impl<'a> Writer<'a> {
    pub(in crate::engine::spark) const fn new(context: &'a Context, sources: &'a dyn Sources) -> Self {
        Self { context, sources, expressions: Vec::new(), fetched: Vec::new(), hidden: 0 }
    }

    /// Writes as much of a plan as SQL says exactly.
    pub(in crate::engine::spark) fn plan(&mut self, plan: Plan) -> Piece {
        deep(|| self.node(plan))
    }

    fn node(&mut self, plan: Plan) -> Piece {
        let (plan, inputs) = without_inputs(limited_first(plan));
        let schemas: Vec<Schema> = inputs.iter().map(|input| input.schema.clone()).collect();
        let pieces: Vec<Piece> = inputs.into_iter().map(|input| self.plan(input)).collect();
        let relations: Option<Vec<Relation>> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::There(relation) => Some(relation.clone()),
                Piece::Here { .. } => None,
            })
            .collect();
        let beyond = match relations {
            Some(inputs) => match self.said(&plan, &inputs) {
                Ok(relation) => return Piece::There(relation),
                Err(beyond) => match self.in_part(&plan, &inputs, &beyond) {
                    Some(piece) => return piece,
                    None => beyond,
                },
            },
            None => Beyond::new(name(&plan)),
        };
        let mut pulls = Vec::new();
        let mut inputs = Vec::new();
        for (piece, schema) in pieces.into_iter().zip(schemas) {
            match piece {
                Piece::There(relation) => {
                    if !relation.bounded {
                        pulls.push(Pull { beyond: beyond.0.clone(), excess: false });
                    }
                    inputs.push(self.fetch(&relation, &schema));
                }
                Piece::Here { plan, pulls: below } => {
                    pulls.extend(below);
                    inputs.push(plan);
                }
            }
        }
        if !keeps_rows(&plan) {
            pulls.iter_mut().for_each(|pull| pull.excess = true);
        }
        Piece::Here { plan: with_inputs(plan, inputs), pulls }
    }

    /// A scan of what a relation gives, which is fetched.
    fn fetch(&mut self, relation: &Relation, schema: &Schema) -> Plan {
        let table = fetched_name(self.fetched.len());
        let sql = self.query(relation, schema);
        self.fetched.push((sql, schema.clone()));
        Plan { kind: PlanKind::Scan(Scan::of(table)), schema: schema.clone() }
    }

    /// The whole query of a relation, columns in the schema's order.
    pub(in crate::engine::spark) fn query(&self, relation: &Relation, schema: &Schema) -> String {
        let mut needed = BTreeSet::from([relation.at]);
        for at in (0..=relation.at).rev() {
            if needed.contains(&at) {
                needed.extend(&self.expressions[at].inputs);
            }
        }
        let with: Vec<String> =
            needed.iter().map(|at| format!("t{at} AS (\n  {}\n)", self.expressions[*at].select)).collect();
        let names = relation.names();
        let columns: Vec<String> = schema.columns.iter().filter_map(|(n, _)| names.get(n)).map(|n| quoted(n)).collect();
        let columns = if columns.is_empty() { "1 AS `_none`".to_owned() } else { columns.join(", ") };
        let order = if relation.order.is_empty() { String::new() } else { format!("\n{}", relation.order_by().trim()) };
        format!("WITH {}\nSELECT {columns}\nFROM t{}{order}", with.join(",\n"), relation.at)
    }

    pub(super) fn add(
        &mut self,
        select: String,
        inputs: &[&Relation],
        columns: Vec<(String, String, ScalarType)>,
    ) -> Relation {
        let at = self.expressions.len();
        self.expressions.push(Expression { select, inputs: inputs.iter().map(|r| r.at).collect() });
        let depth = 1 + inputs.iter().map(|r| r.depth).max().unwrap_or(0);
        let bounded = inputs.iter().all(|r| r.bounded);
        Relation { at, columns, order: Vec::new(), bounded, depth }
    }

    /// A node over inputs that are said in SQL.
    fn said(&mut self, plan: &Plan, inputs: &[Relation]) -> Outcome {
        if inputs.iter().any(|r| r.depth >= MAX_DEPTH) {
            return Err(Beyond::new(format!("a query of more than {MAX_DEPTH} steps")));
        }
        match (&plan.kind, inputs) {
            (PlanKind::Scan(scan), _) => {
                let columns = named(&plan.schema);
                let select = self.sources.select(scan, &columns)?;
                let relation = self.add(select, &[], columns);
                Ok(Relation { bounded: false, ..relation })
            }
            (PlanKind::Values(table), _) => self.values(table),
            (PlanKind::Range(from, to, step), _) => self.range(&plan.schema, [from, to, step]),
            (PlanKind::Filter(_, predicate), [input]) => {
                let names = input.names();
                let condition = Words { names: &names, context: self.context }.boolean(predicate)?;
                let select = format!("SELECT * FROM t{} WHERE {condition}", input.at);
                let relation = self.add(select, &[input], input.columns.clone());
                Ok(Relation { order: input.order.clone(), ..relation })
            }
            (PlanKind::Project(_, columns), [input]) => self.project(columns, input),
            (PlanKind::Aggregate(aggregate), [input]) => self.aggregate(aggregate, input),
            (PlanKind::Sort(_, keys), [input]) => self.sort(keys, input),
            (PlanKind::Take(_, count), [input]) => {
                let Ok(count) = i32::try_from(*count) else { return Err(Beyond::new(format!("take {count}"))) };
                let order = if input.order.is_empty() { String::new() } else { input.order_by() };
                let select = format!("SELECT * FROM t{}{order} LIMIT {count}", input.at);
                let relation = self.add(select, &[input], input.columns.clone());
                Ok(Relation { order: input.order.clone(), bounded: true, ..relation })
            }
            (PlanKind::Expand(expand), [input]) => self.expand(expand, &plan.schema, input),
            (PlanKind::Join(join), [left, right]) => self.join(join, &plan.schema, left, right),
            (PlanKind::Union(_), legs) => {
                let columns = named(&plan.schema);
                let mut parts = Vec::new();
                for leg in legs {
                    let names = leg.names();
                    let selected = columns.iter().map(|(kql, sql, _)| match names.get(kql) {
                        Some(name) => Ok(format!("{} AS {}", quoted(name), quoted(sql))),
                        None => Err(Beyond::new(format!("the column '{kql}'"))),
                    });
                    let selected = selected.collect::<Result<Vec<_>, _>>()?;
                    parts.push(format!("SELECT {} FROM t{}", listed(selected), leg.at));
                }
                if parts.is_empty() {
                    return Err(Beyond::new("a union of nothing"));
                }
                Ok(self.add(parts.join("\n  UNION ALL "), &legs.iter().collect::<Vec<_>>(), columns))
            }
            _ => Err(Beyond::new(name(plan))),
        }
    }

    /// A filter of which SQL says some conditions: these come first, there, and the others here.
    fn in_part(&mut self, plan: &Plan, inputs: &[Relation], beyond: &Beyond) -> Option<Piece> {
        let (PlanKind::Filter(_, predicate), [input]) = (&plan.kind, inputs) else { return None };
        let ExprKind::Core(Core::And, conditions) = &predicate.kind else { return None };
        let names = input.names();
        let words = Words { names: &names, context: self.context };
        let (there, here): (Vec<Expr>, Vec<Expr>) = conditions.iter().cloned().partition(|c| words.boolean(c).is_ok());
        if there.is_empty() || here.is_empty() {
            return None;
        }
        let all = |parts| Expr::core(Core::And, parts, ScalarType::Bool);
        let leaf = |schema: &Schema| Plan { kind: PlanKind::Part, schema: schema.clone() };
        let relation = self.said(&leaf(&plan.schema).filter(all(there)), inputs).ok()?;
        let pulls = if relation.bounded { Vec::new() } else { vec![Pull { beyond: beyond.0.clone(), excess: true }] };
        let plan = self.fetch(&relation, &plan.schema).filter(all(here));
        Some(Piece::Here { plan, pulls })
    }
}

/// The name that a fetched relation is scanned by.
pub(in crate::engine::spark) fn fetched_name(at: usize) -> String {
    format!("$fetched{at}")
}

/// Whether each row of a node's answer comes of one row of its own, so that to compute it here needs no more rows than
/// the answer has.
const fn keeps_rows(plan: &Plan) -> bool {
    matches!(plan.kind, PlanKind::Project(..) | PlanKind::Sort(..) | PlanKind::Union(_) | PlanKind::Expand(_))
}

/// What a node is called when it is beyond SQL.
fn name(plan: &Plan) -> String {
    match &plan.kind {
        PlanKind::Table { name, .. } => name.clone(),
        PlanKind::Expand(_) => "mv-expand".to_owned(),
        PlanKind::ForEach { .. } | PlanKind::Part => "a query on each part of a table".to_owned(),
        PlanKind::Join(_) => "a join with what is computed here".to_owned(),
        PlanKind::Union(_) => "a union with what is computed here".to_owned(),
        _ => "what is computed here".to_owned(),
    }
}

/// A limit on rows that each become one row may as well come first, for then fewer come over.
fn limited_first(plan: Plan) -> Plan {
    let Plan { kind: PlanKind::Take(input, count), schema } = plan else { return plan };
    match *input {
        Plan { kind: PlanKind::Project(inner, columns), .. } if !columns.iter().any(|(_, e)| e.has_window()) => {
            let schema = inner.schema.clone();
            Plan { kind: PlanKind::Take(inner, count), schema }.project(columns)
        }
        input => Plan { kind: PlanKind::Take(Box::new(input), count), schema },
    }
}

/// A node and its inputs, apart.
fn without_inputs(plan: Plan) -> (Plan, Vec<Plan>) {
    let mut inputs = Vec::new();
    let plan = with_each(plan, &mut |input| {
        let leaf = Plan { kind: PlanKind::Part, schema: Schema::default() };
        inputs.push(input);
        leaf
    });
    (plan, inputs)
}

/// The node over other inputs.
fn with_inputs(plan: Plan, inputs: Vec<Plan>) -> Plan {
    let mut inputs = inputs.into_iter();
    with_each(plan, &mut |input| inputs.next().unwrap_or(input))
}

fn with_each(plan: Plan, map: &mut dyn FnMut(Plan) -> Plan) -> Plan {
    match plan.try_map_parts::<std::convert::Infallible>(&mut |input| Ok(map(input)), &mut |expr| Ok(expr)) {
        Ok(plan) => plan,
    }
}
