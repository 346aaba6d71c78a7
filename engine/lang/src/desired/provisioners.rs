//! Provisioners of one instance, and the schemas of what stands in them.

use wpinfra_core::address::InstanceAddress;
use wpinfra_core::desired::{Known, ProvisionWhen, Provisioner};
use wpinfra_core::schema::{Attribute, Block, Role};
use wpinfra_core::{Diagnostics, Type};

use super::{Evaluator, Repeat};
use crate::config::Resource;
use crate::decode::decode;
use crate::module_scope::{ModuleScope, with_schema_marks};

impl Evaluator<'_> {
    pub(super) fn instance_provisioners(
        &self,
        address: &InstanceAddress,
        when: ProvisionWhen,
        known: &Known,
    ) -> (Vec<Provisioner>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let Some((module, resource)) = self.configuration.find_resource(&address.config()) else {
            return (Vec::new(), diagnostics);
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
        let mut found = Vec::new();
        let block_schema = local_exec_schema();
        for block in resource.provisioners.iter().filter(|block| block.when == when) {
            let decoded = decode(&block.body, &block_schema, &block.range, &scope);
            diagnostics.extend(decoded.diagnostics);
            found.push(Provisioner {
                kind: block.kind.to_string(),
                config: decoded.value,
                continue_on_failure: block.continue_on_failure,
                range: Some(block.range.clone()),
            });
        }
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
