//! Expressions over the variables of a pattern: `n.name`, `map(e, x)`, `node_degree_in(n)` become programs that read
//! slots.

use std::collections::BTreeSet;

use super::Graph;
use super::pattern::{Pattern, VariableKind};
use crate::bind::scope::{Binding, Env, Row};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Expr, ExprKind, Plan, Program, Schema, SubqueryAnswer};
use crate::syntax::Span;
use crate::syntax::ast::{self, Argument, Name};
use crate::types::{Json, ScalarType, Value};

/// Whose property a slot holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A variable of the pattern.
    Variable(usize),
    /// The node or edge of a path that `map`, `all` or `any` has at hand.
    Element,
}

/// What of its owner a slot holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Aspect {
    Property(usize),
    Identity,
    DegreeIn,
    DegreeOut,
}

/// What a program reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Of(Owner, Aspect),
    /// The answer of a `map`, `all` or `any`.
    Walk(usize),
    /// The answer of another plan.
    Query(usize),
}

/// An expression over a match.
pub(super) struct Bound {
    program: Program,
    slots: Vec<Slot>,
    /// The variables that must be found before it has a value.
    pub needs: BTreeSet<usize>,
    /// The path whose edges it is computed for one by one, because it reads a property of that path.
    pub each: Option<usize>,
    /// The `map`, `all` or `any` that is the whole expression.
    pub whole: Option<usize>,
    /// Its type for one edge of that path.
    pub scalar_type: ScalarType,
}

impl Bound {
    pub const fn program(&self) -> &Program {
        &self.program
    }

    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Whether no `map`, `all` or `any` is part of it.
    pub fn reads_no_walk(&self) -> bool {
        self.slots.iter().all(|slot| !matches!(slot, Slot::Walk(_)))
    }
}

/// What a walk along a path makes of the values it finds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WalkKind {
    Map,
    All,
    Any,
}

/// A call of `map`, `all` or `any`.
pub(super) struct Walk {
    pub kind: WalkKind,
    /// The edge of the pattern that is walked.
    pub over: usize,
    /// Whether over the nodes between its edges, not the edges.
    pub inner: bool,
    pub body: Bound,
}

/// The functions that only patterns know.
const FUNCTIONS: [&str; 8] =
    ["all", "any", "map", "inner_nodes", "labels", "node_degree_in", "node_degree_out", "node_id"];

/// Reads expressions over one pattern.
pub(super) struct Reader<'r> {
    binder: &'r Binder<'r>,
    graph: &'r Graph,
    pattern: &'r Pattern,
    env: &'r Env,
    pub walks: Vec<Walk>,
    pub queries: Vec<(Plan, SubqueryAnswer)>,
}

/// The path an element belongs to, and whether the element is a node of it.
type Element = Option<(usize, bool)>;

impl<'r> Reader<'r> {
    pub const fn new(binder: &'r Binder<'r>, graph: &'r Graph, pattern: &'r Pattern, env: &'r Env) -> Self {
        Self { binder, graph, pattern, env, walks: Vec::new(), queries: Vec::new() }
    }

    /// An expression over a whole match.
    pub fn read(&mut self, tree: &ast::Expr) -> Bind<Bound> {
        let tree = self.rewrite(tree, None)?;
        self.compile(&tree, None, false)
    }

    /// The conditions that `and` joins, each by itself.
    pub fn conditions(&mut self, tree: &ast::Expr, into: &mut Vec<Bound>) -> Bind<()> {
        match &tree.kind {
            ast::ExprKind::And(operands) => operands.iter().try_for_each(|o| self.conditions(o, into)),
            _ => {
                let tree = self.rewrite(tree, None)?;
                into.push(self.compile(&tree, None, true)?);
                Ok(())
            }
        }
    }

