//! The graph of blocks: what refers to what, directly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wpinfra_core::desired::{BlockId, BlockKind, BlockNode};
use wpinfra_core::{Diagnostic, Diagnostics, Mode, SourceRange};

use crate::config::{Condition, Configuration, Module, Repeat, config_address};
use crate::expr::{Expression, StepKind, Traversal};
use crate::references::{ResourceKey, Subject, subject};
use crate::suggest::did_you_mean;
use crate::syntax::{Body, Source, Span};

/// Names a block inside of its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NodeKey {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Call(Arc<str>),
    Resource(ResourceKey),
    Provider(Arc<str>, Option<Arc<str>>),
    Check(Arc<str>),
}

impl Configuration {
    /// Builds the graph and reports references to what is not declared, and cycles.
    ///
    /// Returns whether there are no cycles.
    pub(crate) fn build_graph(&mut self, diagnostics: &mut Diagnostics) -> bool {
        let mut builder = Builder {
            configuration: self,
            ids: BTreeMap::new(),
            nodes: Vec::new(),
            explicit: BTreeMap::new(),
            own: None,
            own_at: Vec::new(),
            in_check: false,
            diagnostics,
        };
        builder.declare();
        builder.connect();
        let Builder { ids, nodes, explicit, .. } = builder;
        self.explicit_dependencies =
            explicit.into_iter().map(|(block, named)| (block, named.into_iter().collect())).collect();
        let acyclic = report_cycles(&nodes, diagnostics);
        self.blocks = nodes;
        self.block_ids = ids;
        acyclic
    }
}

struct Builder<'c> {
    configuration: &'c Configuration,
    ids: BTreeMap<(usize, NodeKey), BlockId>,
    nodes: Vec<BlockNode>,
    /// What `depends_on` of a module call or resource names, that of the calls around it included.
    explicit: BTreeMap<BlockId, BTreeSet<BlockId>>,
    /// The block whose references are being collected, while it must not refer to itself.
    own: Option<BlockId>,
    /// Where it does.
    own_at: Vec<SourceRange>,
    /// Whether the references are those of a check block, which may refer to the data source in it.
    in_check: bool,
    diagnostics: &'c mut Diagnostics,
}

