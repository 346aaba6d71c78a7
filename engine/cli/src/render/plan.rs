//! The text of a plan: what is destroyed first, then what changes, then what is new; last what it cost to find out.

use std::time::Duration;

use wpinfra_core::registry::Registry;
use wpinfra_core::{Path, Value};
use wpinfra_plan::{Action, Change, Mode, OutputChange, Plan};

use super::compare::{compare, whole};
use super::difference::{Entry, Label, Symbol};
use super::layout::Layout;
use super::painter::Painter;
use super::resources::{write_drift, write_resource};
use super::words;

/// How a plan is written.
pub(crate) struct PlanText<'a> {
    /// The providers, for their schemas.
    pub(crate) registry: &'a Registry,
    /// The colours.
    pub(crate) painter: Painter,
    /// How many columns there are.
    pub(crate) width: usize,
}

/// What it cost to look at the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LookingCost {
    /// How many remote objects were looked at.
    pub(crate) objects: usize,
    /// How many calls that took, if somebody counted.
    pub(crate) calls: usize,
    /// How long.
    pub(crate) elapsed: Duration,
}

impl std::fmt::Display for LookingCost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (objects, calls) = (words::count(self.objects, "resource"), words::count(self.calls, "API call"));
        write!(f, "refreshed {objects} with {calls} in {:.1} s", self.elapsed.as_secs_f64())
    }
}

/// How many objects a plan touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Taken over.
    pub(crate) import: usize,
    /// Created, also in place of another.
    pub(crate) add: usize,
    /// Changed in place.
    pub(crate) change: usize,
    /// Destroyed, also to be replaced.
    pub(crate) remove: usize,
    /// Taken out of the state.
    pub(crate) forget: usize,
}

/// Returns how many objects the plan touches.
pub(crate) fn summary_counts(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    for change in &plan.changes {
        counts.import += usize::from(change.importing.is_some());
        match change.action {
            Action::Create => counts.add += 1,
            Action::Update => counts.change += 1,
            Action::DeleteThenCreate | Action::CreateThenDelete => {
                counts.add += 1;
                counts.remove += 1;
            }
            Action::Delete => counts.remove += 1,
            Action::Forget => counts.forget += 1,
            Action::NoOp | Action::Read => {}
        }
    }
    counts
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plan: ")?;
        if self.import > 0 {
            write!(f, "{} to import, ", self.import)?;
        }
        write!(f, "{} to add, {} to change, {} to destroy", self.add, self.change, self.remove)?;
        if self.forget > 0 {
            write!(f, ", {} to forget", self.forget)?;
        }
        f.write_str(".")
    }
}

/// Returns the whole text of a plan, ending in a line break, without what it cost.
pub(crate) fn render_plan(plan: &Plan, how: &PlanText<'_>) -> String {
    let mut layout = Layout { painter: how.painter, width: how.width, lines: Vec::new() };
    write_drifts(&mut layout, plan, how.registry);
    let changes = by_risk(&plan.changes);
    let outputs = output_entries(plan);
    if changes.is_empty() && outputs.is_empty() {
        layout.lines.push(how.painter.success(nothing_to_do(plan)));
        return layout.lines.join("\n") + "\n";
    }
    if !changes.is_empty() {
        write_legend(&mut layout, &changes);
        for change in &changes {
            write_resource(&mut layout, change, how.registry);
            layout.lines.push(String::new());
        }
    }
    let counts = summary_counts(plan);
    if !outputs.is_empty() {
        layout.lines.push(how.painter.bold(words::OUTPUT_CHANGES));
        layout.entries(&outputs, &[], 2);
        layout.lines.push(String::new());
    }
    if changes.is_empty() {
        layout.lines.push("Only outputs change: an apply records them and touches no object.".to_owned());
    } else {
        let text = counts.to_string();
        let text = text
            .strip_prefix("Plan:")
            .map_or_else(|| text.clone(), |rest| format!("{}{rest}", how.painter.bold("Plan:")));
        layout.lines.push(text);
    }
    layout.lines.join("\n") + "\n"
}

fn nothing_to_do(plan: &Plan) -> &'static str {
    match plan.mode {
        Mode::Normal => words::NO_CHANGES,
        Mode::Destroy => words::NOTHING_TO_DESTROY,
        Mode::RefreshOnly if plan.drift.is_empty() => words::NO_DRIFT,
        Mode::RefreshOnly => "An apply of this plan records what has changed and touches no object.",
    }
}

