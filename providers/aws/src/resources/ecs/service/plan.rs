//! What the schema alone cannot say about changes of a service.

use wpinfra_core::model::BlockModel as _;
use wpinfra_core::provider::Draft;
use wpinfra_core::{Path, Type, Value};

use super::model::{Alarms, CircuitBreaker};

/// Adjusts the planned change of a service.
pub(super) fn adjust(draft: &mut Draft<'_>) {
    adjust_triggers(draft);
    adjust_capacity_providers(draft);
    adjust_percentages(draft);
    keep_deployment_controller(draft);
    keep_no_tags(draft);
    switch_off(draft, "alarms", Alarms::default().to_value());
    switch_off(draft, "deployment_circuit_breaker", CircuitBreaker::default().to_value());
}

/// Plans triggers only with `force_new_deployment`, which alone gives them a meaning.
fn adjust_triggers(draft: &mut Draft<'_>) {
    const NAME: &str = "triggers";
    let Some(configured) = draft.config.get(NAME).filter(|triggers| !triggers.is_null()) else { return };
    if forces_deployments(draft) {
        draft.set(NAME, configured);
    } else if let Some(prior) = draft.prior.and_then(|prior| prior.get(NAME)) {
        draft.set(NAME, prior);
    } else {
        draft.set(NAME, Value::map(Type::String, Vec::<(&str, Value)>::new()));
    }
}

fn forces_deployments(draft: &Draft<'_>) -> bool {
    draft.planned.get("force_new_deployment").and_then(|value| value.as_bool()) == Some(true)
}

/// Lets a new deployment bring other capacity providers; only from none to some and back takes a new service.
fn adjust_capacity_providers(draft: &mut Draft<'_>) {
    const NAME: &str = "capacity_provider_strategy";
    let is_empty = |object: Option<&Value>| {
        let strategy = object.and_then(|object| object.get(NAME));
        strategy.is_none_or(|strategy| strategy.is_known() && strategy.elements().is_none_or(<[Value]>::is_empty))
    };
    if forces_deployments(draft) && !is_empty(draft.prior) && !is_empty(Some(&draft.planned)) {
        let strategy = Path::root().attribute(NAME);
        draft.replace.retain(|path| !path.starts_with(&strategy));
    }
}

/// Takes back the default percentages of services with one task on every instance, where ECS has others.
fn adjust_percentages(draft: &mut Draft<'_>) {
    let is_daemon =
        |object: &Value| object.get("scheduling_strategy").is_some_and(|kind| kind.as_str() == Some("DAEMON"));
    if !is_daemon(&draft.planned) {
        return;
    }
    for name in ["deployment_maximum_percent", "deployment_minimum_healthy_percent"] {
        if draft.config.get(name).is_none_or(|value| value.is_null()) {
            let prior = draft.prior.filter(|prior| is_daemon(prior)).and_then(|prior| prior.get(name));
            draft.set(name, prior.unwrap_or_else(|| Value::null(Type::Number)));
        }
    }
}

/// Keeps the controller of a service whose configuration names none.
fn keep_deployment_controller(draft: &mut Draft<'_>) {
    const NAME: &str = "deployment_controller";
    let Some(prior) = draft.prior.and_then(|prior| prior.get(NAME)) else { return };
    if is_left_out(draft, NAME) {
        draft.set(NAME, prior);
        let controller = Path::root().attribute(NAME);
        draft.replace.retain(|path| !path.starts_with(&controller));
    }
}

/// Keeps `NONE`, which says the same as nothing.
fn keep_no_tags(draft: &mut Draft<'_>) {
    const NAME: &str = "propagate_tags";
    let prior = draft.prior.and_then(|prior| prior.get(NAME)).filter(|prior| prior.as_str() == Some("NONE"));
    if let Some(prior) = prior.filter(|_| draft.config.get(NAME).is_none_or(|value| value.is_null())) {
        draft.set(NAME, prior);
    }
}

/// Plans a block that is taken away as switched off, since ECS goes on showing it.
fn switch_off(draft: &mut Draft<'_>, name: &str, off: Value) {
    let prior = draft.prior.and_then(|prior| prior.get(name));
    if prior.as_ref().and_then(Value::elements).is_some_and(|blocks| !blocks.is_empty()) && is_left_out(draft, name) {
        draft.set(name, Value::list(off.ty().clone(), vec![off]));
    }
}

fn is_left_out(draft: &Draft<'_>, name: &str) -> bool {
    let configured = draft.config.get(name);
    configured.is_none_or(|blocks| blocks.is_known() && blocks.elements().is_none_or(<[Value]>::is_empty))
}

#[cfg(test)]
mod tests {
    use wpinfra_core::Diagnostics;
    use wpinfra_core::model::Model as _;

    use super::super::model::{CapacityProvider, DeploymentController, Service};
    use super::*;

