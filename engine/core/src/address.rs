//! Addresses: the names by which configuration, plan and state speak of resources.
//!
//! A [`ConfigAddress`] names a block, which may stand for several instances; an [`InstanceAddress`] names one of them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What kind of block an address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A `resource` block.
    Managed,
    /// A `data` block.
    Data,
    /// An `ephemeral` block.
    Ephemeral,
}

/// The key of one instance of a block with `count` or `for_each`.
///
/// Numbers come before strings and in their own order, so that `[10]` follows `[9]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// Position with `count`.
    Index(u64),
    /// Key with `for_each`.
    Name(Arc<str>),
}

/// The instance of a module: the calls that lead to it, each with the key of the call; empty for the root module.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleInstance(pub Vec<(Arc<str>, Option<InstanceKey>)>);

/// A resource or data block, in all instances of its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigAddress {
    /// The names of the module calls that lead to the block.
    pub module: Vec<Arc<str>>,
    /// What kind of block.
    pub mode: Mode,
    /// Type: `aws_subnet`.
    pub resource_type: Arc<str>,
    /// Name: `public`.
    pub name: Arc<str>,
}

/// A resource or data block in one instance of its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceAddress {
    /// The instance of the module that the block stands in.
    pub module: ModuleInstance,
    /// What kind of block.
    pub mode: Mode,
    /// Type: `aws_subnet`.
    pub resource_type: Arc<str>,
    /// Name: `public`.
    pub name: Arc<str>,
}

/// One instance of a resource or data block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceAddress {
    /// The block in its module instance.
    pub resource: ResourceAddress,
    /// The key, if the block has `count` or `for_each`.
    pub key: Option<InstanceKey>,
}

/// A provider configuration as the state names it: `provider["registry.terraform.io/hashicorp/aws"].alias`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderAddress {
    /// The names of the module calls that lead to the `provider` block.
    pub module: Vec<Arc<str>>,
    /// Source: `registry.terraform.io/hashicorp/aws`.
    pub source: Arc<str>,
    /// Alias, if it is not the default configuration.
    pub alias: Option<Arc<str>>,
}

impl ResourceAddress {
    /// Returns the address of the block without the keys of its modules.
    pub fn config(&self) -> ConfigAddress {
        ConfigAddress {
            module: self.module.0.iter().map(|(name, _)| Arc::clone(name)).collect(),
            mode: self.mode,
            resource_type: Arc::clone(&self.resource_type),
            name: Arc::clone(&self.name),
        }
    }

    /// Returns the address of the instance with the key.
    pub fn instance(&self, key: Option<InstanceKey>) -> InstanceAddress {
        InstanceAddress { resource: self.clone(), key }
    }
}

impl ConfigAddress {
    /// Returns the address of the block in one instance of its module.
    pub fn in_module(&self, module: ModuleInstance) -> ResourceAddress {
        ResourceAddress {
            module,
            mode: self.mode,
            resource_type: Arc::clone(&self.resource_type),
            name: Arc::clone(&self.name),
        }
    }
}

impl InstanceAddress {
    /// Returns the address of the block without any keys.
    pub fn config(&self) -> ConfigAddress {
        self.resource.config()
    }

    /// Returns the type of the resource.
    pub fn resource_type(&self) -> &str {
        &self.resource.resource_type
    }
}

impl ModuleInstance {
    /// Tells whether this is the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the instance of a module that is called from this one.
    #[must_use]
    pub fn child(&self, name: &str, key: Option<InstanceKey>) -> Self {
        let mut steps = self.0.clone();
        steps.push((name.into(), key));
        Self(steps)
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Name(name) => write!(f, "[{}]", quoted(name)),
        }
    }
}

impl fmt::Display for ModuleInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, key)) in self.0.iter().enumerate() {
            write!(f, "{}module.{name}", if index == 0 { "" } else { "." })?;
            if let Some(key) = key {
                write!(f, "{key}")?;
            }
        }
        Ok(())
    }
}

fn write_resource(f: &mut fmt::Formatter<'_>, mode: Mode, resource_type: &str, name: &str) -> fmt::Result {
    let prefix = match mode {
        Mode::Managed => "",
        Mode::Data => "data.",
        Mode::Ephemeral => "ephemeral.",
    };
    write!(f, "{prefix}{resource_type}.{name}")
}

impl fmt::Display for ConfigAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.module {
            write!(f, "module.{name}.")?;
        }
        write_resource(f, self.mode, &self.resource_type, &self.name)
    }
}

impl fmt::Display for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write_resource(f, self.mode, &self.resource_type, &self.name)
    }
}

impl fmt::Display for InstanceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.resource)?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "{key}"))
    }
}

impl fmt::Display for ProviderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.module {
            write!(f, "module.{name}.")?;
        }
        write!(f, "provider[\"{}\"]", self.source)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(f, ".{alias}"))
    }
}

/// Writes a string as the language quotes it: template markers are escaped too.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (index, character) in text.char_indices() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if text[index + 1..].starts_with('{') => {
                out.push(character);
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(String);

