//! The pattern of `graph-match`: variables for nodes and edges, and how they hang together.

use crate::bind::scope::Env;
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::syntax::Span;
use crate::syntax::ast::{self, GraphDirection, Name};
use crate::types::ScalarType;

/// The longest path one edge of a pattern may stand for.
const LONGEST: i64 = 1000;

/// A pattern, its sequences laid side by side.
pub(super) struct Pattern {
    pub variables: Vec<Variable>,
    /// The edges between variables, in the order they were written.
    pub links: Vec<Link>,
    /// How many sequences it was written in.
    pub sequences: usize,
}

/// A node or an edge of the pattern.
pub(super) struct Variable {
    pub name: Option<String>,
    pub kind: VariableKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum VariableKind {
    Node,
    Edge,
    /// An edge of variable length: a path of at least and at most so many edges.
    Path(usize, usize),
}

/// An edge of the pattern between two nodes of it; all three are numbers of variables.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub left: usize,
    pub edge: usize,
    pub right: usize,
    pub direction: GraphDirection,
}

impl Pattern {
    /// The variable of a name.
    pub fn variable(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|v| v.name.as_deref() == Some(name))
    }

    /// Whether a variable stands for a path.
    pub fn is_path(&self, variable: usize) -> bool {
        matches!(self.variables[variable].kind, VariableKind::Path(..))
    }

    /// The length of what an edge of the pattern stands for: one, or from least to most.
    pub fn length(&self, edge: usize) -> (usize, usize) {
        match self.variables[edge].kind {
            VariableKind::Path(least, most) => (least, most),
            VariableKind::Node | VariableKind::Edge => (1, 1),
        }
    }

    /// The variable of a node: the one of that name if there is one already.
    fn node(&mut self, name: Option<&Name>) -> Bind<usize> {
        if let Some(name) = name
            && let Some(known) = self.variable(&name.text)
        {
            return match self.variables[known].kind {
                VariableKind::Node => Ok(known),
                _ => error("KQL273", format!("'{}' is the name of an edge already", name.text), name.span),
            };
        }
        self.variables.push(Variable { name: name.map(|n| n.text.clone()), kind: VariableKind::Node });
        Ok(self.variables.len() - 1)
    }

    /// Whether every node can be reached from every other along the edges of the pattern.
    fn is_connected(&self) -> bool {
        let nodes = (0..self.variables.len()).filter(|v| self.variables[*v].kind == VariableKind::Node);
        let mut reached: Vec<usize> = nodes.clone().take(1).collect();
        let mut at = 0;
        while let Some(from) = reached.get(at).copied() {
            for link in &self.links {
                for (a, b) in [(link.left, link.right), (link.right, link.left)] {
                    if a == from && !reached.contains(&b) {
                        reached.push(b);
                    }
                }
            }
            at += 1;
        }
        reached.len() == nodes.count()
    }
}

impl Binder<'_> {
    pub(super) fn pattern(&self, sequences: &[ast::GraphPattern], keyword: Span, env: &Env) -> Bind<Pattern> {
        let mut pattern = Pattern { variables: Vec::new(), links: Vec::new(), sequences: sequences.len() };
        for sequence in sequences {
            let mut nodes = sequence.nodes.iter();
            let mut left = pattern.node(nodes.next().and_then(Option::as_ref))?;
            for (edge, node) in sequence.edges.iter().zip(nodes) {
                let right = pattern.node(node.as_ref())?;
                if let Some(name) = &edge.name
                    && pattern.variable(&name.text).is_some()
                {
                    return error("KQL273", format!("the name '{}' is used twice", name.text), name.span);
                }
                let kind = match &edge.length {
                    None => VariableKind::Edge,
                    Some(length) => self.path(length, env)?,
                };
                pattern.variables.push(Variable { name: edge.name.as_ref().map(|n| n.text.clone()), kind });
                let edge_variable = pattern.variables.len() - 1;
                pattern.links.push(Link { left, edge: edge_variable, right, direction: edge.direction });
                left = right;
            }
        }
        if !pattern.is_connected() {
            return Err(Box::new(
                Diagnostic::new("KQL274", "the sequences of the pattern do not hang together", keyword)
                    .help("let each share the name of a node with another: (a)-->(b), (b)-->(c)"),
            ));
        }
        Ok(pattern)
    }

    fn path(&self, (least, most): &(ast::Expr, ast::Expr), env: &Env) -> Bind<VariableKind> {
        let span = least.span.to(most.span);
        let bound =
            |tree: &ast::Expr| -> Bind<Option<i64>> { Ok(self.constant(tree, ScalarType::Long, env)?.as_i64()) };
        match (bound(least)?, bound(most)?) {
            (Some(least), Some(most)) if 0 <= least && least <= most && most <= LONGEST => {
                let size = |n: i64| usize::try_from(n).unwrap_or(0);
                Ok(VariableKind::Path(size(least), size(most)))
            }
            _ => Err(Box::new(
                Diagnostic::new("KQL275", "this is no length of a path", span)
                    .help(format!("write the least and the most number of edges, as *1..5, up to {LONGEST}")),
            )),
        }
    }
}