    /// Binds a rewritten tree.
    fn compile(&mut self, tree: &ast::Expr, element: Element, condition: bool) -> Bind<Bound> {
        let columns = self.columns(element);
        let schema = Schema { columns: columns.iter().map(|(name, t, _)| (name.clone(), *t)).collect() };
        let row = Row { schema: &schema, serialized: false, exists: true };
        let expr = if condition {
            self.binder.predicate(tree, &row, self.env)?
        } else {
            self.binder.scalar(tree, &row, self.env)?
        };
        let scalar_type = expr.scalar_type;
        let expr = self.without_queries(expr);
        let names = expr.columns();
        let mut slots = Vec::new();
        for name in &names {
            let known = columns.iter().find(|(n, ..)| n == name).map(|(.., slot)| *slot);
            let query = name.strip_prefix("$query").and_then(|n| n.parse().ok()).map(Slot::Query);
            slots.extend(known.or(query));
        }
        let Some(program) = Program::new(&expr, &names) else {
            return error("KQL217", "a pattern cannot use a window function", tree.span);
        };
        let mut needs = BTreeSet::new();
        let mut each = None;
        for slot in &slots {
            match slot {
                Slot::Of(Owner::Variable(variable), aspect) => {
                    needs.insert(*variable);
                    if self.pattern.is_path(*variable) && matches!(aspect, Aspect::Property(_)) {
                        if each.is_some_and(|other| other != *variable) || element.is_some() {
                            return Err(Box::new(
                                Diagnostic::new("KQL276", "this reads two paths edge by edge", tree.span)
                                    .help("make an array of one of them: map(edge, property)"),
                            ));
                        }
                        each = Some(*variable);
                    }
                }
                Slot::Of(Owner::Element, _) | Slot::Query(_) => {}
                Slot::Walk(walk) => {
                    needs.insert(self.walks[*walk].over);
                    needs.extend(&self.walks[*walk].body.needs);
                }
            }
        }
        let whole = match (&expr.kind, slots.as_slice()) {
            (ExprKind::Column(_), [Slot::Walk(walk)]) => Some(*walk),
            _ => None,
        };
        Ok(Bound { program, slots, needs, each, whole, scalar_type })
    }

    /// What an expression may name, with its type and slot; what stands first hides what comes after.
    fn columns(&self, element: Element) -> Vec<(String, ScalarType, Slot)> {
        let mut columns = Vec::new();
        let mut add = |owner: Owner, is_node: bool, name: &dyn Fn(&str) -> String, hidden: &str| {
            let properties = if is_node { &self.graph.nodes } else { &self.graph.edges };
            for (at, (property, t)) in properties.iter().enumerate() {
                columns.push((name(property), *t, Slot::Of(owner, Aspect::Property(at))));
            }
            if is_node {
                for (aspect, function, t) in [
                    (Aspect::Identity, "node_id", ScalarType::String),
                    (Aspect::DegreeIn, "node_degree_in", ScalarType::Long),
                    (Aspect::DegreeOut, "node_degree_out", ScalarType::Long),
                ] {
                    columns.push((aspect_name(function, hidden), t, Slot::Of(owner, aspect)));
                }
            }
        };
        if let Some((_, inner)) = element {
            add(Owner::Element, inner, &str::to_owned, "");
        }
        for (at, variable) in self.pattern.variables.iter().enumerate() {
            if let Some(name) = &variable.name {
                let is_node = variable.kind == VariableKind::Node;
                add(Owner::Variable(at), is_node, &|property| property_name(name, property), name);
            }
        }
        columns.extend(self.walks.iter().enumerate().map(|(at, walk)| {
            let t = if walk.kind == WalkKind::Map { ScalarType::Dynamic } else { ScalarType::Bool };
            (walk_name(at), t, Slot::Walk(at))
        }));
        columns
    }

    /// The expression with the answer of each plan inside it as a column.
    fn without_queries(&mut self, expr: Expr) -> Expr {
        if let ExprKind::Subquery(plan, answer) = expr.kind {
            self.queries.push((*plan, answer));
            return Expr::column(format!("$query{}", self.queries.len() - 1), expr.scalar_type);
        }
        expr.map_operands(|operand| self.without_queries(operand))
    }

