//! Addresses that are written as expressions: `moved`, `removed`, `import`.

use std::sync::Arc;

use wpinfra_core::address::InstanceKey;
use wpinfra_core::desired::{Move, MoveEnd, Removal};
use wpinfra_core::{
    Diagnostic, Diagnostics, InstanceAddress, Mode, ModuleInstance, ResourceAddress, SourceRange, Value,
};

use super::Configuration;
use super::load::is_json;
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
                    Ok(MoveEnd::Module(_)) if has_key(&block.from) => diagnostics.push(without_keys(&block.from)),
                    Ok(MoveEnd::Module(module)) => removals.push(Removal {
                        module: module.0.into_iter().map(|(name, _)| name).collect(),
                        resource: None,
                        destroy: block.destroy,
                        range: Some(block.range.clone()),
                    }),
                    Ok(MoveEnd::Resource(resource)) if resource.mode != Mode::Managed => {
                        let detail = "Only resources are ever destroyed or forgotten; what a data block has read goes with the block.";
                        diagnostics
                            .push(Diagnostic::error("Invalid \"removed\" address", detail).at(block.from.range()));
                    }
                    Ok(MoveEnd::Resource(resource)) => removals.push(Removal {
                        module: resource.config().module,
                        resource: Some(resource.config()),
                        destroy: block.destroy,
                        range: Some(block.range.clone()),
                    }),
                    Ok(MoveEnd::Instance(_)) => diagnostics.push(without_keys(&block.from)),
                    Err(problem) => diagnostics.push(*problem),
                }
            }
        }
        for removal in &removals {
            if let Some(range) = self.still_declared(removal) {
                let detail = "A \"removed\" block says that this is gone, but here it is still declared. Take one of the two away.";
                diagnostics.push(Diagnostic::error("Removed object still exists", detail).at(range.clone()));
            }
        }
        self.moves = moves;
        self.removals = removals;
    }

    /// Returns where something stands that a `removed` block says is gone.
    fn still_declared(&self, removal: &Removal) -> Option<&SourceRange> {
        match (&removal.resource, removal.module.split_last()) {
            (Some(resource), _) => self.find_resource(resource).map(|(_, found)| &found.range),
            (None, Some((call, around))) => {
                let parent = self.module_index(around)?;
                self.modules[parent].module.calls.get(call).map(|call| &call.range)
            }
            (None, None) => None,
        }
    }

    /// Reports addresses of `import` blocks that no object can be imported to, or two can.
    pub(crate) fn check_import_addresses(&self, diagnostics: &mut Diagnostics) {
        let mut seen: Vec<InstanceAddress> = Vec::new();
        for block in &self.root().imports {
            let to = match parse_move_end(&without_last_key(&block.to), &ModuleInstance::default()) {
                Ok(MoveEnd::Resource(resource)) => resource.instance(None),
                Ok(MoveEnd::Instance(instance)) => instance,
                Ok(MoveEnd::Module(_)) => {
                    let detail = "Only resources can be imported, not whole modules.";
                    diagnostics.push(Diagnostic::error("Invalid import address", detail).at(block.to.range()));
                    continue;
                }
                Err(problem) => {
                    diagnostics.push(*problem);
                    continue;
                }
            };
            if to.resource.mode != Mode::Managed {
                let detail = "Only resources can be imported: what a data block reads stays what it is.";
                diagnostics.push(Diagnostic::error("Invalid import address", detail).at(block.to.range()));
            }
            if !matches!(block.to.expr.kind, ExprKind::Traversal(_)) {
                continue;
            }
            if seen.contains(&to) {
                let detail = format!("There are two import blocks for {to}, but it can be one object only.");
                diagnostics.push(Diagnostic::error("Duplicate import", detail).at(block.to.range()));
            }
            seen.push(to);
        }
    }
}

/// Returns an address without the key at its end if that is an expression.
fn without_last_key(address: &Expression) -> Expression {
    if let ExprKind::Index(both) = &address.expr.kind {
        let inner = Expression { source: Arc::clone(&address.source), expr: Arc::new(both.0.clone()) };
        return without_last_key(&inner);
    }
    address.clone()
}

/// Says that a `removed` block cannot be about single instances.
fn without_keys(from: &Expression) -> Diagnostic {
    let detail = "A removed block is about all instances of a resource or module; leave the key away.";
    Diagnostic::error("Invalid \"removed\" address", detail).at(from.range())
}

/// Tells whether an address names an instance anywhere.
fn has_key(address: &Expression) -> bool {
    let address = address.unquoted();
    let ExprKind::Traversal(traversal) = &address.expr.kind else { return false };
    traversal.steps.iter().any(|step| matches!(step.kind, StepKind::Index(_)))
}

/// Words that begin other references, so that no resource type can be called so.
const RESERVED: [&str; 10] = ["var", "local", "path", "terraform", "each", "count", "self", "template", "arg", "lazy"];

/// Reads an address from an expression, beginning in a module.
pub fn parse_move_end(expression: &Expression, base: &ModuleInstance) -> Result<MoveEnd, Box<Diagnostic>> {
    let wrong = || {
        let detail = "An address is expected: a resource such as aws_vpc.main, an instance such as aws_subnet.a[0], or a module such as module.net.";
        Box::new(Diagnostic::error("Invalid address", detail).at(expression.range()))
    };
    if expression.expr.literal_text().is_some() && !is_json(&expression.source.file) {
        let detail = "An address stands without quotes, as references do.";
        return Err(Box::new(Diagnostic::error("Invalid address", detail).at(expression.range())));
    }
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
    if RESERVED.contains(&&*word) {
        let detail =
            format!("{word:?} begins references to values, but an address of a resource or module is expected here.");
        return Err(Box::new(Diagnostic::error("Invalid address", detail).at(expression.range())));
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
