//! `resource`, `data` and `ephemeral` blocks.

use std::sync::Arc;

use wpinfra_core::desired::ProvisionWhen;
use wpinfra_core::{Diagnostic, Diagnostics, Mode};

use super::blocks::{
    Fields, label_count, read_condition, read_list, read_provider_reference, read_references, read_repeat,
};
use super::{LifecycleBlock, ProvisionerBlock, Resource, rules};
use crate::expr::Expression;
use crate::lint::note_quotes;
use crate::references::ResourceKey;
use crate::syntax::{Attribute, Block, Body};

const META_ATTRIBUTES: [&str; 4] = ["count", "for_each", "depends_on", "provider"];
const META_BLOCKS: [&str; 3] = ["lifecycle", "connection", "provisioner"];

/// Reads the block; what belongs to its type stays in the body.
pub(super) fn read(block: &Block, mode: Mode, diagnostics: &mut Diagnostics) -> Resource {
    let resource_type = block.label(0).cloned().unwrap_or_default();
    let name = block.label(1).cloned().unwrap_or_default();
    let mut resource = Resource {
        key: ResourceKey { mode, resource_type, name },
        body: block.body.clone(),
        repeat: super::Repeat::default(),
        provider: None,
        depends_on: Vec::new(),
        lifecycle: LifecycleBlock::default(),
        provisioners: Vec::new(),
        range: block.range(),
        type_range: block.labels.first().map_or_else(|| block.range(), |(_, span)| block.body.range(*span)),
        scoped: false,
    };
    let meta = meta_body(block, diagnostics);
    let fields = Fields { body: std::borrow::Cow::Borrowed(&meta), block };
    resource.repeat = read_repeat(&fields, diagnostics);
    if let Some(list) = fields.expression("depends_on") {
        resource.depends_on = read_references(&list, diagnostics);
    }
    if let Some(expression) = fields.expression("provider") {
        resource.provider = read_provider_reference(&expression, diagnostics);
    }
    for inner in &meta.blocks {
        match meta_labels(&inner.kind) {
            Some(wanted) if wanted != inner.labels.len() => diagnostics.push(label_count(inner, wanted)),
            _ => {}
        }
    }
    if let Some(inner) = rules::only_one(fields.blocks("lifecycle"), "lifecycle", diagnostics) {
        resource.lifecycle = read_lifecycle(inner, mode, diagnostics);
    }
    let connection = rules::only_one(fields.blocks("connection"), "connection", diagnostics);
    for inner in fields.blocks("provisioner").filter(|inner| inner.labels.len() == 1) {
        if mode != Mode::Managed {
            let detail = "Only resource blocks have provisioners.";
            diagnostics.push(Diagnostic::error("Unsupported block type", detail).at(inner.range()));
        } else if let Some(provisioner) = read_provisioner(inner, connection, diagnostics) {
            resource.provisioners.push(provisioner);
        }
    }
    strip_meta(&mut resource.body);
    resource
}

/// Returns the body with the JSON members that are meta-arguments sorted out.
fn meta_body(block: &Block, diagnostics: &mut Diagnostics) -> Body {
    block.body.shaped(&meta_labels, diagnostics).into_owned()
}

/// Returns how many labels a block has that belongs to no type.
fn meta_labels(word: &str) -> Option<usize> {
    match word {
        "lifecycle" | "connection" => Some(0),
        "provisioner" => Some(1),
        _ => None,
    }
}

fn strip_meta(body: &mut Body) {
    for meta in META_ATTRIBUTES {
        body.attributes.shift_remove(meta);
    }
    body.blocks.retain(|block| !META_BLOCKS.contains(&&*block.kind));
    if let Some(members) = &body.undecided {
        let is_meta = |name: &str| META_ATTRIBUTES.contains(&name) || META_BLOCKS.contains(&name);
        body.undecided = Some(Arc::new(members.without(&is_meta)));
    }
}

