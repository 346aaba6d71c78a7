//! What is to happen to one object: configuration, prior value and schema merged, adjusted by the type, checked.

use wpinfra_core::desired::{DesiredInstance, IgnoreChanges};
use wpinfra_core::provider::{AnyResourceType, Client, Draft};
use wpinfra_core::{Diagnostic, Diagnostics, Path, Value};

use crate::conform::violations;
use crate::ignore::ignore_changes;
use crate::merge::merge;
use crate::plan::Action;
use crate::replace::replace_paths;
use crate::sensitive::{mark_sensitive, sensitive_marks};
use crate::unsettle::unsettle;

/// What is to happen to one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The object to be, unknown where only the apply will tell, with marks.
    pub planned: Value,
    /// What happens: nothing, a create, an update or a replacement (as `DeleteThenCreate` or `CreateThenDelete`).
    pub action: Action,
    /// Attributes whose change makes a replacement necessary; none where something else asks for it.
    pub replace_paths: Vec<Path>,
}

/// Why an object is replaced whatever its attributes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// It is not.
    No,
    /// The user or another resource asks for it.
    Replace,
    /// The object cannot be kept.
    Tainted,
}

/// Proposes what is to happen to an object so that it becomes what the configuration says.
///
/// `prior` is the object as it stands, with marks. Returns `None` together with errors.
pub fn propose(
    resource: &dyn AnyResourceType,
    client: Option<&Client>,
    prior: Option<&Value>,
    instance: &DesiredInstance,
    force: Force,
) -> (Option<Proposal>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let replace =
        if instance.lifecycle.create_before_destroy { Action::CreateThenDelete } else { Action::DeleteThenCreate };
    let Some(prior) = prior else {
        let created = diagnostics.absorb(draft(resource, client, None, instance));
        let proposal =
            created.map(|(planned, _)| Proposal { planned, action: Action::Create, replace_paths: Vec::new() });
        return (proposal, diagnostics);
    };
    let mut paths = Vec::new();
    if force != Force::Tainted {
        let Some((planned, found)) = diagnostics.absorb(draft(resource, client, Some(prior), instance)) else {
            return (None, diagnostics);
        };
        if found.is_empty() && force == Force::No {
            let action = if planned == *prior { Action::NoOp } else { Action::Update };
            return (Some(Proposal { planned, action, replace_paths: found }), diagnostics);
        }
        paths = found;
    }
    // Nothing of the old object is left in the new one, not even what `ignore_changes` would keep.
    let created = diagnostics.absorb(draft(resource, client, None, instance));
    (created.map(|(planned, _)| Proposal { planned, action: replace, replace_paths: paths }), diagnostics)
}

/// Returns the object to be, with marks: what an apply evaluates again, when more is known, for the action that was planned.
///
/// `prior` is `None` for a create and for the second half of a replacement. Returns `None` together with errors.
pub fn planned_value(
    resource: &dyn AnyResourceType,
    client: Option<&Client>,
    prior: Option<&Value>,
    instance: &DesiredInstance,
) -> (Option<Value>, Diagnostics) {
    let (drafted, diagnostics) = draft(resource, client, prior, instance);
    (drafted.map(|(planned, _)| planned), diagnostics)
}

/// Merges, lets the type adjust, checks; returns the object to be, with marks, and the paths that need a replacement.
fn draft(
    resource: &dyn AnyResourceType,
    client: Option<&Client>,
    prior: Option<&Value>,
    instance: &DesiredInstance,
) -> (Option<(Value, Vec<Path>)>, Diagnostics) {
    let schema = resource.schema();
    let ignored = &instance.lifecycle.ignore_changes;
    if let (Some(prior), IgnoreChanges::All) = (prior, ignored) {
        return (Some((prior.clone(), Vec::new())), Diagnostics::new());
    }
    let config =
        prior.map_or_else(|| instance.config.clone(), |prior| ignore_changes(&instance.config, prior, ignored));
    let (marks, config) = (sensitive_marks(&config), config.without_deep_marks());
    let prior = prior.map(Value::without_deep_marks);
    let mut planned = merge(schema, prior.as_ref(), &config);
    if let Some(prior) = &prior {
        planned = unsettle(schema, prior, &config, &planned);
    }
    let paths = prior.as_ref().map_or_else(Vec::new, |prior| replace_paths(&schema.block, prior, &planned));
    let before = planned.clone();
    let mut draft = Draft {
        prior: prior.as_ref(),
        config: &config,
        planned,
        replace: paths.clone(),
        diagnostics: Diagnostics::new(),
    };
    resource.plan(client, &mut draft);
    let Draft { mut planned, replace: wanted, mut diagnostics, .. } = draft;
    if let Some(prior) = prior.as_ref().filter(|_| planned != before) {
        planned = unsettle(schema, prior, &config, &planned);
    }
    let broken = violations(schema, prior.as_ref(), &config, &planned);
    diagnostics.extend(
        broken
            .iter()
            .map(|violation| {
                let detail =
                    format!("The attribute {} of {} {}.", place(&violation.path), resource.name(), violation.what);
                Diagnostic::bug("Invalid planned value", detail).at(instance.range_of(&violation.path))
            })
            .collect(),
    );
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let paths = prior.as_ref().map_or_else(Vec::new, |prior| final_paths(resource, prior, &planned, &paths, &wanted));
    let planned = mark_sensitive(&planned.mark_at(&marks), schema);
    (Some((planned, paths)), diagnostics)
}

/// Returns the paths that need a replacement after the type has added and taken away some, and changed planned values.
fn final_paths(
    resource: &dyn AnyResourceType,
    prior: &Value,
    planned: &Value,
    first: &[Path],
    wanted: &[Path],
) -> Vec<Path> {
    let mut paths = replace_paths(&resource.schema().block, prior, planned);
    paths.retain(|path| wanted.contains(path) || !first.contains(path));
    for path in wanted {
        if !paths.contains(path) && prior.at(path) != planned.at(path) {
            paths.push(path.clone());
        }
    }
    paths
}

/// Writes a path as people write arguments: without the dot at its beginning.
pub(crate) fn place(path: &Path) -> String {
    let text = path.to_string();
    format!("{:?}", text.strip_prefix('.').unwrap_or(&text))
}
