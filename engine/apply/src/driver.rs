//! Planning with IO: rounds of asking the planner and finding out what it needs.

use std::collections::BTreeSet;
use std::time::Duration;

use wpinfra_core::desired::Desired;
use wpinfra_core::state::State;
use wpinfra_core::{Diagnostic, Diagnostics, Marks, ProviderAddress};
use wpinfra_plan::{Facts, Need, Options, Outcome, Plan, Request};

use crate::describe::interrupted;
use crate::ephemeral::Ephemerals;
use crate::interrupt::Urgency;
use crate::refresh::fulfil;
use crate::retry::Remote;
use crate::surroundings::Surroundings;
use crate::verify::warn_of_duplicates;

/// A finished plan and what it cost to make.
#[derive(Clone)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What was found out for it; holds the connections that an apply goes on with.
    pub facts: Facts,
    /// What that took.
    pub cost: Cost,
}

/// What it took to make a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Number of remote objects that were looked at.
    pub refreshed: usize,
    /// Number of API calls.
    pub calls: u64,
    /// Number of rounds in which something was found out, one after another.
    pub rounds: usize,
    /// Time from the first call to the last answer, planning in between included.
    pub elapsed: Duration,
}

/// Makes a plan: evaluates the configuration anew in each round, until nothing more is needed from outside.
///
/// `facts` is mostly empty; connections that exist already may be in it.
pub async fn make_plan<'d>(
    surroundings: &Surroundings<'_>,
    desired: &(dyn Fn() -> Box<dyn Desired + 'd> + Sync),
    state: &State,
    options: &Options,
    facts: Facts,
) -> (Option<Planned>, Diagnostics) {
    let remote = Remote::new(*surroundings);
    let ephemerals = Ephemerals::new(&remote);
    let planning = async {
        let (planned, mut diagnostics) = rounds(&remote, &ephemerals, desired, state, options, facts).await;
        diagnostics.extend(ephemerals.close(|_| true).await);
        (planned.filter(|_| !diagnostics.has_errors()), diagnostics)
    };
    tokio::select! {
        planned = planning => planned,
        never = ephemerals.keep_open() => match never {},
    }
}

async fn rounds<'d>(
    remote: &Remote<'_>,
    ephemerals: &Ephemerals<'_>,
    desired: &(dyn Fn() -> Box<dyn Desired + 'd> + Sync),
    state: &State,
    options: &Options,
    mut facts: Facts,
) -> (Option<Planned>, Diagnostics) {
    let surroundings = &remote.surroundings;
    let mut passing = BTreeSet::new();
    let started = surroundings.clock.elapsed();
    let mut cost = Cost::default();
    loop {
        let (outcome, mut diagnostics) = {
            let desired = desired();
            let request =
                Request { desired: &*desired, registry: surroundings.registry, state, facts: &facts, options };
            wpinfra_plan::plan(&request)
        };
        let needs = match outcome {
            None => return (None, diagnostics),
            Some(Outcome::Finished(plan)) => {
                cost.calls = count_calls(surroundings, &facts);
                diagnostics.extend(warn_of_duplicates(state, surroundings.registry));
                // What was ephemeral ends with the plan, and so do the connections that were made with it.
                facts.opened.clear();
                facts.clients.retain(|provider, _| !passing.contains(provider));
                cost.elapsed = surroundings.clock.elapsed().saturating_sub(started);
                return (Some(Planned { plan: *plan, facts, cost }), diagnostics);
            }
            Some(Outcome::Needs(_)) if diagnostics.has_errors() => return (None, diagnostics),
            Some(Outcome::Needs(needs)) => needs,
        };
        if let Some(need) = needs.iter().find(|need| is_known(&facts, need)) {
            let detail = format!("It asked again for {}.", in_words(need));
            diagnostics.push(Diagnostic::bug("Planning goes round in circles", detail));
            return (None, diagnostics);
        }
        cost.rounds += 1;
        passing.extend(needs.iter().filter_map(made_with_ephemeral).cloned());
        let fulfilled = tokio::select! {
            fulfilled = fulfil(remote, ephemerals, needs, &mut facts) => Some(fulfilled),
            () = surroundings.interrupt.reaches(Urgency::Stop) => None,
        };
        match fulfilled {
            None => return (None, interrupted("Planning").into()),
            Some((refreshed, problems)) => {
                cost.refreshed += refreshed;
                if problems.has_errors() {
                    diagnostics.extend(problems);
                    return (None, diagnostics);
                }
            }
        }
    }
}

/// Returns how many API calls the connections have made.
pub fn count_calls(surroundings: &Surroundings<'_>, facts: &Facts) -> u64 {
    let calls = facts
        .clients
        .iter()
        .filter_map(|(address, client)| Some(surroundings.registry.provider(&address.source)?.calls(client)));
    calls.sum()
}

/// Returns the provider configuration that a connection is needed for, if an ephemeral value is in it.
fn made_with_ephemeral(need: &Need) -> Option<&ProviderAddress> {
    match need {
        Need::Client { provider, config } if config.deep_marks().contains(Marks::EPHEMERAL) => Some(provider),
        Need::Client { .. } | Need::Refresh { .. } | Need::Data { .. } | Need::Open { .. } | Need::Import { .. } => {
            None
        }
    }
}

/// Names a need without what may be secret in it.
fn in_words(need: &Need) -> String {
    match need {
        Need::Client { provider, .. } => format!("a connection of {provider}"),
        Need::Refresh { address, .. } => format!("the object of {address}"),
        Need::Data { address, .. } => format!("the result of {address}"),
        Need::Open { address, .. } => format!("the value of {address}"),
        Need::Import { address, .. } => format!("the object that {address} is to take over"),
    }
}

fn is_known(facts: &Facts, need: &Need) -> bool {
    match need {
        Need::Client { provider, .. } => facts.clients.contains_key(provider),
        Need::Refresh { address, deposed, .. } => facts.refreshed.contains_key(&(address.clone(), deposed.clone())),
        Need::Data { address, config, .. } => facts.data.get(address).is_some_and(|(_, known)| known == config),
        Need::Open { address, config, .. } => facts.opened.get(address).is_some_and(|(_, known)| known == config),
        Need::Import { address, id, .. } => facts.imported.get(address).is_some_and(|(known, _)| known == id),
    }
}
