//! Tabular operators as they were written.

use super::{Argument, ColumnDeclaration, Expr, Name, Parameter, Pipeline};
use crate::syntax::Span;
use crate::types::ScalarType;

/// One tabular operator with its parameters (`kind=inner`, `hint.strategy=broadcast`, `withsource=T`).
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// What it does.
    pub kind: OperatorKind,
    /// The `name=value` parameters after its keyword, in order. The binder decides which mean something.
    pub parameters: Vec<OperatorParameter>,
    /// The operator's keyword in the text.
    pub keyword: Span,
    /// From its keyword to its end.
    pub span: Span,
}

/// `name=value` after an operator's keyword.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatorParameter {
    /// The name: `kind`, `hint.shufflekey`, `withsource` …
    pub name: Name,
    /// The value: a name or a literal.
    pub value: Expr,
}

/// An item of a list that may be named: `x`, `a = x`, `(a, b) = x`.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedExpr {
    /// The names given; empty when none is.
    pub names: Vec<Name>,
    /// The value.
    pub value: Expr,
    /// From the first name to the end of the value.
    pub span: Span,
}

/// One key of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderKey {
    /// What to order by (named in `top … by n = x`? never; a plain expression).
    pub value: Expr,
    /// `Some(true)` asc, `Some(false)` desc, `None` unsaid.
    pub ascending: Option<bool>,
    /// `Some(true)` nulls first, `Some(false)` nulls last, `None` unsaid.
    pub nulls_first: Option<bool>,
}

/// A column of `mv-expand` or `mv-apply`: `x`, `y = x`, with `to typeof(long)`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpandColumn {
    /// What is expanded.
    pub value: NamedExpr,
    /// The element's type.
    pub to: Option<ScalarType>,
}

/// A piece of a `parse` pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum ParsePiece {
    /// `*`: skip.
    Star(Span),
    /// `"text"`: match it.
    Text(String, Span),
    /// `name` or `name:type`: take it.
    Column(Name, ScalarType),
}