    /// The tree with hidden columns in place of properties and of the functions of patterns.
    fn rewrite(&mut self, tree: &ast::Expr, element: Element) -> Bind<ast::Expr> {
        let column =
            |text: String| ast::Expr { kind: ast::ExprKind::Name(Name { text, span: tree.span }), span: tree.span };
        match &tree.kind {
            ast::ExprKind::Member(object, property) => {
                if let Some(variable) = self.named(object).filter(|_| !self.is_hidden(object, element, true)) {
                    return Ok(column(self.property(variable, property, element)?));
                }
            }
            ast::ExprKind::Index(object, index) => {
                if let Some(variable) = self.named(object).filter(|_| !self.is_hidden(object, element, true))
                    && let ast::ExprKind::Literal(Value::String(text), _) = &index.kind
                {
                    let property = Name { text: text.to_string(), span: index.span };
                    return Ok(column(self.property(variable, &property, element)?));
                }
            }
            ast::ExprKind::Name(_) => {
                if let Some(variable) = self.named(tree).filter(|_| !self.is_hidden(tree, element, false)) {
                    return Ok(self.bag(variable, tree.span));
                }
            }
            ast::ExprKind::Call(name, arguments)
                if FUNCTIONS.contains(&name.text.as_str())
                    && !matches!(self.env.get(&name.text), Some(Binding::Function(_))) =>
            {
                return self.function(name, arguments, element, tree.span);
            }
            _ => {}
        }
        tree.try_map(|operand| self.rewrite(operand, element))
    }

    /// The variable a tree names.
    fn named(&self, tree: &ast::Expr) -> Option<usize> {
        match &tree.kind {
            ast::ExprKind::Name(name) => self.pattern.variable(&name.text),
            _ => None,
        }
    }

    /// Whether a property of the element at hand hides the variable of its name: always where a value stands, and
    /// before a member only if it is a dynamic.
    fn is_hidden(&self, tree: &ast::Expr, element: Element, has_member: bool) -> bool {
        let (ast::ExprKind::Name(name), Some((_, inner))) = (&tree.kind, element) else { return false };
        let properties = if inner { &self.graph.nodes } else { &self.graph.edges };
        properties.iter().any(|(n, t)| *n == name.text && (!has_member || *t == ScalarType::Dynamic))
    }

    /// The hidden column of a property.
    fn property(&self, variable: usize, property: &Name, element: Element) -> Bind<String> {
        let found = &self.pattern.variables[variable];
        let owner = found.name.as_deref().unwrap_or_default();
        let (what, properties) = match found.kind {
            VariableKind::Node => ("node", &self.graph.nodes),
            _ => ("edge", &self.graph.edges),
        };
        if properties.iter().any(|(n, _)| *n == property.text) {
            // In map(e, e.x) the property is that of the edge at hand.
            return Ok(match element {
                Some((path, false)) if path == variable => property.text.clone(),
                _ => property_name(owner, &property.text),
            });
        }
        let names = properties.iter().map(|(n, _)| n.as_str());
        let message = format!("the {what} '{owner}' has no property '{}'", property.text);
        let mut finding = Diagnostic::new("KQL101", message, property.span);
        finding.help = match did_you_mean(&property.text, names.clone()) {
            Some(near) => Some(format!("did you mean '{near}'?")),
            None if properties.is_empty() => Some("give nodes properties: make-graph … with nodes on key".to_owned()),
            None => Some(format!("the properties of {what}s are {}", names.collect::<Vec<_>>().join(", "))),
        };
        Err(Box::new(finding))
    }

