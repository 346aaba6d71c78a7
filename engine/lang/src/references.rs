//! What the names at the beginning of expressions mean.

use std::sync::Arc;

use wpinfra_core::{Diagnostic, Mode};

use crate::expr::{StepKind, Traversal};
use crate::suggest::did_you_mean;
use crate::syntax::{Source, Span};

/// What a reference refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// `var.name`
    Variable(Arc<str>),
    /// `local.name`
    Local(Arc<str>),
    /// `module.name`, and the output if the reference names one directly.
    Module(Arc<str>),
    /// `aws_vpc.main`, `data.aws_region.here`
    Resource(ResourceKey),
    /// `path.module`
    Path(Arc<str>),
    /// `terraform.workspace`
    Terraform(Arc<str>),
    /// `self`
    SelfValue,
    /// `each.key`
    Each(Arc<str>),
    /// `count.index`
    Count(Arc<str>),
}

/// A resource, data or ephemeral block inside of its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    /// The kind of block.
    pub mode: Mode,
    /// The type.
    pub resource_type: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl std::fmt::Display for ResourceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = match self.mode {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        };
        write!(f, "{prefix}{}.{}", self.resource_type, self.name)
    }
}

/// Returns what a traversal refers to and how many of its steps name it.
pub fn subject(traversal: &Traversal, source: &Source) -> Result<(Subject, usize), Box<Diagnostic>> {
    let step = |index: usize| match traversal.steps.get(index).map(|step| &step.kind) {
        Some(StepKind::Attribute(name)) => Some(Arc::clone(name)),
        Some(StepKind::Index(_)) | None => None,
    };
    let needs = |what: &str, example: &str| {
        Box::new(
            Diagnostic::error(
                "Invalid reference",
                format!("After {:?} the name of {what} must follow, as in {example}.", &*traversal.root),
            )
            .at(source.range(whole_span(traversal))),
        )
    };
    let named = |what: &str, example: &str| step(0).ok_or_else(|| needs(what, example));
    let resource = |mode: Mode, from: usize, what: &str, example: &str| {
        let resource_type = if from == 0 { Some(Arc::clone(&traversal.root)) } else { step(from - 1) };
        match (resource_type, step(from)) {
            (Some(resource_type), Some(name)) => {
                Ok((Subject::Resource(ResourceKey { mode, resource_type, name }), from + 1))
            }
            _ => Err(needs(what, example)),
        }
    };
    match &*traversal.root {
        "var" => Ok((Subject::Variable(named("a variable", "var.region")?), 1)),
        "local" => Ok((Subject::Local(named("a local value", "local.tags")?), 1)),
        "module" => Ok((Subject::Module(named("a module call", "module.network")?), 1)),
        "path" => Ok((Subject::Path(named("a directory", "path.module")?), 1)),
        "terraform" => Ok((Subject::Terraform(named("a setting", "terraform.workspace")?), 1)),
        "each" => Ok((Subject::Each(named("a part", "each.key")?), 1)),
        "count" => Ok((Subject::Count(named("a part", "count.index")?), 1)),
        "self" => Ok((Subject::SelfValue, 0)),
        "data" => resource(Mode::Data, 1, "a data source, its type and name,", "data.aws_region.here"),
        "ephemeral" => {
            resource(Mode::Ephemeral, 1, "an ephemeral resource, its type and name,", "ephemeral.random_password.db")
        }
        "resource" => resource(Mode::Managed, 1, "a resource, its type and name,", "resource.aws_vpc.main"),
        root if step(0).is_none() => Err(Box::new(
            Diagnostic::error(
                "Invalid reference",
                format!("The name {root:?} alone means nothing here. A reference to a resource consists of its type and its name."),
            )
            .at(source.range(traversal.root_span))
            .help(did_you_mean(root, ["var", "local", "module", "each", "count", "path", "data"]).or_else(|| {
                Some(format!("a string must stand in quotes: {root:?}"))
            })),
        )),
        _ => resource(Mode::Managed, 0, "a resource", "aws_vpc.main"),
    }
}

/// Returns the span of a traversal with all of its steps.
pub fn whole_span(traversal: &Traversal) -> Span {
    traversal.steps.last().map_or(traversal.root_span, |step| traversal.root_span.to(step.span))
}