fn read_lifecycle(block: &Block, mode: Mode, diagnostics: &mut Diagnostics) -> LifecycleBlock {
    let attributes: &[&str] = if mode == Mode::Managed {
        &["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by"]
    } else {
        &[]
    };
    let fields = Fields::new(block, attributes, &[("precondition", 0), ("postcondition", 0)], diagnostics);
    let mut lifecycle = LifecycleBlock {
        create_before_destroy: fields.expression("create_before_destroy"),
        prevent_destroy: fields.expression("prevent_destroy"),
        preconditions: fields.blocks("precondition").filter_map(|inner| read_condition(inner, diagnostics)).collect(),
        postconditions: fields.blocks("postcondition").filter_map(|inner| read_condition(inner, diagnostics)).collect(),
        ..LifecycleBlock::default()
    };
    if let Some(expression) = fields.expression("ignore_changes") {
        let all = expression.expr.keyword().is_some_and(|word| &**word == "all")
            || expression.expr.literal_text() == Some("all");
        if all {
            lifecycle.ignore_all = true;
        } else {
            lifecycle.ignore_changes = read_references(&expression, diagnostics);
        }
    }
    if let Some(expression) = fields.expression("replace_triggered_by") {
        lifecycle.replace_triggered_by = rules::only_triggers(read_list(&expression, diagnostics), diagnostics);
    }
    lifecycle
}

pub(super) fn read_provisioner(
    block: &Block,
    around: Option<&Block>,
    diagnostics: &mut Diagnostics,
) -> Option<ProvisionerBlock> {
    let kind = block.label(0).cloned().unwrap_or_default();
    if &*kind != "local-exec" {
        let detail = format!("The provisioner {kind:?} is not supported; wpinfra has \"local-exec\" only.");
        diagnostics.push(Diagnostic::error("Unsupported provisioner", detail).at(block.range()));
        return None;
    }
    let mut body = block.body.shaped(&|word| (word == "connection").then_some(0), diagnostics).into_owned();
    let own =
        rules::only_one(body.blocks.iter().filter(|inner| &*inner.kind == "connection"), "connection", diagnostics);
    let connection = merged_connection(own, around);
    body.blocks.retain(|inner| &*inner.kind != "connection");
    let keyword = |name: &str| {
        let attribute = body.attributes.get(name)?;
        attribute.value.keyword().map(ToString::to_string).or_else(|| attribute.value.literal_text().map(str::to_owned))
    };
    let range_of = |name: &str| body.attributes.get(name).map(|attribute| body.range(attribute.value.span));
    for name in ["when", "on_failure"] {
        if let Some(expression) = body.expression(name) {
            note_quotes(&expression, "keyword", diagnostics);
        }
    }
    let when = match keyword("when").as_deref() {
        None | Some("create") if !body.attributes.contains_key("when") || keyword("when").is_some() => {
            ProvisionWhen::Create
        }
        Some("destroy") => ProvisionWhen::Destroy,
        _ => {
            let detail = "\"when\" is create or destroy.";
            diagnostics.push(Diagnostic::error("Invalid \"when\" keyword", detail).at(range_of("when")));
            ProvisionWhen::Create
        }
    };
    let continue_on_failure = match keyword("on_failure").as_deref() {
        None | Some("fail") => false,
        Some("continue") => true,
        Some(_) => {
            let detail = "\"on_failure\" is continue or fail.";
            diagnostics.push(Diagnostic::error("Invalid \"on_failure\" keyword", detail).at(range_of("on_failure")));
            false
        }
    };
    body.attributes.shift_remove("when");
    body.attributes.shift_remove("on_failure");
    if when == ProvisionWhen::Destroy {
        rules::check_destroy_time(all_expressions(&body), diagnostics);
        rules::check_destroy_time(connection.iter().flat_map(all_expressions), diagnostics);
    }
    Some(ProvisionerBlock { kind, when, continue_on_failure, body, connection, range: block.range() })
}

/// Returns the connection of a provisioner: its own arguments, then those of the resource that it does not have.
fn merged_connection(own: Option<&Block>, around: Option<&Block>) -> Option<Body> {
    let mut body = own.or(around)?.body.clone();
    for (name, attribute) in around.iter().flat_map(|block| &block.body.attributes) {
        body.attributes.entry(Arc::clone(name)).or_insert_with(|| attribute.clone());
    }
    Some(body)
}

/// Returns every expression of a body without blocks.
fn all_expressions(body: &Body) -> Vec<Expression> {
    let undecided = body.undecided.iter().flat_map(|members| members.expressions(&body.source));
    body.attributes.values().map(Attribute::expression).chain(undecided).collect()
}
