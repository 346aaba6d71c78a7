//! Providers that need no service: `random`, `null` and Terraform's own `terraform_data`.
//!
//! The truth about all of their objects is the state ([`wpinfra_core::provider::Truth::State`]): creating one means computing its
//! values, and nothing is ever read. Whatever is random comes from the [`Entropy`] that the caller passes in.

mod entropy;
mod family;
mod local;
mod null_resource;
mod random;
mod remote_state;
mod terraform_data;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use wpinfra_core::provider::{Provider, data_source};

pub use crate::entropy::Entropy;
use crate::family::Family;
use crate::local::local;

/// Returns the providers; `entropy` gives every random byte in the values that they generate.
pub fn providers(entropy: Arc<dyn Entropy>) -> Vec<Box<dyn Provider>> {
    let random = random::family(&entropy);
    let null = Family::new("registry.terraform.io/hashicorp/null", "3.2.4", "Does nothing, for a reason.")
        .with(local(null_resource::NullResourceType { entropy: Arc::clone(&entropy) }));
    let terraform = Family::new("terraform.io/builtin/terraform", "1.11.4", "Keeps values in the state.")
        .with(local(terraform_data::TerraformDataType { entropy }))
        .with_data_source(data_source(remote_state::RemoteStateSource));
    vec![Box::new(random), Box::new(null), Box::new(terraform)]
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use wpinfra_core::provider::Truth;
    use wpinfra_core::schema::{Attribute, Replace, Role};

    use super::*;
    use crate::testing::TestEntropy;

    /// Every attribute with its type, `!` if required, `?` if optional, `=` if computed, `*` if every change replaces and `~` if
    /// some do, `#` if sensitive, and its default; as the documentation of the providers has them.
    const FACTS: &str = "
null_resource 0: id string=, triggers map(string)?~
random_bytes 0: base64 string=#, hex string=#, keepers map(string)?~, length number!*
random_id 0: b64_std string=, b64_url string=, byte_length number!*, dec string=, hex string=, id string=, keepers map(string)?~, \
prefix string?*
random_integer 0: id string=, keepers map(string)?~, max number!*, min number!*, result number=, seed string?*
random_password 3: bcrypt_hash string=#, id string=, keepers map(string)?~, length number!*, lower bool?=* true, \
min_lower number?=* 0, min_numeric number?=* 0, min_special number?=* 0, min_upper number?=* 0, number bool?=* deprecated, \
numeric bool?=*, override_special string?~, result string=#, special bool?=* true, upper bool?=* true
random_pet 0: id string=, keepers map(string)?~, length number?=* 2, prefix string?*, separator string?=* \"-\"
random_shuffle 0: id string=, input list(string)!*, keepers map(string)?~, result list(string)=, result_count number?*, seed string?*
random_string 2: id string=, keepers map(string)?~, length number!*, lower bool?=* true, min_lower number?=* 0, \
min_numeric number?=* 0, min_special number?=* 0, min_upper number?=* 0, number bool?=* deprecated, numeric bool?=*, \
override_special string?~, result string=, special bool?=* true, upper bool?=* true
random_uuid 0: id string=, keepers map(string)?~, result string=
terraform_data 0: id string=, input any?, output any=, triggers_replace any?*
";

    fn fact(name: &str, attribute: &Attribute) -> String {
        let role = match attribute.role {
            Role::Required => "!",
            Role::Optional => "?",
            Role::OptionalComputed => "?=",
            Role::Computed => "=",
        };
        let replace = match attribute.replace {
            Replace::Never => "",
            Replace::Always => "*",
            Replace::When(_) => "~",
        };
        let sensitive = if attribute.sensitive { "#" } else { "" };
        let default = attribute.default.as_ref().map(|default| format!(" {default:?}")).unwrap_or_default();
        let deprecated = attribute.deprecated.map_or("", |_| " deprecated");
        format!("{name} {}{role}{replace}{sensitive}{default}{deprecated}", attribute.ty)
    }

    #[test]
    fn schemas_are_as_documented() {
        let mut facts = String::from("\n");
        for provider in providers(Arc::new(TestEntropy::new(1))) {
            for (name, resource_type) in provider.resources() {
                let schema = resource_type.schema();
                let all: Vec<String> =
                    schema.block.attributes.iter().map(|(name, attribute)| fact(name, attribute)).collect();
                writeln!(facts, "{name} {}: {}", schema.version, all.join(", ")).expect("a String takes everything");
                assert_eq!(resource_type.truth(), Truth::State, "{name}");
                assert!(schema.block.blocks.is_empty() && schema.timeouts.is_empty(), "{name}");
            }
        }
        let mut lines: Vec<&str> = facts.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines.join("\n"), FACTS.trim_end());
    }

    #[test]
    fn everything_is_described() {
        for provider in providers(Arc::new(TestEntropy::new(1))) {
            for (name, resource_type) in provider.resources() {
                let block = &resource_type.schema().block;
                let described =
                    block.attributes.values().map(|attribute| attribute.description).chain([block.description]);
                assert!(described.into_iter().all(|text| text.ends_with('.')), "{name}");
            }
        }
    }

    #[test]
    fn sources_are_terraforms() {
        let sources: Vec<&str> =
            providers(Arc::new(TestEntropy::new(1))).iter().map(|provider| provider.source()).collect();
        assert_eq!(
            sources,
            [
                "registry.terraform.io/hashicorp/random",
                "registry.terraform.io/hashicorp/null",
                "terraform.io/builtin/terraform"
            ]
        );
    }
}
