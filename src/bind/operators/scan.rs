//! `scan`: rows in order matched against the steps of a sequence, each step remembering the rows it took.

use std::sync::Arc;

use crate::bind::operators::join::parameter;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Context, Plan, Program, Schema};
use crate::syntax::ast::{self, ExprKind, Name, Operator, ParameterType};
use crate::types::{Column, ScalarType, Table, Value};

/// Which of the rows a step takes are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    All,
    Last,
    None,
}

/// One step, bound.
struct Step {
    name: String,
    shown: Shown,
    condition: Program,
    /// The column each assignment sets, and its value.
    assignments: Vec<(usize, Program)>,
}

/// The whole machine.
struct Machine {
    steps: Vec<Step>,
    /// The columns of a row: those of the input, then those declared.
    width: usize,
    /// What the declared columns hold until they are assigned.
    defaults: Vec<Value<'static>>,
    /// Columns whose change begins anew.
    partition: Vec<usize>,
    match_id: bool,
    step_name: bool,
}

/// A column of a step, as conditions and assignments name it.
fn qualified(step: &str, column: &str) -> String {
    format!("${step}.{column}")
}

impl Binder<'_> {
    pub(super) fn scan(&self, operator: &Operator, input: Tabular, scan: &ast::Scan, env: &Env) -> Bind<Tabular> {
        let mut input = input;
        if !scan.order.is_empty() || !scan.partition.is_empty() {
            let mut keys: Vec<ast::OrderKey> = scan
                .partition
                .iter()
                .map(|value| ast::OrderKey { value: value.clone(), ascending: Some(true), nulls_first: None })
                .collect();
            keys.extend(scan.order.iter().cloned());
            input = self.sort(input, &keys, env)?;
        }
        if !input.serialized {
            return Err(Box::new(
                Diagnostic::new("KQL150", "'scan' needs rows in order", operator.keyword)
                    .label("these rows have no order")
                    .help("put `| sort by …` or `| serialize` before this"),
            ));
        }
        let mut declared: Vec<(String, ScalarType)> = input.plan.schema.columns.clone();
        let mut defaults = Vec::new();
        for column in &scan.declare {
            let ParameterType::Scalar(scalar_type) = column.parameter_type else {
                return error("KQL216", "a column of scan is a scalar", column.name.span);
            };
            let default = match &column.default {
                Some(default) => self.constant(default, scalar_type, env)?,
                None => Value::null_of(scalar_type),
            };
            if declared.iter().any(|(n, _)| *n == column.name.text) {
                let message = format!("the table has a column '{}' already", column.name.text);
                return error("KQL123", message, column.name.span);
            }
            declared.push((column.name.text.clone(), scalar_type));
            defaults.push(default);
        }
        let mut partition = Vec::new();
        for key in &scan.partition {
            match &key.kind {
                ExprKind::Name(name) => partition.extend(declared.iter().position(|(n, _)| *n == name.text)),
                _ => return error("KQL214", "a column's name is expected here", key.span),
            }
        }
        // What an expression may read: the row at hand and the last row of every step.
        let mut visible = declared.clone();
        for step in &scan.steps {
            visible.extend(declared.iter().map(|(n, t)| (qualified(&step.name.text, n), *t)));
        }
        let visible = Schema { columns: visible };
        let steps =
            scan.steps.iter().map(|s| self.step(s, scan, &declared, &visible, env)).collect::<Bind<Vec<_>>>()?;
        let named = |name: &str| parameter(operator, name).map(|(text, _)| text);
        let (match_id, step_name) = (named("with_match_id"), named("with_step_name"));
        let machine = Arc::new(Machine {
            steps,
            width: declared.len(),
            defaults,
            partition,
            match_id: match_id.is_some(),
            step_name: step_name.is_some(),
        });
        let mut schema = Schema { columns: declared };
        schema.columns.extend(match_id.map(|name| (name, ScalarType::Long)));
        schema.columns.extend(step_name.map(|name| (name, ScalarType::String)));
        let answer = schema.clone();
        let kernel = move |context: &Context, tables: Vec<Table>| {
            let table = tables.into_iter().next().ok_or("scan reads one table")?;
            Ok(machine.run(context, &table, &answer))
        };
        let plan = Plan::table_kernel("scan", vec![input.plan], schema, kernel);
        Ok(Tabular { plan, serialized: true, name: None })
    }

    fn step(
        &self,
        step: &ast::ScanStep,
        scan: &ast::Scan,
        declared: &[(String, ScalarType)],
        visible: &Schema,
        env: &Env,
    ) -> Bind<Step> {
        let row = Row { schema: visible, serialized: false, exists: true };
        let names = visible.names();
        let program = |expr: crate::ir::Expr, tree: &ast::Expr| match Program::new(&expr, &names) {
            Some(program) => Ok(program),
            None => error("KQL217", "a step of scan cannot use a window function or another table", tree.span),
        };
        let condition = self.predicate(&with_steps(&step.condition, &scan.steps), &row, env)?;
        let condition = program(condition, &step.condition)?;
        let mut assignments = Vec::new();
        for item in &step.assignments {
            let Some(name) = item.names.first() else {
                return error("KQL218", "an assignment is written column = value", item.span);
            };
            let Some(place) = declared.iter().position(|(n, _)| *n == name.text) else {
                let mut finding =
                    Diagnostic::new("KQL101", format!("scan declares no column '{}'", name.text), name.span);
                finding.help = did_you_mean(&name.text, declared.iter().map(|(n, _)| n.as_str()))
                    .map(|near| format!("did you mean '{near}'?"))
                    .or_else(|| Some(format!("add it: declare ({}: long)", name.text)));
                return Err(Box::new(finding));
            };
            let value = self.scalar(&with_steps(&item.value, &scan.steps), &row, env)?.cast(declared[place].1);
            assignments.push((place, program(value, &item.value)?));
        }
        let shown = match step.output.as_ref().map(|n| n.text.as_str()) {
            None | Some("all") => Shown::All,
            Some("last") => Shown::Last,
            Some("none") => Shown::None,
            Some(other) => {
                let span = step.output.as_ref().map_or(step.name.span, |n| n.span);
                return error("KQL219", format!("output is all, last or none, not '{other}'"), span);
            }
        };
        Ok(Step { name: step.name.text.clone(), shown, condition, assignments })
    }
}

