//! What all conditions of a configuration say, for reports.

use wpinfra_core::desired::{CheckKind, CheckOutcome, InstanceOutcome, Known};
use wpinfra_core::{InstanceAddress, Mode, ModuleInstance, ResourceAddress, Value};

use super::Evaluator;
use super::conditions::Tally;
use crate::config::Resource;
use crate::module_scope::with_schema_marks;

impl Evaluator<'_> {
    /// Returns the outcome of every block that has conditions, in the order of addresses.
    pub(super) fn outcomes(&self, known: &Known) -> Vec<CheckOutcome> {
        let mut outcomes = Vec::new();
        for index in 0..self.configuration.modules.len() {
            let (instances, _) = self.module_instances(index, known);
            self.outcomes_of_values(index, &instances, known, &mut outcomes);
            for resource in self.configuration.modules[index].module.resources.values() {
                let lifecycle = &resource.lifecycle;
                if lifecycle.preconditions.is_empty() && lifecycle.postconditions.is_empty() {
                    continue;
                }
                let kind = if resource.key.mode == Mode::Data { CheckKind::Data } else { CheckKind::Managed };
                let found =
                    instances.iter().flat_map(|instance| self.resource_outcomes(index, resource, instance, known));
                let mut outcome = self.outcome(index, kind, &resource.key.name, found.collect());
                outcome.resource_type = Some(resource.key.resource_type.to_string());
                outcomes.push(outcome);
            }
        }
        outcomes
    }

    /// Adds the outcomes of variables, outputs and checks.
    fn outcomes_of_values(
        &self,
        index: usize,
        instances: &[ModuleInstance],
        known: &Known,
        outcomes: &mut Vec<CheckOutcome>,
    ) {
        let module = &self.configuration.modules[index].module;
        let each = |tally: &dyn Fn(&ModuleInstance) -> Tally| {
            instances.iter().map(|instance| tally(instance).outcome(instance, None)).collect::<Vec<_>>()
        };
        for check in &module.checks {
            let found = each(&|instance| {
                let mut tally = Tally::new();
                tally.add(&check.1.assertions, &self.scope(index, instance, known));
                tally
            });
            outcomes.push(self.outcome(index, CheckKind::Check, check.0, found));
        }
        for (name, output) in module.outputs.iter().filter(|(_, output)| !output.preconditions.is_empty()) {
            let found = each(&|instance| {
                let mut tally = Tally::new();
                tally.add(&output.preconditions, &self.scope(index, instance, known));
                tally
            });
            outcomes.push(self.outcome(index, CheckKind::Output, name, found));
        }
        for (name, variable) in module.variables.iter().filter(|(_, variable)| !variable.validations.is_empty()) {
            let found = each(&|instance| {
                let mut tally = Tally::new();
                let (value, _) = self.variable(index, instance, name, known);
                tally.add_validations(variable, &value, &self.scope(index, instance, known));
                tally
            });
            outcomes.push(self.outcome(index, CheckKind::Variable, name, found));
        }
    }

    fn outcome(&self, index: usize, kind: CheckKind, name: &str, instances: Vec<InstanceOutcome>) -> CheckOutcome {
        let path = &self.configuration.modules[index].path;
        let module = ModuleInstance(path.iter().map(|name| (name.clone(), None)).collect()).to_string();
        CheckOutcome { kind, module, resource_type: None, name: name.to_owned(), instances }
    }

    fn resource_outcomes(
        &self,
        index: usize,
        resource: &Resource,
        instance: &ModuleInstance,
        known: &Known,
    ) -> Vec<InstanceOutcome> {
        let repeat = self.resource_repeat(index, instance, &resource.key, known);
        let address = ResourceAddress {
            module: instance.clone(),
            mode: resource.key.mode,
            resource_type: resource.key.resource_type.clone(),
            name: resource.key.name.clone(),
        };
        let outcome = |key: &Option<wpinfra_core::InstanceKey>| {
            let mut scope = self.scope(index, instance, known).repeated(repeat.at(key.as_ref()));
            let mut tally = Tally::new();
            tally.add(&resource.lifecycle.preconditions, &scope);
            scope.self_value = self.own_value(index, resource, &address.instance(key.clone()), known);
            tally.add(&resource.lifecycle.postconditions, &scope);
            tally.outcome(instance, key.clone())
        };
        repeat.keys.iter().map(outcome).collect()
    }

    /// Returns what "self" stands for in the conditions of an instance.
    pub(super) fn own_value(
        &self,
        module: usize,
        resource: &Resource,
        address: &InstanceAddress,
        known: &Known,
    ) -> Option<Value> {
        let schema = self.configuration.schema_of(module, resource)?;
        let value = known.get(address).cloned().unwrap_or_else(|| Value::unknown(schema.implied_type()));
        Some(with_schema_marks(&value, &schema.block))
    }
}
