//! Provisioners of one instance, and the schemas of what stands in them.

use std::sync::Arc;

use wpinfra_core::address::InstanceAddress;
use wpinfra_core::desired::{Known, MoveEnd, ProvisionWhen, Provisioner};
use wpinfra_core::schema::{Attribute, Block, Role};
use wpinfra_core::{Diagnostics, ModuleInstance, Type};

use super::{Evaluator, Repeat};
use crate::config::{ProvisionerBlock, Resource, parse_move_end};
use crate::decode::decode;
use crate::expr::Expression;
use crate::module_scope::{ModuleScope, with_schema_marks};

impl Evaluator<'_> {
    pub(super) fn instance_provisioners(
        &self,
        address: &InstanceAddress,
        when: ProvisionWhen,
        known: &Known,
    ) -> (Vec<Provisioner>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let block = address.config();
        let Some((module, resource)) = self.configuration.find_resource(&block) else {
            return self.removal_provisioners(address, when, known);
        };
        let instance = &address.resource.module;
        // What is destroyed may have no place in the configuration's repetition any more.
        let repeated = match (when, &address.key) {
            (ProvisionWhen::Create, key) => {
                self.resource_repeat(module, instance, &resource.key, known).at(key.as_ref())
            }
            (ProvisionWhen::Destroy, key) => Repeat::without_value(key.as_ref()),
        };
        let mut scope = self.scope(module, instance, known).repeated(repeated);
        let schema = self.configuration.schema_of(module, resource);
        scope.self_value =
            known.get(address).zip(schema).map(|(value, schema)| with_schema_marks(value, &schema.block));
        let found = decoded_provisioners(&resource.provisioners, when, &scope, &mut diagnostics);
        (found, diagnostics.about(address))
    }

    /// Returns the provisioners that the `removed` block of a resource gives it.
    fn removal_provisioners(
        &self,
        address: &InstanceAddress,
        when: ProvisionWhen,
        known: &Known,
    ) -> (Vec<Provisioner>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let removal = self.configuration.modules.iter().enumerate().find_map(|(index, node)| {
            let base = ModuleInstance(node.path.iter().map(|name| (Arc::clone(name), None)).collect());
            let is_about = |from: &Expression| matches!(parse_move_end(from, &base), Ok(MoveEnd::Resource(found)) if found.config() == address.config());
            node.module.removed.iter().find(|block| is_about(&block.from)).map(|block| (index, block))
        });
        let Some((module, block)) = removal else { return (Vec::new(), diagnostics) };
        let depth = self.configuration.modules[module].path.len();
        let instance = ModuleInstance(address.resource.module.0.iter().take(depth).cloned().collect());
        let mut scope = self.scope(module, &instance, known).repeated(Repeat::without_value(address.key.as_ref()));
        scope.self_value = known.get(address).cloned();
        let found = decoded_provisioners(&block.provisioners, when, &scope, &mut diagnostics);
        (found, diagnostics.about(address))
    }

    /// Evaluates the provisioners of a block without carrying anything out, to find what is wrong with them.
    pub(crate) fn check_provisioners(resource: &Resource, scope: &ModuleScope<'_>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let (arguments, connection) = (local_exec_schema(), connection_schema());
        for block in &resource.provisioners {
            diagnostics.extend(decode(&block.body, &arguments, &block.range, scope).diagnostics);
            if let Some(body) = &block.connection {
                let range = body.range(body.span);
                diagnostics.extend(decode(body, &connection, &range, scope).diagnostics);
            }
        }
        diagnostics
    }
}

fn decoded_provisioners(
    blocks: &[ProvisionerBlock],
    when: ProvisionWhen,
    scope: &ModuleScope<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Provisioner> {
    let schema = local_exec_schema();
    let blocks = blocks.iter().filter(|block| block.when == when);
    let decoded = blocks.map(|block| {
        let decoded = decode(&block.body, &schema, &block.range, scope);
        diagnostics.extend(decoded.diagnostics);
        Provisioner {
            kind: block.kind.to_string(),
            config: decoded.value,
            continue_on_failure: block.continue_on_failure,
            range: Some(block.range.clone()),
        }
    });
    decoded.collect()
}

/// Returns the arguments of `local-exec`.
fn local_exec_schema() -> Block {
    let optional = |ty: Type| Attribute::new(ty, Role::Optional);
    let attributes = [
        ("command", Attribute::new(Type::String, Role::Required)),
        ("interpreter", optional(Type::list(Type::String))),
        ("working_dir", optional(Type::String)),
        ("environment", optional(Type::map(Type::String))),
        ("quiet", optional(Type::Bool)),
    ];
    Block { attributes: attributes.into(), ..Block::default() }
}

/// Returns the arguments of `connection`, of all kinds of connections.
fn connection_schema() -> Block {
    const TEXTS: [&str; 21] = [
        "type",
        "user",
        "password",
        "timeout",
        "script_path",
        "target_platform",
        "private_key",
        "certificate",
        "host_key",
        "agent_identity",
        "proxy_scheme",
        "proxy_host",
        "proxy_user_name",
        "proxy_user_password",
        "bastion_host",
        "bastion_host_key",
        "bastion_user",
        "bastion_password",
        "bastion_private_key",
        "bastion_certificate",
        "cacert",
    ];
    let of_type = |ty: Type| move |name| (name, Attribute::new(ty.clone(), Role::Optional));
    let mut block = Block::default();
    block.attributes.extend(TEXTS.map(of_type(Type::String)));
    block.attributes.extend(["port", "proxy_port", "bastion_port"].map(of_type(Type::Number)));
    block.attributes.extend(["agent", "https", "insecure", "use_ntlm"].map(of_type(Type::Bool)));
    block.attributes.insert("host", Attribute::new(Type::String, Role::Required));
    block
}