    fn check(prior: Option<&Service>, config: &Service, replace: &[&str], expected: &Service, still_replaces: bool) {
        let (prior, config) = (prior.map(Service::to_value), config.to_value());
        let replace = replace.iter().map(|name| Path::root().attribute(name)).collect();
        let mut draft = Draft {
            prior: prior.as_ref(),
            config: &config,
            planned: config.clone(),
            replace,
            diagnostics: Diagnostics::new(),
        };
        adjust(&mut draft);
        assert_eq!(draft.planned, expected.to_value());
        assert_eq!(!draft.replace.is_empty(), still_replaces);
    }

    fn daemon() -> Service {
        Service { scheduling_strategy: "DAEMON".to_owned(), force_new_deployment: Some(true), ..Service::default() }
    }

    fn with_providers(names: &[&str], force: bool) -> Service {
        let provider =
            |name: &&str| CapacityProvider { capacity_provider: (*name).to_owned(), ..CapacityProvider::default() };
        Service {
            capacity_provider_strategy: names.iter().map(provider).collect(),
            force_new_deployment: Some(force),
            ..Service::default()
        }
    }

    #[test]
    fn triggers_mean_something_only_with_new_deployments() {
        let triggers = |value: &str, force| Service {
            triggers: Some([("a".to_owned(), value.to_owned())].into()),
            force_new_deployment: force,
            ..Service::default()
        };
        check(Some(&triggers("1", None)), &triggers("2", None), &[], &triggers("1", None), false);
        check(Some(&triggers("1", Some(true))), &triggers("2", Some(true)), &[], &triggers("2", Some(true)), false);
        check(None, &triggers("2", Some(true)), &[], &triggers("2", Some(true)), false);
        let none = Service { triggers: Some([].into()), ..Service::default() };
        check(None, &triggers("2", None), &[], &none, false);
        check(Some(&none), &Service::default(), &[], &Service::default(), false);
    }

    #[test]
    fn capacity_providers_change_in_place_by_a_new_deployment() {
        let replace = &["capacity_provider_strategy"];
        for (before, after, force, replaces) in [
            (&["a"][..], &["b"][..], true, false),
            (&["a"][..], &["b"][..], false, true),
            (&[][..], &["b"][..], true, true),
            (&["a"][..], &[][..], true, true),
        ] {
            let (prior, planned) = (with_providers(before, force), with_providers(after, force));
            let mut expected = planned.clone();
            expected.triggers = if force { None } else { prior.triggers.clone() };
            check(Some(&prior), &planned, replace, &expected, replaces);
        }
    }

    #[test]
    fn services_on_every_instance_keep_the_percentages_of_ecs() {
        let prior =
            Service { deployment_maximum_percent: Some(100), deployment_minimum_healthy_percent: Some(0), ..daemon() };
        check(Some(&prior), &daemon(), &[], &prior, false);
        check(None, &daemon(), &[], &daemon(), false);
        let half = Service { deployment_minimum_healthy_percent: Some(50), ..daemon() };
        check(Some(&prior), &half, &[], &Service { deployment_maximum_percent: Some(100), ..half.clone() }, false);
    }

    #[test]
    fn what_ecs_shows_unasked_is_no_change() {
        let controller = |kind: &str| Some(DeploymentController { r#type: kind.to_owned() });
        let base = || Service { force_new_deployment: Some(true), ..Service::default() };
        let prior = Service { deployment_controller: controller("ECS"), ..base() };
        check(Some(&prior), &base(), &["deployment_controller"], &prior, false);
        let tags_from = |from: &str| Service { propagate_tags: Some(from.to_owned()), ..base() };
        check(Some(&tags_from("NONE")), &base(), &[], &tags_from("NONE"), false);
        check(Some(&tags_from("SERVICE")), &base(), &[], &base(), false);
        let other = Service { deployment_controller: controller("EXTERNAL"), ..base() };
        check(Some(&prior), &other, &["deployment_controller"], &other, true);
    }

    #[test]
    fn blocks_that_are_taken_away_are_switched_off() {
        let base = || Service { force_new_deployment: Some(true), ..Service::default() };
        let on = Service {
            deployment_circuit_breaker: Some(CircuitBreaker { enable: true, rollback: true }),
            alarms: Some(Alarms { alarm_names: ["a".to_owned()].into(), enable: true, rollback: false }),
            ..base()
        };
        let off = Service {
            deployment_circuit_breaker: Some(CircuitBreaker::default()),
            alarms: Some(Alarms::default()),
            ..base()
        };
        check(Some(&on), &base(), &[], &off, false);
        check(Some(&off), &base(), &[], &off, false);
        check(Some(&base()), &base(), &[], &base(), false);
        check(Some(&off), &on, &[], &on, false);
    }
}
