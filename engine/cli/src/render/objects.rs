//! Objects as they are recorded.

use wpinfra_core::schema::Schema;
use wpinfra_core::{InstanceAddress, Mode, Value};

use super::Painter;
use super::echoes::{hide_echoes, secrets};
use super::layout::Layout;
use super::resources::{hide_sensitive, standing_entries};
use super::value::quoted;

/// Returns an object as a block with all of its attributes, sensitive ones hidden.
pub(crate) fn render_object(
    address: &InstanceAddress,
    remark: Option<&str>,
    value: &Value,
    schema: Option<&Schema>,
    painter: Painter,
    width: usize,
) -> String {
    let value = schema.map_or_else(|| value.clone(), |schema| hide_sensitive(value, &schema.block));
    let value = hide_echoes(&value, &secrets([&value]));
    let mut layout = Layout { painter, width, lines: Vec::new() };
    let remark = remark.map_or_else(String::new, |remark| format!(" ({remark})"));
    layout.lines.push(painter.bold(&format!("# {address}{remark}:")));
    let resource = &address.resource;
    let keyword = if resource.mode == Mode::Data { "data" } else { "resource" };
    layout.lines.push(format!("{keyword} {} {} {{", quoted(&resource.resource_type), quoted(&resource.name)));
    layout.entries(&standing_entries(&value, schema), &[], 2);
    layout.lines.push("}".to_owned());
    layout.lines.join("\n") + "\n"
}
