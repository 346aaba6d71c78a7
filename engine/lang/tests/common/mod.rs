//! A small provider and files in memory, for tests of the language.
#![expect(unreachable_pub, reason = "the module is part of several programs")]

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::model::{Model, ModelError};
use wpinfra_core::provider::{
    AnyDataSource, AnyResourceType, BoxFuture, Client, Identity, Observed, Provider, ReadRequest, RemoteId,
    RemoteResult, ResourceType, Token, resource,
};
use wpinfra_core::registry::Registry;
use wpinfra_core::schema::{
    Attribute, Block, Check, Format, NestedBlock, Nesting, Relation, Replace, Role, Schema, TypeSystem,
};
use wpinfra_core::{Diagnostics, Type, Value};
use wpinfra_lang::{Configuration, Environment, Files, InputVariables, InstalledModules};

/// Files by path.
#[derive(Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = path.trim_start_matches("./");
        self.0.get(path).cloned().ok_or_else(|| "no such file".to_owned())
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path.trim_start_matches("./"))
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        let prefix = if dir == "." { String::new() } else { format!("{dir}/") };
        let found: Vec<String> =
            self.0.keys().filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect();
        if found.is_empty() { Err("no such directory".to_owned()) } else { Ok(found) }
    }
}

/// Splits `-- path --` sections into files; text before the first is `main.tf`.
pub fn files(text: &str) -> Memory {
    let mut memory = Memory::default();
    let mut name = "main.tf".to_owned();
    let mut content = String::new();
    for line in text.split_inclusive('\n') {
        if let Some(next) = line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
            if !content.trim().is_empty() {
                memory.0.insert(std::mem::replace(&mut name, next.to_owned()), content.into_bytes());
            }
            next.clone_into(&mut name);
            content = String::new();
        } else {
            content.push_str(line);
        }
    }
    memory.0.insert(name, content.into_bytes());
    memory
}

pub fn environment(files: Memory) -> Environment {
    Environment {
        files: Arc::new(files),
        modules: InstalledModules::default(),
        root_dir: ".".to_owned(),
        working_dir: "/work".to_owned(),
        home_dir: None,
        now: "2030-01-02T03:04:05Z".to_owned(),
        workspace: "default".to_owned(),
        entropy: Arc::new(|count| vec![7; count]),
    }
}

/// Loads a configuration with inputs.
pub fn load_with(text: &str, inputs: Option<InputVariables>) -> (Option<Configuration>, Diagnostics) {
    Configuration::load(environment(files(text)), inputs, Arc::new(registry()))
}

pub fn registry() -> Registry {
    let thing = TestProvider::new("registry.terraform.io/hashicorp/test", resource(ThingType));
    let data = TestProvider::new("terraform.io/builtin/terraform", resource(DataType));
    Registry::new([Box::new(thing) as Box<dyn Provider>, Box::new(data)])
}

#[derive(Clone)]
struct Data(Value);

impl Model for Data {
    const NAME: &'static str = "terraform_data";

