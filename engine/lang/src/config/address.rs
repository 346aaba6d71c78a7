//! Addresses that are written as expressions: `moved`, `removed`, `import`.

use std::sync::Arc;

use wpinfra_core::address::InstanceKey;
use wpinfra_core::desired::{Move, MoveEnd, Removal};
use wpinfra_core::{Diagnostic, Diagnostics, Mode, ModuleInstance, ResourceAddress, Value};

use super::Configuration;
use crate::expr::{ExprKind, Expression, Step, StepKind};

impl Configuration {
    /// Turns `moved` and `removed` blocks of all modules into addresses from the root.
    pub(crate) fn read_moves(&mut self, diagnostics: &mut Diagnostics) {
        let (mut moves, mut removals) = (Vec::new(), Vec::new());
        for node in &self.modules {
            let base = ModuleInstance(node.path.iter().map(|name| (Arc::clone(name), None)).collect());
            for block in &node.module.moved {
                let (from, to) = (parse_move_end(&block.from, &base), parse_move_end(&block.to, &base));
                match (from, to) {
                    (Ok(from), Ok(to)) => {
                        let whole = |end: &MoveEnd| matches!(end, MoveEnd::Module(_));
                        if whole(&from) == whole(&to) {
                            moves.push(Move { from, to, range: Some(block.range.clone()) });
                        } else {
                            let detail = "Both ends must be modules, or both must be resources.";
                            diagnostics
                                .push(Diagnostic::error("Invalid \"moved\" addresses", detail).at(block.range.clone()));
                        }
                    }
                    (from, to) => {
                        for problem in [from.err(), to.err()].into_iter().flatten() {
                            diagnostics.push(*problem);
                        }
                    }
                }
            }
            for block in &node.module.removed {
                match parse_move_end(&block.from, &base) {
                    Ok(MoveEnd::Module(module)) => removals.push(Removal {
                        module: module.0.into_iter().map(|(name, _)| name).collect(),
                        resource: None,
                        destroy: block.destroy,
                        range: Some(block.range.clone()),
                    }),
                    Ok(MoveEnd::Resource(resource)) => removals.push(Removal {
                        module: resource.config().module,
                        resource: Some(resource.config()),
                        destroy: block.destroy,
                        range: Some(block.range.clone()),
                    }),
                    Ok(MoveEnd::Instance(_)) => {
                        let detail =
                            "A removed block is about all instances of a resource or module; leave the key away.";
                        diagnostics
                            .push(Diagnostic::error("Invalid \"removed\" address", detail).at(block.range.clone()));
                    }
                    Err(problem) => diagnostics.push(*problem),
                }
            }
        }
        for removal in &removals {
            if removal.resource.as_ref().is_some_and(|resource| self.find_resource(resource).is_some()) {
                let detail = "The resource is still declared: remove its block as well, or this one.";
                diagnostics.push(Diagnostic::error("Removed resource still exists", detail).at(removal.range.clone()));
            }
        }
        self.moves = moves;
        self.removals = removals;
    }
}

/// Reads an address from an expression, beginning in a module.
pub fn parse_move_end(expression: &Expression, base: &ModuleInstance) -> Result<MoveEnd, Box<Diagnostic>> {
    let wrong = || {
        let detail = "An address is expected: a resource such as aws_vpc.main, an instance such as aws_subnet.a[0], or a module such as module.net.";
        Box::new(Diagnostic::error("Invalid address", detail).at(expression.range()))
    };
    let expression = &expression.unquoted();
    let ExprKind::Traversal(traversal) = &expression.expr.kind else { return Err(wrong()) };
    let root = Step { kind: StepKind::Attribute(Arc::clone(&traversal.root)), span: traversal.root_span };
    let mut steps = std::iter::once(&root).chain(&traversal.steps).peekable();
    let mut module = base.clone();
    let mut word = name(steps.next()).ok_or_else(wrong)?;
    while &*word == "module" {
        let call = name(steps.next()).ok_or_else(wrong)?;
        let key = steps.next_if(|step| matches!(step.kind, StepKind::Index(_)));
        let key = key.map(|step| key_of(step).ok_or_else(wrong)).transpose()?;
        module = module.child(&call, key);
        match steps.next() {
            None => return Ok(MoveEnd::Module(module)),
            next => word = name(next).ok_or_else(wrong)?,
        }
    }
    let mode = match &*word {
        "data" => Mode::Data,
        "ephemeral" => Mode::Ephemeral,
        _ => Mode::Managed,
    };
    let resource_type =
        if mode == Mode::Managed && &*word != "resource" { word } else { name(steps.next()).ok_or_else(wrong)? };
    let resource_name = name(steps.next()).ok_or_else(wrong)?;
    let resource = ResourceAddress { module, mode, resource_type, name: resource_name };
    let end = match steps.next() {
        None => MoveEnd::Resource(resource),
        Some(step) => MoveEnd::Instance(resource.instance(Some(key_of(step).ok_or_else(wrong)?))),
    };
    if steps.next().is_some() { Err(wrong()) } else { Ok(end) }
}

fn name(step: Option<&Step>) -> Option<Arc<str>> {
    match &step?.kind {
        StepKind::Attribute(name) => Some(Arc::clone(name)),
        StepKind::Index(_) => None,
    }
}

fn key_of(step: &Step) -> Option<InstanceKey> {
    match &step.kind {
        StepKind::Attribute(_) => None,
        StepKind::Index(key) => instance_key(key),
    }
}

/// Returns the key of an instance that a value means.
pub(crate) fn instance_key(value: &Value) -> Option<InstanceKey> {
    if let Some(text) = value.as_str() {
        return Some(InstanceKey::Name(text.into()));
    }
    let index = value.as_number()?.to_i64()?;
    u64::try_from(index).ok().map(InstanceKey::Index)
}