/// The kinds of tabular operator.
#[derive(Clone, Debug, PartialEq)]
pub enum OperatorKind {
    /// `where`, `filter`.
    Where(Expr),
    /// `extend`.
    Extend(Vec<NamedExpr>),
    /// `project`.
    Project(Vec<NamedExpr>),
    /// `project-away`.
    ProjectAway(Vec<Expr>),
    /// `project-keep`.
    ProjectKeep(Vec<Expr>),
    /// `project-rename`: new = old.
    ProjectRename(Vec<NamedExpr>),
    /// `project-reorder`: a name or wildcard and how its matches are ordered (`asc`, `desc`, `granny-asc`, `granny-desc`).
    ProjectReorder(Vec<(Expr, Option<Name>)>),
    /// `project-by-names`.
    ProjectByNames(Vec<Expr>),
    /// `summarize aggregates by keys`; `had_by` tells `summarize x` from `summarize by x`.
    Summarize {
        /// The aggregates.
        aggregates: Vec<NamedExpr>,
        /// The group keys.
        keys: Vec<NamedExpr>,
    },
    /// `sort by`, `order by`.
    Sort(Vec<OrderKey>),
    /// `top count by key`; `others` and so on belong to `top-nested`.
    Top {
        /// How many.
        count: Expr,
        /// The key; several in `top n by a, b`.
        keys: Vec<OrderKey>,
    },
    /// `take`, `limit`.
    Take(Expr),
    /// `count`, or `count as name`, which names its column.
    Count(Option<Name>),
    /// `distinct *` or `distinct a, b`.
    Distinct(Vec<NamedExpr>),
    /// `render kind with (…)`, or with bare properties after the kind.
    Render {
        /// The visualization.
        kind: Name,
        /// Properties: the value as text, a list joined with `,`.
        properties: Vec<(Name, Vec<Name>)>,
    },
    /// `print`.
    Print(Vec<NamedExpr>),
    /// `datatable(schema)[values]`.
    DataTable {
        /// The columns.
        columns: Vec<ColumnDeclaration>,
        /// The cells, row by row.
        values: Vec<Expr>,
    },
    /// `range name from a to b step c`.
    Range {
        /// The column.
        name: Name,
        /// First value.
        from: Expr,
        /// Last value.
        to: Expr,
        /// Distance.
        step: Expr,
    },
    /// `externaldata(schema)[uris] with (…)`.
    ExternalData {
        /// The columns.
        columns: Vec<ColumnDeclaration>,
        /// The addresses.
        uris: Vec<Expr>,
        /// The properties.
        properties: Vec<(Name, Expr)>,
    },
    /// `as name`.
    As(Name),
    /// `consume`.
    Consume,
    /// `getschema`.
    GetSchema,
    /// `serialize [a = x, …]`.
    Serialize(Vec<NamedExpr>),
    /// `sample n`.
    Sample(Expr),
    /// `sample-distinct n of x`.
    SampleDistinct {
        /// How many.
        count: Expr,
        /// Of what.
        of: Expr,
    },
    /// `join (right) on …`.
    Join {
        /// The right side.
        right: Expr,
        /// The conditions; `where`-style conditions do not exist.
        on: Vec<Expr>,
    },
    /// `lookup (right) on …`.
    Lookup {
        /// The right side.
        right: Expr,
        /// The conditions.
        on: Vec<Expr>,
    },
    /// `union a, (b), T*`.
    Union(Vec<Expr>),
    /// `mv-expand`.
    MvExpand {
        /// The columns.
        columns: Vec<ExpandColumn>,
        /// `limit n`.
        limit: Option<Expr>,
        /// Whether it was written `mvexpand`.
        legacy: bool,
    },
    /// `mv-apply columns limit n on (body)`.
    MvApply {
        /// The columns.
        columns: Vec<ExpandColumn>,
        /// `limit n`.
        limit: Option<Expr>,
        /// What is done to each row's table.
        body: Pipeline,
    },
    /// `parse`, `parse-where`: parameters `kind` and `flags`.
    Parse {
        /// The text.
        value: Expr,
        /// The pattern.
        pattern: Vec<ParsePiece>,
        /// Whether rows without a match are dropped.
        matching_only: bool,
    },
    /// `parse-kv x as (a:long, …) with (…)`.
    ParseKv {
        /// The text.
        value: Expr,
        /// The keys.
        columns: Vec<ColumnDeclaration>,
        /// The properties.
        properties: Vec<(Name, Expr)>,
    },
    /// `make-series a = agg default = x, … on t from f to l step s by keys`, or `in range(f, l, s)`.
    MakeSeries {
        /// The aggregates and their defaults.
        aggregates: Vec<(NamedExpr, Option<Expr>)>,
        /// The axis.
        on: NamedExpr,
        /// Its first value.
        from: Option<Expr>,
        /// Its end.
        to: Option<Expr>,
        /// Its step.
        step: Expr,
        /// Whether written `in range(…)`, where `to` is included.
        in_range: bool,
        /// The group keys.
        keys: Vec<NamedExpr>,
    },
    /// `evaluate plugin(arguments) : (schema)`.
    Evaluate {
        /// The plugin.
        plugin: Name,
        /// Its arguments.
        arguments: Vec<Argument>,
        /// The schema it is said to give.
        schema: Option<Vec<ColumnDeclaration>>,
        /// Whether the declared schema begins with `*`.
        schema_star: bool,
    },
    /// `invoke f(arguments)`.
    Invoke(Expr),
    /// `facet by a, b with (body)`.
    Facet {
        /// The columns.
        columns: Vec<Expr>,
        /// What is done to the rows themselves.
        with: Option<Pipeline>,
    },
    /// `fork name = (body) (body) …`.
    Fork(Vec<(Option<Name>, Pipeline)>),
    /// `partition by key (body)`.
    Partition {
        /// The key.
        by: Expr,
        /// What is done to each part: input implied.
        body: Pipeline,
    },
    /// `search "term"`; parameter `kind`, and `in (tables)`.
    Search {
        /// The tables, names or wildcards; empty for all.
        tables: Vec<Expr>,
        /// The predicate.
        predicate: Expr,
    },
    /// `find in (tables) where predicate project columns`.
    Find {
        /// The tables; empty for all.
        tables: Vec<Expr>,
        /// The predicate.
        predicate: Expr,
        /// `project a, b:type, pack_all()`; empty when absent.
        project: Vec<NamedExpr>,
        /// Whether `project-smart` was said.
        smart: bool,
    },
    /// `reduce by x with threshold = …`.
    Reduce {
        /// The text.
        by: Expr,
        /// The properties.
        properties: Vec<(Name, Expr)>,
    },
    /// `scan order by … partition by … declare (…) with (step …)`.
    Scan(Scan),
    /// `top-nested n of x [with others = y] by agg, …`.
    TopNested(Vec<TopNestedLevel>),
    /// `top-hitters n of x [by v]`.
    TopHitters {
        /// How many.
        count: Expr,
        /// Of what.
        of: NamedExpr,
        /// Weighed by.
        by: Option<Expr>,
    },
    /// `make-graph source --> target with …`.
    MakeGraph(MakeGraph),
    /// `graph-match`, `graph-shortest-paths`: patterns, `where`, `project`.
    GraphMatch(GraphMatch),
    /// `graph-to-table nodes as N with_node_id = id, edges as E …`.
    GraphToTable(Vec<GraphOutput>),
    /// `graph-mark-components`.
    GraphMarkComponents,
}