    fn schema() -> Schema {
        let attributes = BTreeMap::from([
            ("id", attribute(Type::String, Role::Computed)),
            ("input", attribute(Type::Dynamic, Role::Optional)),
            ("output", attribute(Type::Dynamic, Role::Computed)),
            ("triggers_replace", attribute(Type::Dynamic, Role::Optional)),
        ]);
        let block = Block { attributes, ..Block::default() };
        Schema { version: 0, type_system: TypeSystem::Strict, block, timeouts: BTreeMap::new() }
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        Ok(Self(value.clone()))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

#[derive(Clone)]
struct Thing(Value);

fn attribute(ty: Type, role: Role) -> Attribute {
    Attribute::new(ty, role)
}

impl Model for Thing {
    const NAME: &'static str = "test_thing";

    fn schema() -> Schema {
        let mut block = Block::default();
        let rule = Type::object([("port", Type::Number), ("cidrs", Type::list(Type::String)), ("note", Type::String)]);
        block.attributes = BTreeMap::from([
            ("id", attribute(Type::String, Role::Computed)),
            ("name", attribute(Type::String, Role::Required)),
            ("size", Attribute { checks: vec![Check::Range(1, 10)], ..attribute(Type::Number, Role::Optional) }),
            ("enabled", attribute(Type::Bool, Role::Optional)),
            (
                "kind",
                Attribute {
                    checks: vec![Check::OneOf(&["small", "large"])],
                    ..attribute(Type::String, Role::Optional)
                },
            ),
            (
                "cidr",
                Attribute { checks: vec![Check::Format(Format::Cidr4)], ..attribute(Type::String, Role::Optional) },
            ),
            ("zones", attribute(Type::list(Type::String), Role::Optional)),
            ("tags", attribute(Type::map(Type::String), Role::Optional)),
            ("any", attribute(Type::Dynamic, Role::Optional)),
            ("secret", Attribute { sensitive: true, ..attribute(Type::String, Role::OptionalComputed) }),
            ("rule", attribute(Type::set(rule), Role::OptionalComputed)),
            (
                "a",
                Attribute {
                    relations: vec![Relation::ConflictsWith(&["b"])],
                    ..attribute(Type::String, Role::Optional)
                },
            ),
            (
                "b",
                Attribute {
                    relations: vec![Relation::ConflictsWith(&["a"])],
                    ..attribute(Type::String, Role::Optional)
                },
            ),
        ]);
        let attributes = BTreeMap::from([
            ("key", attribute(Type::String, Role::Required)),
            ("value", attribute(Type::String, Role::Optional)),
        ]);
        let inner = Block { attributes, ..Block::default() };
        let nested = |nesting, block, max| NestedBlock {
            block,
            nesting,
            min: 0,
            max,
            replace: Replace::Never,
            computed: false,
            deprecated: None,
            relations: Vec::new(),
            unknown_on_update: &[],
        };
        let mut outer = inner.clone();
        outer.blocks.insert("inner", nested(Nesting::Set, inner.clone(), 0));
        block.blocks =
            BTreeMap::from([("setting", nested(Nesting::List, outer, 3)), ("one", nested(Nesting::Single, inner, 1))]);
        Schema { version: 0, type_system: TypeSystem::Legacy, block, timeouts: BTreeMap::new() }
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        Ok(Self(value.clone()))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// Resource types that do nothing.
macro_rules! idle {
    ($name:ident, $model:ty) => {
        struct $name;

        impl ResourceType for $name {
            type Model = $model;
            type Client = ();
            const IDENTITY: Identity = Identity::None;

            async fn create(&self, _: &(), _: &$model, _: &Token) -> RemoteResult<RemoteId> {
                Ok(RemoteId("1".to_owned()))
            }
            async fn read(&self, _: &(), _: &[ReadRequest<$model>]) -> RemoteResult<Vec<Option<Observed<$model>>>> {
                Ok(Vec::new())
            }
            async fn update(&self, _: &(), _: &RemoteId, _: &$model, _: &$model) -> RemoteResult<()> {
                Ok(())
            }
            async fn delete(&self, _: &(), _: &RemoteId, _: &$model) -> RemoteResult<()> {
                Ok(())
            }
            async fn find(&self, _: &(), _: &$model, _: &Token) -> RemoteResult<Option<RemoteId>> {
                Ok(None)
            }
        }
    };
}

idle!(ThingType, Thing);
idle!(DataType, Data);

struct TestProvider {
    source: &'static str,
    schema: Schema,
    resources: BTreeMap<&'static str, Box<dyn AnyResourceType>>,
    data_sources: BTreeMap<&'static str, Box<dyn AnyDataSource>>,
}

impl TestProvider {
    fn new(source: &'static str, kind: Box<dyn AnyResourceType>) -> Self {
        let mut block = Block::default();
        block.attributes.insert("region", Attribute::new(Type::String, Role::Optional));
        Self {
            source,
            schema: Schema { version: 0, type_system: TypeSystem::Strict, block, timeouts: BTreeMap::new() },
            resources: BTreeMap::from([(kind.name(), kind)]),
            data_sources: BTreeMap::new(),
        }
    }
}

impl Provider for TestProvider {
    fn source(&self) -> &'static str {
        self.source
    }
    fn version(&self) -> &'static str {
        "1.2.3"
    }
    fn schema(&self) -> &Schema {
        &self.schema
    }
    fn resources(&self) -> &BTreeMap<&'static str, Box<dyn AnyResourceType>> {
        &self.resources
    }
    fn data_sources(&self) -> &BTreeMap<&'static str, Box<dyn AnyDataSource>> {
        &self.data_sources
    }
    fn configure<'a>(&'a self, _config: &'a Value) -> BoxFuture<'a, Result<Client, Diagnostics>> {
        Box::pin(std::future::ready(Ok(Arc::new(()) as Client)))
    }
}