/// The tree with `step.column` as the hidden column that holds it.
fn with_steps(tree: &ast::Expr, steps: &[ast::ScanStep]) -> ast::Expr {
    if let ExprKind::Member(object, column) = &tree.kind
        && let ExprKind::Name(step) = &object.kind
        && steps.iter().any(|s| s.name.text == step.text)
    {
        let name = Name { text: qualified(&step.text, &column.text), span: tree.span };
        return ast::Expr { kind: ExprKind::Name(name), span: tree.span };
    }
    match tree.try_map(|operand| Ok::<_, std::convert::Infallible>(with_steps(operand, steps))) {
        Ok(tree) => tree,
    }
}

type Cells = Vec<Value<'static>>;

/// What is remembered of a sequence that has reached a step: the last row of each step up to it.
#[derive(Clone)]
struct State {
    rows: Vec<Cells>,
    match_id: i64,
}

/// A row to show.
struct Output {
    cells: Cells,
    match_id: i64,
    step: usize,
}

impl Machine {
    fn run(&self, context: &Context, table: &Table, schema: &Schema) -> Table {
        let mut shown: Vec<Output> = Vec::new();
        let mut states: Vec<Option<State>> = vec![None; self.steps.len()];
        let mut next_id = 0;
        let mut before: Option<Vec<&Value<'static>>> = None;
        for row in 0..table.rows {
            let key: Vec<&Value<'static>> = self.partition.iter().map(|c| &table.columns[*c].values[row]).collect();
            if before.as_ref().is_some_and(|b| *b != key) {
                self.finish(&mut states, &mut shown);
            }
            before = Some(key);
            let mut cells: Cells = table.columns.iter().map(|c| c.values[row].clone()).collect();
            cells.extend(self.defaults.iter().cloned());
            for at in (0..self.steps.len()).rev() {
                self.offer(context, &cells, at, &mut states, &mut next_id, &mut shown);
            }
        }
        self.finish(&mut states, &mut shown);
        self.table(shown, schema)
    }

