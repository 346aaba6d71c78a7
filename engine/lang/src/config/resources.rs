//! `resource`, `data` and `ephemeral` blocks.

use std::sync::Arc;

use wpinfra_core::desired::ProvisionWhen;
use wpinfra_core::{Diagnostic, Diagnostics, Mode};

use super::blocks::{Fields, read_condition, read_list, read_provider_reference, read_repeat};
use super::{LifecycleBlock, ProvisionerBlock, Resource};
use crate::lint::note_quotes;
use crate::references::ResourceKey;
use crate::syntax::{Block, Body};

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
        scoped: false,
    };
    let meta = meta_body(block, diagnostics);
    let fields = Fields { body: std::borrow::Cow::Borrowed(&meta), block };
    resource.repeat = read_repeat(&fields, diagnostics);
    if let Some(list) = fields.expression("depends_on") {
        resource.depends_on = read_list(&list, diagnostics);
    }
    if let Some(expression) = fields.expression("provider") {
        resource.provider = read_provider_reference(&expression, diagnostics);
    }
    for (index, inner) in fields.blocks("lifecycle").enumerate() {
        if index > 0 {
            let detail = "A block can have one lifecycle block only.";
            diagnostics.push(Diagnostic::error("Duplicate lifecycle block", detail).at(inner.range()));
        }
        resource.lifecycle = read_lifecycle(inner, mode, diagnostics);
    }
    for inner in fields.blocks("provisioner") {
        if mode != Mode::Managed {
            let detail = "Only resource blocks have provisioners.";
            diagnostics.push(Diagnostic::error("Unsupported block type", detail).at(inner.range()));
        } else if let Some(provisioner) = read_provisioner(inner, diagnostics) {
            resource.provisioners.push(provisioner);
        }
    }
    strip_meta(&mut resource.body);
    resource
}

/// Returns the body with the JSON members that are meta-arguments sorted out.
fn meta_body(block: &Block, diagnostics: &mut Diagnostics) -> Body {
    let labels = |word: &str| match word {
        "lifecycle" | "connection" => Some(0),
        "provisioner" => Some(1),
        _ => None,
    };
    block.body.shaped(&labels, diagnostics).into_owned()
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
            lifecycle.ignore_changes = read_list(&expression, diagnostics);
        }
    }
    if let Some(expression) = fields.expression("replace_triggered_by") {
        lifecycle.replace_triggered_by = read_list(&expression, diagnostics);
    }
    lifecycle
}

fn read_provisioner(block: &Block, diagnostics: &mut Diagnostics) -> Option<ProvisionerBlock> {
    let kind = block.label(0).cloned().unwrap_or_default();
    if &*kind != "local-exec" {
        let detail = format!("The provisioner {kind:?} is not supported; wpinfra has \"local-exec\" only.");
        diagnostics.push(Diagnostic::error("Unsupported provisioner", detail).at(block.range()));
        return None;
    }
    let mut body = block.body.shaped(&|word| (word == "connection").then_some(0), diagnostics).into_owned();
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
    Some(ProvisionerBlock { kind, when, continue_on_failure, body, range: block.range() })
}
