//! One resource of a plan: its heading, and what changes in it, by schema.

use std::collections::BTreeMap;

use wpinfra_core::provider::AnyResourceType;
use wpinfra_core::registry::Registry;
use wpinfra_core::schema::{Block, NestedBlock, Nesting, Role, Schema};
use wpinfra_core::value::Content;
use wpinfra_core::{InstanceKey, Mode, Path, Type, Value};
use wpinfra_plan::{Action, Change, Reason};

use super::compare::{compare, first_name, pair_up, whole};
use super::difference::{Body, Container, Entry, Label, Symbol};
use super::echoes::{hide_echoes, secrets};
use super::layout::Layout;
use super::value::quoted;
use super::words;

/// Attributes that are shown without change too, because they say which object it is.
const IDENTIFYING: [&str; 2] = ["id", "name"];

/// Writes the change of one resource.
pub(crate) fn write_resource(layout: &mut Layout, change: &Change, registry: &Registry) {
    let schema = schema_of(change, registry);
    for line in heading(change, layout.width) {
        let line = match line.strip_prefix("#   ") {
            Some(remark) => layout.painter.faint(&format!("  #   {remark}")),
            None => format!("  {}", layout.painter.bold(&line)),
        };
        layout.lines.push(line);
    }
    if change.action == Action::NoOp || change.action == Action::Forget {
        return;
    }
    let contents = contents(change, schema);
    write_block(layout, change, &contents);
}

/// Writes what somebody else changed in an object.
pub(crate) fn write_drift(layout: &mut Layout, drift: &Change, registry: &Registry) {
    let verb = if drift.after.is_none() { "has been deleted" } else { "has changed" };
    let heading = layout.painter.bold(&format!("# {} {verb}", name_of(drift)));
    layout.lines.push(format!("  {heading}"));
    if drift.after.is_some() {
        let shown = Change { action: Action::Update, replace_paths: Vec::new(), reason: None, ..drift.clone() };
        let contents = contents(&shown, schema_of(drift, registry));
        write_block(layout, &shown, &contents);
    }
}

fn schema_of<'r>(change: &Change, registry: &'r Registry) -> Option<&'r Schema> {
    let (source, resource) = (&change.provider.source, &change.address.resource);
    match resource.mode {
        Mode::Managed => registry.resource(source, &resource.resource_type).map(AnyResourceType::schema),
        mode @ (Mode::Data | Mode::Ephemeral) => registry.schema(source, mode, &resource.resource_type),
    }
}

fn write_block(layout: &mut Layout, change: &Change, contents: &Contents) {
    let resource = &change.address.resource;
    let keyword = if resource.mode == Mode::Data { "data" } else { "resource" };
    let symbol = symbol_of(change.action, layout.painter);
    let opening = format!("{keyword} {} {} {{", quoted(&resource.resource_type), quoted(&resource.name));
    layout.lines.push(format!("{symbol} {opening}"));
    layout.entries(&contents.entries, &contents.notes(layout.width), 6);
    layout.lines.push("    }".to_owned());
}

/// Returns the symbol of an action, filling three columns.
fn symbol_of(action: Action, painter: super::Painter) -> String {
    match action {
        Action::NoOp => "   ".to_owned(),
        Action::Create => format!("  {}", painter.added("+")),
        Action::Read => format!(" {}", painter.read("<=")),
        Action::Update => format!("  {}", painter.changed("~")),
        Action::DeleteThenCreate => format!("{}/{}", painter.removed("-"), painter.added("+")),
        Action::CreateThenDelete => format!("{}/{}", painter.added("+"), painter.removed("-")),
        Action::Delete => format!("  {}", painter.removed("-")),
        Action::Forget => "  .".to_owned(),
    }
}

fn name_of(change: &Change) -> String {
    match &change.deposed {
        Some(key) => format!("{} (deposed object {key})", change.address),
        None => change.address.to_string(),
    }
}