    /// Offers a row to one step: a sequence that reached the step before goes on with it, or one that is at this
    /// step already takes another row.
    fn offer(
        &self,
        context: &Context,
        cells: &Cells,
        at: usize,
        states: &mut [Option<State>],
        next_id: &mut i64,
        shown: &mut Vec<Output>,
    ) {
        let step = &self.steps[at];
        if at > 0
            && let Some(state) = &states[at - 1]
            && self.fits(context, step, cells, state)
        {
            let Some(mut state) = states[at - 1].take() else { return };
            self.end(at - 1, Some(state.clone()), shown);
            // A sequence that stood here ends.
            self.end(at, states[at].take(), shown);
            self.accept(context, at, cells, &mut state, shown);
            states[at] = Some(state);
            return;
        }
        // Any row may begin a sequence, which is a new one while none has stopped at the first step.
        let (started, is_new) = match &states[at] {
            Some(state) => (state.clone(), false),
            None if at == 0 => (State { rows: Vec::new(), match_id: *next_id }, true),
            None => return,
        };
        if self.fits(context, step, cells, &started) {
            let mut state = started;
            if is_new {
                *next_id += 1;
            }
            self.accept(context, at, cells, &mut state, shown);
            states[at] = Some(state);
        }
    }

    /// The row at hand with the rows remembered, as programs read them.
    fn environment(&self, cells: &Cells, state: &State) -> Cells {
        let mut all = cells.clone();
        for at in 0..self.steps.len() {
            match state.rows.get(at) {
                Some(row) => all.extend(row.iter().cloned()),
                None => {
                    all.extend(std::iter::repeat_n(Value::Null, self.width - self.defaults.len()));
                    all.extend(self.defaults.iter().cloned());
                }
            }
        }
        all
    }

    fn fits(&self, context: &Context, step: &Step, cells: &Cells, state: &State) -> bool {
        step.condition.run(context, &self.environment(cells, state)).as_bool() == Some(true)
    }

    /// Lets a step take a row: its assignments extend it, and the step remembers and shows it.
    fn accept(&self, context: &Context, at: usize, cells: &Cells, state: &mut State, shown: &mut Vec<Output>) {
        let environment = self.environment(cells, state);
        let mut row = cells.clone();
        for (place, program) in &self.steps[at].assignments {
            row[*place] = program.run(context, &environment).into_owned();
        }
        state.rows.truncate(at + 1);
        if state.rows.len() <= at {
            let nothing = vec![Value::Null; self.width];
            state.rows.resize(at + 1, nothing);
        }
        state.rows[at].clone_from(&row);
        if self.steps[at].shown == Shown::All {
            shown.push(Output { cells: row, match_id: state.match_id, step: at });
        }
    }

    /// Ends all sequences: the last rows of steps that show only those come out.
    fn finish(&self, states: &mut [Option<State>], shown: &mut Vec<Output>) {
        for (at, state) in states.iter_mut().enumerate() {
            self.end(at, state.take(), shown);
        }
    }

    /// Ends a sequence at a step: its last row comes out if the step shows only that.
    fn end(&self, at: usize, state: Option<State>, shown: &mut Vec<Output>) {
        if let Some(state) = state
            && self.steps[at].shown == Shown::Last
            && let Some(last) = state.rows.get(at)
        {
            shown.push(Output { cells: last.clone(), match_id: state.match_id, step: at });
        }
    }

    fn table(&self, shown: Vec<Output>, schema: &Schema) -> Table {
        let mut columns: Vec<Column> = schema.empty_columns();
        let rows = shown.len();
        for output in shown {
            let mut cells = output.cells;
            if self.match_id {
                cells.push(Value::Long(output.match_id));
            }
            if self.step_name {
                cells.push(Value::string(self.steps[output.step].name.clone()));
            }
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.values.push(cell));
        }
        Table { columns, rows }
    }
}