    /// A variable by itself: its properties in a bag.
    fn bag(&self, variable: usize, span: Span) -> ast::Expr {
        let found = &self.pattern.variables[variable];
        let owner = found.name.as_deref().unwrap_or_default();
        let properties = if found.kind == VariableKind::Node { &self.graph.nodes } else { &self.graph.edges };
        let argument = |kind| Argument { name: None, value: ast::Expr { kind, span } };
        let arguments = properties.iter().flat_map(|(property, _)| {
            let name = Name { text: property_name(owner, property), span };
            let key = ast::ExprKind::Literal(Value::string(property.clone()), ScalarType::String);
            [argument(key), argument(ast::ExprKind::Name(name))]
        });
        let arguments: Vec<Argument> = arguments.collect();
        let kind = if arguments.is_empty() {
            ast::ExprKind::Literal(Value::dynamic(Json::Object(serde_json::Map::new())), ScalarType::Dynamic)
        } else {
            ast::ExprKind::Call(Name { text: "bag_pack".to_owned(), span }, arguments)
        };
        ast::Expr { kind, span }
    }

    /// One of the functions of patterns.
    fn function(&mut self, name: &Name, arguments: &[Argument], element: Element, span: Span) -> Bind<ast::Expr> {
        let column = |text: String| ast::Expr { kind: ast::ExprKind::Name(Name { text, span }), span };
        let first = arguments.first().map(|a| &a.value);
        match (name.text.as_str(), arguments) {
            ("all", [_, body]) => self.walk(WalkKind::All, arguments, &body.value).map(column),
            ("any", [_, body]) => self.walk(WalkKind::Any, arguments, &body.value).map(column),
            ("map", [_, body]) => self.walk(WalkKind::Map, arguments, &body.value).map(column),
            ("all" | "any" | "map", _) => error("KQL277", format!("write {}(edge, expression)", name.text), span),
            ("inner_nodes", _) => error("KQL277", "inner_nodes(edge) stands first in map, all or any", span),
            // The graphs of make-graph have no labels.
            ("labels", [] | [_]) if first.is_none_or(|f| self.named(f).is_some()) => {
                let kind = ast::ExprKind::Literal(Value::dynamic(Json::Array(Vec::new())), ScalarType::Dynamic);
                Ok(ast::Expr { kind, span })
            }
            (function, [node]) => match self.named(&node.value) {
                Some(at) if function != "labels" && self.pattern.variables[at].kind == VariableKind::Node => {
                    let owner = self.pattern.variables[at].name.as_deref().unwrap_or_default();
                    Ok(column(aspect_name(function, owner)))
                }
                _ => error("KQL277", format!("{function} takes the name of a node of the pattern"), node.value.span),
            },
            (function, []) if matches!(element, Some((_, true))) => Ok(column(aspect_name(function, ""))),
            (function, _) => error(
                "KQL277",
                format!("write {function}(node), or {function}() within inner_nodes of map, all or any"),
                span,
            ),
        }
    }

    /// Binds a `map`, `all` or `any`; its hidden column.
    fn walk(&mut self, kind: WalkKind, arguments: &[Argument], body: &ast::Expr) -> Bind<String> {
        let path = &arguments[0].value;
        let (edge, inner) = match &path.kind {
            ast::ExprKind::Call(name, inside) if name.text == "inner_nodes" && inside.len() == 1 => {
                (&inside[0].value, true)
            }
            _ => (path, false),
        };
        let Some(over) = self.named(edge).filter(|v| self.pattern.variables[*v].kind != VariableKind::Node) else {
            return error("KQL277", "an edge of the pattern, or inner_nodes of one, is expected here", path.span);
        };
        let element = Some((over, inner));
        let tree = self.rewrite(body, element)?;
        let body = self.compile(&tree, element, kind != WalkKind::Map)?;
        self.walks.push(Walk { kind, over, inner, body });
        Ok(walk_name(self.walks.len() - 1))
    }
}

/// The hidden columns of a row over which expressions are bound.
fn property_name(owner: &str, property: &str) -> String {
    format!("{owner}.{property}")
}

fn aspect_name(function: &str, owner: &str) -> String {
    format!("${function}.{owner}")
}

fn walk_name(at: usize) -> String {
    format!("$walk{at}")
}

/// Whether a call is one of the functions of patterns, which give no name to a column.
pub(super) fn is_pattern_function(tree: &ast::Expr) -> bool {
    matches!(&tree.kind, ast::ExprKind::Call(name, _) if FUNCTIONS.contains(&name.text.as_str()))
}