/// Returns what is said above the block: what happens, and why nothing milder.
fn heading(change: &Change, width: usize) -> Vec<String> {
    let name = name_of(change);
    if change.action == Action::NoOp {
        return vec![match (&change.importing, &change.previous_address) {
            (Some(id), _) => format!("# {name} will be imported ({})", quoted(id)),
            (None, Some(previous)) => format!("# {previous} has moved to {name}"),
            (None, None) => format!("# {name} stays as it is"),
        }];
    }
    let verb = match change.action {
        Action::NoOp => "stays as it is",
        Action::Create => "will be created",
        Action::Read => "will be read during apply",
        Action::Update => "will be updated in-place",
        Action::DeleteThenCreate | Action::CreateThenDelete => match change.reason {
            Some(Reason::Requested | Reason::TriggeredBy) => "will be replaced",
            _ => "must be replaced",
        },
        Action::Delete => "will be destroyed",
        Action::Forget => "will be forgotten: the state loses it, the object stays",
    };
    let mut lines = vec![format!("# {name} {verb}")];
    if let Some(reason) = reason(change) {
        if lines[0].len() + reason.len() + 4 <= width {
            append!(lines[0], ": {reason}");
        } else {
            lines.push(format!("#   {reason}"));
        }
    }
    if let Some(previous) = &change.previous_address {
        lines.push(format!("#   moved from {previous}"));
    }
    if let Some(id) = &change.importing {
        lines.push(format!("#   imported from {}", quoted(id)));
    }
    lines
}

fn reason(change: &Change) -> Option<String> {
    let key = change.address.key.as_ref().map_or_else(String::new, InstanceKey::to_string);
    if change.deposed.is_some() && change.action == Action::Delete {
        return Some("left over from an earlier replacement".to_owned());
    }
    Some(match change.reason.as_ref()? {
        Reason::Tainted => "it is tainted".to_owned(),
        Reason::Requested => "-replace asks for it".to_owned(),
        Reason::TriggeredBy => "replace_triggered_by asks for it".to_owned(),
        Reason::CannotUpdate => {
            let mut names: Vec<&str> = change.replace_paths.iter().filter_map(first_name).collect();
            names.dedup();
            match names.as_slice() {
                [] => "it cannot be changed in place".to_owned(),
                [all @ .., last] if !all.is_empty() => format!("{} and {last} cannot change in place", all.join(", ")),
                [one, ..] => format!("{one} cannot change in place"),
            }
        }
        Reason::NoResourceConfig => "it is not in the configuration".to_owned(),
        Reason::NoModule => format!("{} is not in the configuration", change.address.resource.module),
        Reason::WrongRepetition if change.address.key.is_none() => "the block is repeated now".to_owned(),
        Reason::WrongRepetition => "the block is repeated in another way now".to_owned(),
        Reason::CountIndex => format!("{key} is beyond count"),
        Reason::EachKey => format!("{key} is not in for_each"),
        Reason::NoMoveTarget => "where it moved to is not in the configuration".to_owned(),
        Reason::ConfigUnknown => "its arguments are not known yet".to_owned(),
        Reason::DependencyPending => "what it depends on changes".to_owned(),
        Reason::CheckNested => "a check needs it".to_owned(),
    })
}

/// What stands inside of the block of a resource.
#[derive(Default)]
struct Contents {
    entries: Vec<Entry>,
    same_attributes: usize,
    same_blocks: usize,
    /// Attributes that the provider gives and that are of no interest for an object that goes.
    gone: usize,
    /// Attributes that the provider will give.
    to_be_known: Vec<String>,
}

impl Contents {
    fn notes(&self, width: usize) -> Vec<String> {
        let mut notes = Vec::new();
        if self.same_attributes > 0 {
            notes.push(words::hidden(self.same_attributes, "attribute"));
        }
        if self.same_blocks > 0 {
            notes.push(words::hidden(self.same_blocks, "block"));
        }
        if self.gone > 0 {
            notes.push(format!("# ({} hidden)", words::count(self.gone, "computed attribute")));
        }
        let mut line = format!("# {}", words::UNKNOWN);
        for (index, name) in self.to_be_known.iter().enumerate() {
            let separator = if index == 0 { " " } else { ", " };
            if line.len() + separator.len() + name.len() + 9 > width {
                notes.push(format!("{line}{}", separator.trim_end()));
                line = format!("#   {name}");
            } else {
                line.push_str(separator);
                line.push_str(name);
            }
        }
        if !self.to_be_known.is_empty() {
            notes.push(line);
        }
        notes
    }
}