/// Returns the changes that have an effect: what destroys first, then what changes, then what is new.
fn by_risk(changes: &[Change]) -> Vec<&Change> {
    let has_effect = |change: &&Change| {
        change.action != Action::NoOp || change.importing.is_some() || change.previous_address.is_some()
    };
    let mut changes: Vec<&Change> = changes.iter().filter(has_effect).collect();
    changes.sort_by_key(|change| risk(change));
    changes
}

fn risk(change: &Change) -> u8 {
    match change.action {
        Action::Delete => 0,
        Action::DeleteThenCreate => 1,
        Action::CreateThenDelete => 2,
        Action::Forget => 3,
        Action::Update => 4,
        Action::Create => 5,
        Action::Read => 6,
        Action::NoOp => 7,
    }
}

fn write_legend(layout: &mut Layout, changes: &[&Change]) {
    let painter = layout.painter;
    let symbols = [
        (Action::Delete, painter.removed("-"), "destroy"),
        (Action::DeleteThenCreate, format!("{}/{}", painter.removed("-"), painter.added("+")), "replace"),
        (
            Action::CreateThenDelete,
            format!("{}/{}", painter.added("+"), painter.removed("-")),
            "replace, new one first",
        ),
        (Action::Update, painter.changed("~"), "change"),
        (Action::Create, painter.added("+"), "create"),
        (Action::Read, painter.read("<="), "read"),
    ];
    let used = symbols.iter().filter(|(action, ..)| changes.iter().any(|change| change.action == *action));
    let legend: Vec<String> = used.map(|(_, symbol, meaning)| format!("{symbol} {meaning}")).collect();
    if !legend.is_empty() {
        layout.lines.push("An apply will do this:".to_owned());
        layout.lines.push(format!("  {}", legend.join("   ")));
        layout.lines.push(String::new());
    }
}

fn write_drifts(layout: &mut Layout, plan: &Plan, registry: &Registry) {
    let visible: Vec<&Change> = plan.drift.iter().filter(|drift| is_visible(drift) && matters(drift, plan)).collect();
    if visible.is_empty() {
        return;
    }
    layout.lines.push(layout.painter.bold(words::DRIFT));
    layout.lines.push(String::new());
    for drift in visible {
        write_drift(layout, drift, registry);
        layout.lines.push(String::new());
    }
}

/// Tells whether the drift has to do with what the plan does: after an apply, computed attributes of many objects go on to change.
fn matters(drift: &Change, plan: &Plan) -> bool {
    let acts_on_it = |change: &Change| change.address == drift.address && change.action != Action::NoOp;
    plan.mode == Mode::RefreshOnly || drift.after.is_none() || plan.changes.iter().any(acts_on_it)
}

/// Tells whether a person would see the drift: null and empty look alike.
fn is_visible(drift: &Change) -> bool {
    let (Some(before), Some(after)) = (&drift.before, &drift.after) else { return true };
    let differs = |name: &str| {
        let part = |value: &Value| value.get(name).map(|part| part.without_deep_marks()).filter(|part| !part.is_zero());
        part(before) != part(after)
    };
    after.mapping().into_iter().flatten().any(|(name, _)| differs(name))
}

fn output_entries(plan: &Plan) -> Vec<Entry> {
    let changed = plan.outputs.iter().filter(|(_, change)| output_action(change) != Action::NoOp);
    changed.filter_map(|(name, change)| output_entry(name, change)).collect()
}

fn output_action(change: &OutputChange) -> Action {
    change.action()
}

fn output_entry(name: &str, change: &OutputChange) -> Option<Entry> {
    let hide = |value: &Option<Value>, sensitive: bool| {
        value.clone().map(|value| if sensitive { value.sensitive() } else { value })
    };
    let (before, after) = (hide(&change.before, change.was_sensitive), hide(&change.after, change.sensitive));
    let label = || Label::Argument(name.to_owned());
    match (&before, &after) {
        (None, Some(after)) if after.is_null() => Some(whole(label(), after, Symbol::Add)),
        (before, after) => compare(label(), before.as_ref(), after.as_ref(), &Path::root(), &[]),
    }
}
