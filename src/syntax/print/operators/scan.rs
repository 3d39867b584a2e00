use super::Place;
use crate::syntax::ast::Scan;
use crate::syntax::print::layout::{Gap, Layout, inside, outside};

impl Layout<'_> {
    /// Every step begins a line.
    pub(super) fn scan(&mut self, place: Place, scan: &Scan) {
        scan.order.iter().for_each(|key| self.expression(&key.value));
        self.expressions(&scan.partition);
        if let Some(first) = scan.declare.first() {
            self.parameters(self.first(first.name.span).saturating_sub(1), &scan.declare);
        }
        let closing = place.end.saturating_sub(1);
        let opening = self.partner(closing);
        let mut breaks = Vec::new();
        for step in &scan.steps {
            breaks.push(inside(self.first(step.name.span).saturating_sub(1)));
            if let Some(output) = &step.output {
                let value = self.first(output.span);
                self.glue(value - 1);
                self.glue(value);
            }
            let condition = self.first(step.condition.span);
            self.gap(condition, Gap::Blank);
            self.expression(&step.condition);
            if let Some(first) = step.assignments.first() {
                self.named_list(self.first(first.span).saturating_sub(1), &step.assignments);
            }
        }
        breaks.push(outside(closing));
        self.group(opening, place.end, breaks, true);
    }
}