fn contents(change: &Change, schema: Option<&Schema>) -> Contents {
    let hide = |value: &Option<Value>| {
        let value = value.as_ref()?;
        Some(schema.map_or_else(|| value.clone(), |schema| hide_sensitive(value, &schema.block)))
    };
    let (before, after) = (hide(&change.before), hide(&change.after));
    let secrets = secrets(before.iter().chain(&after));
    let hide_echoes = |value: Option<Value>| value.map(|value| hide_echoes(&value, &secrets));
    let (before, after) = (hide_echoes(before), hide_echoes(after));
    let block = schema.map_or_else(|| block_of(before.as_ref().or(after.as_ref())), |schema| schema.block.clone());
    let mut contents = Contents::default();
    for (name, attribute) in &block.attributes {
        let (old, new) =
            (before.as_ref().and_then(|value| value.get(name)), after.as_ref().and_then(|value| value.get(name)));
        let is_given = attribute.role == Role::Computed && schema.is_some();
        let is_unset = old.as_ref().is_none_or(Value::is_null) && new.as_ref().is_none_or(Value::is_null);
        if change.action == Action::Delete {
            if (is_given && *name != "id") || (!is_unset && old.as_ref().is_some_and(is_shapeless)) {
                contents.gone += usize::from(!is_unset && is_given);
                continue;
            }
        } else if new.as_ref().is_some_and(|value| !value.is_known())
            && (is_given || (old.is_none() && attribute.role == Role::OptionalComputed))
        {
            contents.to_be_known.push((*name).to_owned());
            continue;
        }
        let path = Path::root().attribute(name);
        let label = Label::Argument((*name).to_owned());
        match compare(label, old.as_ref(), new.as_ref(), &path, &change.replace_paths) {
            Some(entry) if entry.symbol == Symbol::Same && !IDENTIFYING.contains(name) => contents.same_attributes += 1,
            Some(entry) => contents.entries.push(entry),
            None => {}
        }
    }
    for (name, nested) in &block.blocks {
        let (old, new) =
            (before.as_ref().and_then(|value| value.get(name)), after.as_ref().and_then(|value| value.get(name)));
        let (entries, same) =
            compare_blocks(name, nested, old.as_ref(), new.as_ref(), &Path::root(), &change.replace_paths);
        contents.entries.extend(entries);
        contents.same_blocks += same;
    }
    contents
}

/// Returns everything that is set in an object, without any change.
pub(crate) fn standing_entries(value: &Value, schema: Option<&Schema>) -> Vec<Entry> {
    let block = schema.map_or_else(|| block_of(Some(value)), |schema| schema.block.clone());
    let mut entries = Vec::new();
    for name in block.attributes.keys() {
        let Some(part) = value.get(name).filter(|part| !part.is_null() || part.is_sensitive()) else { continue };
        entries.push(whole(Label::Argument((*name).to_owned()), &part, Symbol::Same));
    }
    for name in block.blocks.keys() {
        let Some(part) = value.get(name).filter(|part| !part.is_null()) else { continue };
        match part.elements() {
            Some(elements) => {
                entries.extend(
                    elements.iter().map(|element| whole(Label::Block((*name).to_owned()), element, Symbol::Same)),
                );
            }
            None => entries.push(whole(Label::Block((*name).to_owned()), &part, Symbol::Same)),
        }
    }
    entries
}

/// Tells whether a value says nothing about an object that goes: "", 0, false, empty.
fn is_shapeless(value: &Value) -> bool {
    value.is_zero() && !value.is_sensitive()
}