/// `scan`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// `order by`.
    pub order: Vec<OrderKey>,
    /// `partition by`.
    pub partition: Vec<Expr>,
    /// `declare (a:long = 0, …)`.
    pub declare: Vec<Parameter>,
    /// The steps.
    pub steps: Vec<ScanStep>,
}

/// `step name [optional] [output = all|last|none]: condition => a = x, …;`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanStep {
    /// Its name.
    pub name: Name,
    /// Whether it may be left out.
    pub optional: bool,
    /// `output=`.
    pub output: Option<Name>,
    /// When a record fits.
    pub condition: Expr,
    /// What it sets.
    pub assignments: Vec<NamedExpr>,
}

/// One level of `top-nested`.
#[derive(Clone, Debug, PartialEq)]
pub struct TopNestedLevel {
    /// How many; all when absent.
    pub count: Option<Expr>,
    /// Of what.
    pub of: NamedExpr,
    /// `with others = x`.
    pub others: Option<Expr>,
    /// The aggregate that ranks.
    pub by: NamedExpr,
    /// `asc` or `desc`.
    pub ascending: Option<bool>,
}

/// `make-graph`.
#[derive(Clone, Debug, PartialEq)]
pub struct MakeGraph {
    /// The column of the edge's source.
    pub source: Name,
    /// The column of its target.
    pub target: Name,
    /// `with nodes on key, …`.
    pub nodes: Vec<(Expr, Name)>,
    /// `with_node_id = name`.
    pub node_id: Option<Name>,
    /// `partitioned-by column (…)`: the column, and what is done to the graph of each of its values.
    pub partition: Option<(Name, Pipeline)>,
}

/// `graph-match` or `graph-shortest-paths`.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphMatch {
    /// The patterns.
    pub patterns: Vec<GraphPattern>,
    /// The condition.
    pub predicate: Option<Expr>,
    /// The columns.
    pub project: Vec<NamedExpr>,
    /// Whether it is `graph-shortest-paths`.
    pub shortest: bool,
}

/// One pattern of `graph-match`: nodes and the edges between them.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphPattern {
    /// The nodes' names; none for `()`. One more than edges.
    pub nodes: Vec<Option<Name>>,
    /// The edges.
    pub edges: Vec<GraphEdge>,
}

/// An edge of a graph pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphEdge {
    /// Its name.
    pub name: Option<Name>,
    /// Which way it points.
    pub direction: GraphDirection,
    /// `*min..max`.
    pub length: Option<(Expr, Expr)>,
}

/// The way a pattern's edge points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphDirection {
    /// `-->`.
    Right,
    /// `<--`.
    Left,
    /// `--`.
    Any,
}

/// One table of `graph-to-table`.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphOutput {
    /// Nodes, or edges.
    pub nodes: bool,
    /// `as name`.
    pub name: Option<Name>,
    /// `with_node_id = x`, `with_source_id = x`, `with_target_id = x`.
    pub parameters: Vec<OperatorParameter>,
}