impl Builder<'_> {
    /// Gives every block its number.
    fn declare(&mut self) {
        for (index, node) in self.configuration.modules.iter().enumerate() {
            let prefix = node.path.iter().fold(String::new(), |prefix, name| prefix + "module." + name + ".");
            let module = Arc::clone(&node.module);
            let mut declared: Vec<(NodeKey, String, BlockKind, &SourceRange)> = Vec::new();
            for (name, variable) in &module.variables {
                declared.push((
                    NodeKey::Variable(Arc::clone(name)),
                    format!("var.{name}"),
                    BlockKind::Value,
                    &variable.range,
                ));
            }
            for (name, local) in &module.locals {
                declared.push((
                    NodeKey::Local(Arc::clone(name)),
                    format!("local.{name}"),
                    BlockKind::Value,
                    &local.range,
                ));
            }
            for (name, call) in &module.calls {
                declared.push((
                    NodeKey::Call(Arc::clone(name)),
                    format!("module.{name}"),
                    BlockKind::Value,
                    &call.range,
                ));
            }
            for block in &module.providers {
                let address = wpinfra_core::ProviderAddress {
                    module: node.path.clone(),
                    source: self.configuration.source_of(index, &block.name).into(),
                    alias: block.alias.clone(),
                };
                let label = format!("provider.{}", block.name);
                let key = NodeKey::Provider(Arc::clone(&address.source), block.alias.clone());
                declared.push((key, label, BlockKind::Provider(address), &block.range));
            }
            for (key, resource) in &module.resources {
                let kind = BlockKind::Resource(config_address(&node.path, key));
                declared.push((NodeKey::Resource(key.clone()), key.to_string(), kind, &resource.range));
            }
            for (name, output) in &module.outputs {
                declared.push((
                    NodeKey::Output(Arc::clone(name)),
                    format!("output.{name}"),
                    BlockKind::Value,
                    &output.range,
                ));
            }
            for (name, check) in &module.checks {
                declared.push((
                    NodeKey::Check(Arc::clone(name)),
                    format!("check.{name}"),
                    BlockKind::Value,
                    &check.range,
                ));
            }
            for (key, label, kind, range) in declared {
                self.ids.insert((index, key), self.nodes.len());
                self.nodes.push(BlockNode {
                    label: format!("{prefix}{label}"),
                    kind,
                    references: Vec::new(),
                    range: Some(range.clone()),
                });
            }
        }
    }

    fn connect(&mut self) {
        for index in 0..self.configuration.modules.len() {
            self.connect_module(index);
        }
    }

    fn connect_module(&mut self, index: usize) {
        let node = &self.configuration.modules[index];
        let module = Arc::clone(&node.module);
        let caller = node.parent.zip(node.path.last().cloned());
        for (name, variable) in &module.variables {
            let mut found = BTreeSet::new();
            if let Some((parent, call_name)) = &caller {
                self.add(&mut found, *parent, NodeKey::Call(Arc::clone(call_name)));
                let call = &self.configuration.modules[*parent].module.calls[call_name];
                if let Some(expression) = call.body.expression(name) {
                    self.expression(*parent, &expression, &mut found);
                }
            }
            let own = NodeKey::Variable(Arc::clone(name));
            self.conditions(index, &variable.validations, &mut found);
            self.set(index, own, found, true);
        }
        for (name, local) in &module.locals {
            let mut found = BTreeSet::new();
            self.expression(index, &local.value, &mut found);
            self.set(index, NodeKey::Local(Arc::clone(name)), found, false);
        }
        for (name, output) in &module.outputs {
            let mut found = BTreeSet::new();
            output.value.iter().chain(&output.depends_on).for_each(|value| self.expression(index, value, &mut found));
            self.conditions(index, &output.preconditions, &mut found);
            self.add_caller(caller.as_ref(), &mut found);
            self.set(index, NodeKey::Output(Arc::clone(name)), found, false);
        }
        for (name, call) in &module.calls {
            let mut found = BTreeSet::new();
            self.repeat(index, &call.repeat, &mut found);
            let own = NodeKey::Call(Arc::clone(name));
            found.extend(self.depends_on(index, &own, &call.depends_on, caller.as_ref()));
            self.add_caller(caller.as_ref(), &mut found);
            self.set(index, own, found, false);
        }
        for block in &module.providers {
            let mut found = BTreeSet::new();
            self.body(index, &block.body, &mut Vec::new(), &mut found);
            let source: Arc<str> = self.configuration.source_of(index, &block.name).into();
            self.set(index, NodeKey::Provider(source, block.alias.clone()), found, false);
        }
        for (name, check) in &module.checks {
            let mut found = BTreeSet::new();
            self.in_check = true;
            self.conditions(index, &check.assertions, &mut found);
            self.in_check = false;
            self.set(index, NodeKey::Check(Arc::clone(name)), found, false);
        }
        self.connect_resources(index, &module, caller.as_ref());
    }

    fn connect_resources(&mut self, index: usize, module: &Module, caller: Option<&(usize, Arc<str>)>) {
        for (key, resource) in &module.resources {
            let mut found = BTreeSet::new();
            let own = NodeKey::Resource(key.clone());
            self.own = self.ids.get(&(index, own.clone())).copied();
            self.body(index, &resource.body, &mut Vec::new(), &mut found);
            self.repeat(index, &resource.repeat, &mut found);
            let lifecycle = &resource.lifecycle;
            self.conditions(index, &lifecycle.preconditions, &mut found);
            lifecycle.replace_triggered_by.iter().for_each(|value| self.expression(index, value, &mut found));
            self.own = None;
            for range in std::mem::take(&mut self.own_at) {
                let detail = format!(
                    "{key} refers to itself, but none of its values is there before it is. In postconditions and provisioners write \"self\" for the object."
                );
                self.diagnostics.push(Diagnostic::error("Self-referential block", detail).at(range));
            }
            found.extend(self.depends_on(index, &own, &resource.depends_on, caller));
            self.conditions(index, &lifecycle.postconditions, &mut found);
            for provisioner in &resource.provisioners {
                self.body(index, &provisioner.body, &mut Vec::new(), &mut found);
            }
            if let Some(provider) = self.configuration.resource_provider(index, resource, self.diagnostics)
                && let Some(module) = self.configuration.module_index(&provider.module)
            {
                self.add(&mut found, module, NodeKey::Provider(provider.source, provider.alias));
            }
            self.add_caller(caller, &mut found);
            self.set(index, own, found, true);
        }
    }

    /// Returns what the `depends_on` of a block names, and remembers it together with that of the module calls around it.
    fn depends_on(
        &mut self,
        module: usize,
        own: &NodeKey,
        entries: &[Expression],
        caller: Option<&(usize, Arc<str>)>,
    ) -> BTreeSet<BlockId> {
        let mut named = BTreeSet::new();
        for entry in entries {
            self.dependency(module, entry, &mut named);
        }
        let mut all = named.clone();
        if let Some((parent, call)) = caller {
            // Modules are connected after those that call them.
            let call = self.ids.get(&(*parent, NodeKey::Call(Arc::clone(call))));
            all.extend(call.and_then(|call| self.explicit.get(call)).into_iter().flatten());
        }
        if let Some(own) = self.ids.get(&(module, own.clone())).filter(|_| !all.is_empty()) {
            self.explicit.insert(*own, all);
        }
        named
    }

    fn set(&mut self, module: usize, key: NodeKey, mut found: BTreeSet<BlockId>, may_name_itself: bool) {
        if let Some(id) = self.ids.get(&(module, key)) {
            if may_name_itself {
                found.remove(id);
            }
            self.nodes[*id].references = found.into_iter().collect();
        }
    }

    fn add(&self, found: &mut BTreeSet<BlockId>, module: usize, key: NodeKey) {
        found.extend(self.ids.get(&(module, key)));
    }

    fn add_caller(&self, caller: Option<&(usize, Arc<str>)>, found: &mut BTreeSet<BlockId>) {
        if let Some((parent, call)) = caller {
            self.add(found, *parent, NodeKey::Call(Arc::clone(call)));
        }
    }

    fn repeat(&mut self, module: usize, repeat: &Repeat, found: &mut BTreeSet<BlockId>) {
        repeat.count.iter().chain(&repeat.for_each).for_each(|value| self.expression(module, value, found));
    }

    fn conditions(&mut self, module: usize, conditions: &[Condition], found: &mut BTreeSet<BlockId>) {
        for condition in conditions {
            self.expression(module, &condition.condition, found);
            self.expression(module, &condition.message, found);
        }
    }

    /// Collects from all expressions of a body; iterators of `dynamic` blocks are names of their own.
    fn body(&mut self, module: usize, body: &Body, bound: &mut Vec<Arc<str>>, found: &mut BTreeSet<BlockId>) {
        if let Some(members) = &body.undecided {
            let mut bound = bound.clone();
            bound.extend(members.iterators());
            for expression in members.expressions(&body.source) {
                self.bound_expression(module, &expression, &bound, found);
            }
        }
        for attribute in body.attributes.values() {
            self.bound_expression(module, &attribute.expression(), bound, found);
        }
        for block in &body.blocks {
            if &*block.kind == "dynamic" {
                let iterator = block.body.attributes.get("iterator").and_then(|value| value.value.keyword().cloned());
                let name = iterator.or_else(|| block.label(0).cloned()).unwrap_or_default();
                for attribute in block.body.attributes.values() {
                    match &*attribute.name {
                        "iterator" => {}
                        "for_each" => self.bound_expression(module, &attribute.expression(), bound, found),
                        _ => {
                            bound.push(Arc::clone(&name));
                            self.bound_expression(module, &attribute.expression(), bound, found);
                            bound.pop();
                        }
                    }
                }
                bound.push(name);
                for inner in &block.body.blocks {
                    self.body(module, &inner.body, bound, found);
                }
                bound.pop();
            } else {
                self.body(module, &block.body, bound, found);
            }
        }
    }

    fn expression(&mut self, module: usize, expression: &Expression, found: &mut BTreeSet<BlockId>) {
        self.bound_expression(module, expression, &[], found);
    }

    fn bound_expression(
        &mut self,
        module: usize,
        expression: &Expression,
        bound: &[Arc<str>],
        found: &mut BTreeSet<BlockId>,
    ) {
        let mut traversals = Vec::new();
        expression.traversals(&mut |traversal| traversals.push(traversal));
        for traversal in traversals {
            if !bound.contains(&traversal.root) {
                self.reference(module, traversal, &expression.source, false, found);
            }
        }
    }

    /// An entry of `depends_on` takes in a whole module.
    fn dependency(&mut self, module: usize, expression: &Expression, found: &mut BTreeSet<BlockId>) {
        let mut traversals = Vec::new();
        expression.traversals(&mut |traversal| traversals.push(traversal));
        if traversals.is_empty() {
            // In JSON and in old configurations references stand in quotes.
            let inner = expression.unquoted();
            if let crate::expr::ExprKind::Traversal(traversal) = &inner.expr.kind {
                self.reference(module, traversal, &inner.source, true, found);
                return;
            }
            let detail = "A reference to another block is expected, such as aws_iam_role.task.";
            self.diagnostics.push(Diagnostic::error("Invalid expression", detail).at(expression.range()));
        }
        for traversal in traversals {
            self.reference(module, traversal, &expression.source, true, found);
        }
    }

    fn reference(
        &mut self,
        module: usize,
        traversal: &Traversal,
        source: &Source,
        whole_module: bool,
        found: &mut BTreeSet<BlockId>,
    ) {
        let (subject, used) = match subject(traversal, source) {
            Ok(found) => found,
            Err(problem) => {
                self.diagnostics.push(*problem);
                return;
            }
        };
        let key = match subject {
            Subject::Variable(name) => NodeKey::Variable(name),
            Subject::Local(name) => NodeKey::Local(name),
            Subject::Resource(key) => NodeKey::Resource(key),
            Subject::Module(name) => {
                self.module_reference(module, &name, traversal, used, source, whole_module, found);
                return;
            }
            Subject::Path(_) | Subject::Terraform(_) | Subject::SelfValue | Subject::Each(_) | Subject::Count(_) => {
                return;
            }
        };
        if let NodeKey::Resource(name) = &key
            && !self.in_check
            && self.configuration.modules[module].module.resources.get(name).is_some_and(|found| found.scoped)
        {
            let detail = format!(
                "{name} belongs to a check block, and only that can refer to it. Declare it outside of the check."
            );
            let range = source.range(crate::references::whole_span(traversal));
            self.diagnostics.push(Diagnostic::error("Reference to scoped resource", detail).at(range));
        }
        match self.ids.get(&(module, key.clone())) {
            Some(id) => {
                found.insert(*id);
                if self.own == Some(*id) {
                    self.own_at.push(source.range(crate::references::whole_span(traversal)));
                }
            }
            None => {
                self.diagnostics.push(undeclared(&self.configuration.modules[module].module, &key, traversal, source));
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one reference with everything around it")]
    fn module_reference(
        &mut self,
        module: usize,
        name: &Arc<str>,
        traversal: &Traversal,
        used: usize,
        source: &Source,
        whole: bool,
        found: &mut BTreeSet<BlockId>,
    ) {
        let key = NodeKey::Call(Arc::clone(name));
        let (Some(id), Some(child)) =
            (self.ids.get(&(module, key.clone())), self.configuration.modules[module].children.get(name).copied())
        else {
            let declared = &self.configuration.modules[module].module;
            self.diagnostics.push(undeclared(declared, &key, traversal, source));
            return;
        };
        found.insert(*id);
        if whole {
            self.everything_in(child, found);
            return;
        }
        let mut steps = traversal.steps[used..].iter();
        let output = steps.find_map(|step| match &step.kind {
            StepKind::Attribute(name) => Some(Arc::clone(name)),
            StepKind::Index(_) => None,
        });
        let outputs = &self.configuration.modules[child].module.outputs;
        let named: Vec<Arc<str>> = match output {
            Some(output) if outputs.contains_key(&output) => vec![output],
            _ => outputs.keys().cloned().collect(),
        };
        for output in named {
            self.add(found, child, NodeKey::Output(output));
        }
    }

    fn everything_in(&self, module: usize, found: &mut BTreeSet<BlockId>) {
        let inside = |(index, key): &(usize, NodeKey)| {
            *index == module && matches!(key, NodeKey::Resource(_) | NodeKey::Output(_))
        };
        found.extend(self.ids.iter().filter(|(key, _)| inside(key)).map(|(_, id)| *id));
        for child in self.configuration.modules[module].children.values() {
            self.everything_in(*child, found);
        }
    }
}

/// Says that a reference leads nowhere.
pub(crate) fn undeclared(module: &Module, key: &NodeKey, traversal: &Traversal, source: &Source) -> Diagnostic {
    let (summary, detail, help) = match key {
        NodeKey::Variable(name) => (
            "Reference to undeclared input variable",
            format!("There is no variable {name:?}. Declare it with variable {name:?} {{}}."),
            did_you_mean(name, module.variables.keys().map(|name| &**name)),
        ),
        NodeKey::Local(name) => (
            "Reference to undeclared local value",
            format!("There is no local value {name:?} in this module."),
            did_you_mean(name, module.locals.keys().map(|name| &**name)),
        ),
        NodeKey::Call(name) => (
            "Reference to undeclared module",
            format!("There is no module call {name:?} in this module."),
            did_you_mean(name, module.calls.keys().map(|name| &**name)),
        ),
        NodeKey::Resource(key) => {
            let names: Vec<String> =
                module.resources.keys().filter(|other| other.mode == key.mode).map(ToString::to_string).collect();
            (
                "Reference to undeclared resource",
                format!("There is no block {key} in this module."),
                did_you_mean(&key.to_string(), names.iter().map(String::as_str)),
            )
        }
        NodeKey::Output(name) | NodeKey::Check(name) | NodeKey::Provider(name, _) => {
            ("Reference to undeclared object", format!("There is no {name:?} in this module."), None)
        }
    };
    Diagnostic::error(summary, detail).at(source.range(named_span(key, traversal))).help(help)
}

/// Returns the span of the steps that name a block: its name, a key of its instances, and the output of a module.
fn named_span(key: &NodeKey, traversal: &Traversal) -> Span {
    let is_key = |at: usize| matches!(traversal.steps.get(at).map(|step| &step.kind), Some(StepKind::Index(_)));
    let named = match key {
        NodeKey::Resource(key) => {
            let name = if key.mode == Mode::Managed && *traversal.root == *key.resource_type { 1 } else { 2 };
            name + usize::from(is_key(name))
        }
        NodeKey::Call(_) => 2 + usize::from(is_key(1)),
        NodeKey::Variable(_) | NodeKey::Local(_) | NodeKey::Output(_) | NodeKey::Check(_) | NodeKey::Provider(..) => 1,
    };
    let last = traversal.steps.get(..named).unwrap_or(&traversal.steps).last();
    last.map_or(traversal.root_span, |step| traversal.root_span.to(step.span))
}

/// Reports every cycle once, with its members in the order of the references.
fn report_cycles(nodes: &[BlockNode], diagnostics: &mut Diagnostics) -> bool {
    let mut acyclic = true;
    // 0: not seen, 1: on the way, 2: done.
    let mut state = vec![0_u8; nodes.len()];
    for start in 0..nodes.len() {
        if state[start] != 0 {
            continue;
        }
        let mut way: Vec<(BlockId, usize)> = vec![(start, 0)];
        state[start] = 1;
        while let Some((id, next)) = way.last_mut() {
            let Some(target) = nodes[*id].references.get(*next).copied() else {
                state[*id] = 2;
                way.pop();
                continue;
            };
            *next += 1;
            match state[target] {
                0 => {
                    state[target] = 1;
                    way.push((target, 0));
                }
                1 => {
                    acyclic = false;
                    let from = way.iter().position(|(id, _)| *id == target).unwrap_or_default();
                    let members: Vec<&str> = way[from..].iter().map(|(id, _)| nodes[*id].label.as_str()).collect();
                    let detail = format!(
                        "Each of these needs the next one, and the last one the first: {} → {}. Take one of the references away.",
                        members.join(" → "),
                        nodes[target].label
                    );
                    diagnostics.push(Diagnostic::error("Cycle", detail).at(nodes[target].range.clone()));
                }
                _ => {}
            }
        }
    }
    acyclic
}