/// Makes up a block for an object whose schema is not known: everything is an attribute.
fn block_of(value: Option<&Value>) -> Block {
    let mut block = Block::default();
    for (name, part) in value.and_then(Value::mapping).into_iter().flatten() {
        // Names of attributes without schema come from a state file and live as long as the run.
        let name: &'static str = Box::leak(name.to_string().into_boxed_str());
        block.attributes.insert(name, wpinfra_core::schema::Attribute::new(part.ty().clone(), Role::Optional));
    }
    block
}

/// Marks the parts that the schema declares sensitive.
pub(crate) fn hide_sensitive(value: &Value, block: &Block) -> Value {
    let Some(parts) = value.mapping() else { return value.clone() };
    let mut hidden: BTreeMap<_, _> = parts.clone();
    for (name, _) in block.attributes.iter().filter(|(_, attribute)| attribute.sensitive) {
        if let Some(part) = hidden.get_mut(*name).filter(|part| !part.is_null()) {
            *part = part.clone().sensitive();
        }
    }
    for (name, nested) in &block.blocks {
        if let Some(part) = hidden.get_mut(*name).filter(|_| has_sensitive(&nested.block)) {
            *part = hide_in_blocks(part, nested);
        }
    }
    value.with_mapping(hidden)
}

fn has_sensitive(block: &Block) -> bool {
    block.attributes.values().any(|attribute| attribute.sensitive)
        || block.blocks.values().any(|nested| has_sensitive(&nested.block))
}

fn hide_in_blocks(value: &Value, nested: &NestedBlock) -> Value {
    match (value.content(), nested.nesting) {
        (Content::Mapping(_), Nesting::Single) => hide_sensitive(value, &nested.block),
        (Content::Mapping(parts), Nesting::Map) => value
            .with_mapping(parts.iter().map(|(key, part)| (key.clone(), hide_sensitive(part, &nested.block))).collect()),
        (Content::Sequence(elements), _) if !elements.is_empty() => {
            value.with_elements(elements.iter().map(|element| hide_sensitive(element, &nested.block)).collect())
        }
        _ => value.clone(),
    }
}

/// Returns what differs between the blocks of one name, and how many are the same.
fn compare_blocks(
    name: &str,
    nested: &NestedBlock,
    before: Option<&Value>,
    after: Option<&Value>,
    path: &Path,
    replace: &[Path],
) -> (Vec<Entry>, usize) {
    let path = path.attribute(name);
    let label = || Label::Block(name.to_owned());
    for value in [before, after].into_iter().flatten() {
        if value.is_sensitive() || !value.is_known() {
            let entry = compare(label(), before, after, &path, replace);
            let same = entry.as_ref().is_some_and(|entry| entry.symbol == Symbol::Same);
            return if same { (Vec::new(), 1) } else { (entry.into_iter().collect(), 0) };
        }
    }
    let block = &nested.block;
    let pairs = pairs_of_blocks(nested, before, after);
    let set_forces = nested.nesting == Nesting::Set && replace.iter().any(|at| at.starts_with(&path));
    let number_forces = replace.contains(&path);
    let mut same = 0;
    let mut entries = Vec::new();
    for (key, old, new) in pairs {
        let (path, label) = match &key {
            Some(key) if nested.nesting == Nesting::Map => {
                (path.index(key.clone()), Label::Block(format!("{name} {}", super::value::literal(key))))
            }
            Some(key) => (path.index(key.clone()), label()),
            None => (path.clone(), label()),
        };
        match compare_block(label, block, old.as_ref(), new.as_ref(), &path, replace) {
            None => same += 1,
            Some(mut entry) => {
                if set_forces || (number_forces && entry.symbol != Symbol::Change) {
                    entry.comment = Some(words::FORCES_REPLACEMENT);
                }
                entries.push(entry);
            }
        }
    }
    (entries, same)
}

type BlockPair = (Option<Value>, Option<Value>, Option<Value>);

