//! `graph`

use std::collections::BTreeSet;

use wpinfra_apply::plan_file;
use wpinfra_core::Diagnostics;
use wpinfra_core::desired::{BlockId, BlockKind, BlockNode, Desired};
use wpinfra_lang::Evaluator;
use wpinfra_plan::{ExecutionGraph, StepKind};

use super::planning::accept;
use super::{Ended, SUCCESS};
use crate::arguments::GraphArguments;
use crate::inputs::{self, Inputs};
use crate::session::Session;

/// Shows what depends on what: the blocks of the configuration, or the steps of a saved plan.
pub(crate) async fn run(session: &Session, arguments: &GraphArguments, _inputs: &Inputs<'_>) -> Ended {
    let text = if let Some(path) = &arguments.plan {
        let saved =
            plan_file::read(&session.environment.resolve(path)).map_err(|problem| Diagnostics::from(*problem))?;
        steps(&saved.plan.graph)
    } else {
        let (configuration, diagnostics) = inputs::load_without_values(session).await;
        let configuration = accept(session, configuration, diagnostics)?;
        blocks(Evaluator::new(&configuration).blocks())
    };
    session.print(&text);
    Ok(SUCCESS)
}

fn document(nodes: &[String], edges: &[(String, String)]) -> String {
    let mut text =
        String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    for node in nodes {
        append!(text, "  {} [label={0}];\n", quoted(node));
    }
    for (from, to) in edges {
        append!(text, "  {} -> {};\n", quoted(from), quoted(to));
    }
    text + "}\n"
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the graph of resource and data blocks, without edges that others imply.
fn blocks(all: &[BlockNode]) -> String {
    let is_resource = |id: &BlockId| matches!(all[*id].kind, BlockKind::Resource(_));
    let mut nodes: Vec<BlockId> = (0..all.len()).filter(is_resource).collect();
    nodes.sort_by(|one, other| all[*one].label.cmp(&all[*other].label));
    let mut edges = Vec::new();
    for node in &nodes {
        let direct = resources_behind(all, *node);
        let mut targets: Vec<&BlockId> = direct
            .iter()
            .filter(|target| !direct.iter().any(|other| other != *target && reaches(all, *other, **target)))
            .collect();
        targets.sort_by(|one, other| all[**one].label.cmp(&all[**other].label));
        edges.extend(targets.into_iter().map(|target| (all[*node].label.clone(), all[*target].label.clone())));
    }
    document(&nodes.iter().map(|node| all[*node].label.clone()).collect::<Vec<_>>(), &edges)
}

/// Returns the resources that a block refers to, directly or through values.
fn resources_behind(all: &[BlockNode], from: BlockId) -> BTreeSet<BlockId> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut stack: Vec<BlockId> = all[from].references.clone();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        match &all[id].kind {
            BlockKind::Resource(_) => drop(found.insert(id)),
            BlockKind::Value => stack.extend(&all[id].references),
            BlockKind::Provider(_) => {}
        }
    }
    found
}

fn reaches(all: &[BlockNode], from: BlockId, to: BlockId) -> bool {
    let mut seen = BTreeSet::new();
    let mut stack = vec![from];
    while let Some(id) = stack.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) && !matches!(all[id].kind, BlockKind::Provider(_)) {
            stack.extend(&all[id].references);
        }
    }
    false
}

fn steps(graph: &ExecutionGraph) -> String {
    let label = |id: usize| {
        let step = &graph.steps[id];
        let verb = match step.kind {
            StepKind::Create => "create",
            StepKind::Update => "update",
            StepKind::Delete { .. } => "delete",
            StepKind::Depose { .. } => "depose",
            StepKind::Read => "read",
            StepKind::Forget { .. } => "forget",
            StepKind::Import => "import",
        };
        format!("{verb} {}", step.address)
    };
    let nodes: Vec<String> = (0..graph.steps.len()).map(label).collect();
    let edges: Vec<(String, String)> = graph
        .steps
        .iter()
        .enumerate()
        .flat_map(|(id, step)| step.after.iter().map(move |before| (id, *before)))
        .map(|(id, before)| (label(id), label(before)))
        .collect();
    document(&nodes, &edges)
}