/// Reads an address from left to right.
struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, rest: text }
    }

    fn error(&self, wanted: &str) -> AddressError {
        AddressError(format!(
            "{wanted} is expected at character {} of {:?}",
            self.text.len() - self.rest.len() + 1,
            self.text
        ))
    }

    fn take(&mut self, token: &str) -> bool {
        self.rest.strip_prefix(token).is_some_and(|rest| {
            self.rest = rest;
            true
        })
    }

    fn identifier(&mut self) -> Result<Arc<str>, AddressError> {
        let fits = |(index, c): (usize, char)| c.is_alphanumeric() || c == '_' || (index > 0 && c == '-');
        let end = self.rest.char_indices().find(|&at| !fits(at)).map_or(self.rest.len(), |(index, _)| index);
        if end == 0 || self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.error("a name"));
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name.into())
    }

    fn key(&mut self) -> Result<Option<InstanceKey>, AddressError> {
        if !self.take("[") {
            return Ok(None);
        }
        let key = if self.take("\"") { InstanceKey::Name(self.string()?.into()) } else { self.index()? };
        if self.take("]") { Ok(Some(key)) } else { Err(self.error("\"]\"")) }
    }

    fn index(&mut self) -> Result<InstanceKey, AddressError> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let index = digits.parse().map_err(|_| self.error("a number or a quoted key"))?;
        self.rest = rest;
        Ok(InstanceKey::Index(index))
    }

    /// Reads to the closing quote, with the escapes that [`quoted`] writes.
    fn string(&mut self) -> Result<String, AddressError> {
        let mut out = String::new();
        let mut characters = self.rest.char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[index + 1..];
                    return Ok(out);
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, other)) => out.push(other),
                    None => break,
                },
                '$' | '%' => {
                    out.push(character);
                    if self.rest[index..].starts_with(&format!("{character}{character}{{")) {
                        characters.next();
                    }
                }
                other => out.push(other),
            }
        }
        Err(self.error("a closing quote"))
    }

    fn module(&mut self) -> Result<ModuleInstance, AddressError> {
        let mut steps = Vec::new();
        while self.take("module.") {
            let name = self.identifier()?;
            steps.push((name, self.key()?));
            if !self.rest.is_empty() && !self.take(".") {
                return Err(self.error("\".\""));
            }
        }
        Ok(ModuleInstance(steps))
    }

    fn resource(&mut self) -> Result<ResourceAddress, AddressError> {
        let module = self.module()?;
        let mode = if self.take("data.") {
            Mode::Data
        } else if self.take("ephemeral.") {
            Mode::Ephemeral
        } else {
            Mode::Managed
        };
        let resource_type = self.identifier()?;
        if !self.take(".") {
            return Err(self.error("\".\" and the name of the resource"));
        }
        Ok(ResourceAddress { module, mode, resource_type, name: self.identifier()? })
    }

    fn end<T>(&self, parsed: T) -> Result<T, AddressError> {
        if self.rest.is_empty() { Ok(parsed) } else { Err(self.error("the end")) }
    }
}

impl FromStr for ModuleInstance {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut reader = Reader::new(text);
        let module = reader.module()?;
        reader.end(module)
    }
}

impl FromStr for ResourceAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut reader = Reader::new(text);
        let resource = reader.resource()?;
        reader.end(resource)
    }
}

impl FromStr for InstanceAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut reader = Reader::new(text);
        let resource = reader.resource()?;
        let key = reader.key()?;
        reader.end(Self { resource, key })
    }
}

impl FromStr for ProviderAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut reader = Reader::new(text);
        let module = reader.module()?.0.into_iter().map(|(name, _)| name).collect();
        if !reader.take("provider[\"") {
            return Err(reader.error("provider[\"…\"]"));
        }
        let source = reader.string()?.into();
        if !reader.take("]") {
            return Err(reader.error("\"]\""));
        }
        let alias = if reader.take(".") { Some(reader.identifier()?) } else { None };
        reader.end(Self { module, source, alias })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_addresses_are_read_back() {
        for text in [
            "aws_vpc.main",
            "data.aws_region.here",
            "aws_subnet.public[0]",
            "aws_subnet.public[\"a b\"]",
            "module.net[\"x\\\"]y\"].module.inner[3].aws_subnet.public[\"$${a}\"]",
        ] {
            let address: InstanceAddress = text.parse().expect(text);
            assert_eq!(address.to_string(), text);
        }
        let provider = "module.a.provider[\"registry.terraform.io/hashicorp/aws\"].west";
        assert_eq!(provider.parse::<ProviderAddress>().expect(provider).to_string(), provider);
    }

    #[test]
    fn broken_addresses_say_where() {
        for (text, wanted) in [
            ("aws_vpc", "\".\" and the name of the resource is expected at character 8"),
            ("aws_vpc.main[", "a number or a quoted key is expected at character 14"),
            ("aws_vpc.main[\"a", "a closing quote is expected at character 15"),
            ("aws_vpc.main.id", "the end is expected at character 13"),
            ("1.a", "a name is expected at character 1"),
        ] {
            let error = text.parse::<InstanceAddress>().expect_err(text).to_string();
            assert!(error.starts_with(wanted), "{text}: {error}");
        }
    }

    #[test]
    fn keys_sort_as_people_count() {
        let mut keys = [InstanceKey::Name("a".into()), InstanceKey::Index(10), InstanceKey::Index(9)];
        keys.sort();
        assert_eq!(keys.map(|key| key.to_string()).join(""), "[9][10][\"a\"]");
    }
}