/// Returns the key, the old and the new value of each block.
fn pairs_of_blocks(nested: &NestedBlock, before: Option<&Value>, after: Option<&Value>) -> Vec<BlockPair> {
    let elements = |value: Option<&Value>| value.and_then(Value::elements).unwrap_or_default().to_vec();
    match nested.nesting {
        Nesting::Single => {
            let set = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
            vec![(None, set(before), set(after))]
                .into_iter()
                .filter(|(_, old, new)| old.is_some() || new.is_some())
                .collect()
        }
        Nesting::List => {
            let (old, new) = (elements(before), elements(after));
            let pairs = pair_up(&old, &new).into_iter().map(|(from, to)| {
                let key = Value::number(to.or(from).unwrap_or_default());
                (
                    Some(key),
                    from.and_then(|index| old.get(index).cloned()),
                    to.and_then(|index| new.get(index).cloned()),
                )
            });
            pairs.collect()
        }
        Nesting::Set => {
            let (old, new) = (elements(before), elements(after));
            let kept = old
                .iter()
                .filter(|value| new.contains(value))
                .map(|value| (None, Some(value.clone()), Some(value.clone())));
            let gone = old.iter().filter(|value| !new.contains(value)).map(|value| (None, Some(value.clone()), None));
            let come = new.iter().filter(|value| !old.contains(value)).map(|value| (None, None, Some(value.clone())));
            kept.chain(gone).chain(come).collect()
        }
        Nesting::Map => {
            let parts = |value: Option<&Value>| value.and_then(Value::mapping).cloned().unwrap_or_default();
            let (old, new) = (parts(before), parts(after));
            let mut keys: Vec<_> = old.keys().chain(new.keys()).cloned().collect();
            keys.sort();
            keys.dedup();
            keys.into_iter()
                .map(|key| (Some(Value::string(&key)), old.get(&key).cloned(), new.get(&key).cloned()))
                .collect()
        }
    }
}

/// Returns what differs in one block; `None` if nothing does.
fn compare_block(
    label: Label,
    block: &Block,
    before: Option<&Value>,
    after: Option<&Value>,
    path: &Path,
    replace: &[Path],
) -> Option<Entry> {
    let symbol = match (before, after) {
        (Some(before), Some(after)) if before == after && after.is_wholly_known() => return None,
        (Some(_), Some(_)) => Symbol::Change,
        (Some(_), None) => Symbol::Remove,
        (None, _) => Symbol::Add,
    };
    if let Some(opaque) = [after, before].into_iter().flatten().find(|value| !value.is_known() || value.is_sensitive())
    {
        return Some(whole(label, opaque, symbol));
    }
    let (mut entries, mut same_attributes, mut same_blocks) = (Vec::new(), 0, 0);
    for name in block.attributes.keys() {
        let (old, new) = (before.and_then(|value| value.get(name)), after.and_then(|value| value.get(name)));
        // Empty arguments of a block that comes or goes are the schema's fillings, not what somebody wrote.
        let filling = |value: &Option<Value>| value.as_ref().is_none_or(is_shapeless_filling);
        if symbol != Symbol::Change && filling(&old) && filling(&new) {
            continue;
        }
        let at = path.attribute(name);
        match compare(Label::Argument((*name).to_owned()), old.as_ref(), new.as_ref(), &at, replace) {
            Some(entry) if entry.symbol == Symbol::Same => same_attributes += 1,
            Some(entry) => entries.push(entry),
            None => {}
        }
    }
    for (name, nested) in &block.blocks {
        let (old, new) = (before.and_then(|value| value.get(name)), after.and_then(|value| value.get(name)));
        let (inner, same) = compare_blocks(name, nested, old.as_ref(), new.as_ref(), path, replace);
        entries.extend(inner);
        same_blocks += same;
    }
    let container = Container::new("{", "}", entries).hiding(same_attributes, "attribute").hiding(same_blocks, "block");
    let forces = symbol != Symbol::Same && replace.iter().any(|at| at == path);
    let comment = forces.then_some(words::FORCES_REPLACEMENT);
    Some(Entry { symbol, label, body: Body::Container(container), comment })
}

/// Tells whether a part of a block is null, or empty text or collection.
fn is_shapeless_filling(value: &Value) -> bool {
    let empties = matches!(value.ty(), Type::String | Type::List(_) | Type::Set(_) | Type::Map(_));
    value.is_null() || (empties && is_shapeless(value))
}
