//! A small provider with hand-written schemas and a configuration made of values, for the tests of this crate.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;
use wpinfra_core::desired::{
    BlockId, BlockKind, BlockNode, Desired, DesiredInstance, DesiredOutput, Expansion, ImportTarget, Known, Lifecycle,
    Move, ProvisionWhen, Provisioner, Removal, Repetition,
};
use wpinfra_core::provider::{
    AnyDataSource, AnyResourceType, BoxFuture, Client, Creation, Draft, Identity, Observed, Provider, ReadRequest,
    RemoteError, RemoteErrorKind, RemoteId, RemoteResult, Token, Truth, Wait,
};
use wpinfra_core::registry::Registry;
use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting, Replace, Role, Schema, TypeSystem};
use wpinfra_core::state::{ObjectState, ObjectStatus, State};
use wpinfra_core::{
    ConfigAddress, Diagnostics, InstanceAddress, InstanceKey, ModuleInstance, ProviderAddress, Type, Value,
};

use crate::plan::{Facts, Mode, Need, Options, Outcome, Plan, RefreshedObject, Request};

const SOURCE: &str = "registry.terraform.io/hashicorp/test";

/// A resource type or data source of the test provider.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) schema: Schema,
    pub(crate) adjust: fn(&mut Draft<'_>),
    pub(crate) truth: Truth,
}

impl Kind {
    pub(crate) fn new(name: &'static str, schema: Schema) -> Self {
        Self { name, schema, adjust: |_| {}, truth: Truth::Remote }
    }
}

fn never<T>() -> RemoteResult<T> {
    Err(RemoteError::local(RemoteErrorKind::Bug, "test", "planning does no IO"))
}

impl AnyResourceType for Kind {
    fn name(&self) -> &'static str {
        self.name
    }
    fn schema(&self) -> &Schema {
        &self.schema
    }
    fn identity(&self) -> Identity {
        Identity::None
    }
    fn truth(&self) -> Truth {
        self.truth
    }
    fn creation(&self) -> Creation {
        Creation::Complete
    }
    fn ready(&self) -> Option<Wait> {
        None
    }
    fn gone(&self) -> Option<Wait> {
        None
    }
    fn validate(&self, _: &Value) -> Diagnostics {
        Diagnostics::new()
    }
    fn plan(&self, _: Option<&Client>, draft: &mut Draft<'_>) {
        (self.adjust)(draft);
    }
    fn upgrade(
        &self,
        version: u64,
        mut attributes: serde_json::Map<String, serde_json::Value>,
    ) -> serde_json::Map<String, serde_json::Value> {
        if version == 0
            && let Some(old) = attributes.remove("old_name")
        {
            attributes.insert("name".to_owned(), old);
        }
        attributes
    }
    fn prepare<'a>(&'a self, _: &'a Client, _: &'a Value) -> BoxFuture<'a, RemoteResult<Value>> {
        Box::pin(std::future::ready(never()))
    }
    fn create<'a>(&'a self, _: &'a Client, _: &'a Value, _: &'a Token) -> BoxFuture<'a, RemoteResult<RemoteId>> {
        Box::pin(std::future::ready(never()))
    }
    fn read<'a>(
        &'a self,
        _: &'a Client,
        _: &'a [ReadRequest<Value>],
    ) -> BoxFuture<'a, RemoteResult<Vec<Option<Observed<Value>>>>> {
        Box::pin(std::future::ready(never()))
    }
    fn update<'a>(
        &'a self,
        _: &'a Client,
        _: &'a RemoteId,
        _: &'a Value,
        _: &'a Value,
    ) -> BoxFuture<'a, RemoteResult<()>> {
        Box::pin(std::future::ready(never()))
    }
    fn delete<'a>(&'a self, _: &'a Client, _: &'a RemoteId, _: &'a Value) -> BoxFuture<'a, RemoteResult<()>> {
        Box::pin(std::future::ready(never()))
    }
    fn find<'a>(&'a self, _: &'a Client, _: &'a Value, _: &'a Token) -> BoxFuture<'a, RemoteResult<Option<RemoteId>>> {
        Box::pin(std::future::ready(never()))
    }
    fn generate(&self, _: &Client, _: &Value) -> RemoteResult<Value> {
        never()
    }
    fn generate_update(&self, _: &Client, _: &Value, _: &Value) -> RemoteResult<Value> {
        never()
    }
    fn import(&self, id: &str) -> Result<(RemoteId, Value), String> {
        Ok((RemoteId(id.to_owned()), self.schema.block.empty_value()))
    }
}

impl AnyDataSource for Kind {
    fn name(&self) -> &'static str {
        self.name
    }
    fn schema(&self) -> &Schema {
        &self.schema
    }
    fn validate(&self, _: &Value) -> Diagnostics {
        Diagnostics::new()
    }
    fn read<'a>(&'a self, _: &'a Client, _: &'a Value) -> BoxFuture<'a, RemoteResult<Value>> {
        Box::pin(std::future::ready(never()))
    }
}

/// Returns a schema of the older SDK's kind.
pub(crate) fn schema(attributes: Vec<(&'static str, Attribute)>, blocks: Vec<(&'static str, NestedBlock)>) -> Schema {
    let block =
        Block { description: "", attributes: attributes.into_iter().collect(), blocks: blocks.into_iter().collect() };
    Schema { version: 1, type_system: TypeSystem::Legacy, block, timeouts: BTreeMap::new() }
}

/// Returns a nested block.
pub(crate) fn nested(nesting: Nesting, attributes: Vec<(&'static str, Attribute)>) -> NestedBlock {
    NestedBlock {
        block: Block { description: "", attributes: attributes.into_iter().collect(), blocks: BTreeMap::new() },
        nesting,
        min: 0,
        max: 0,
        replace: Replace::Never,
        computed: false,
        deprecated: None,
        relations: Vec::new(),
        unknown_on_update: &[],
    }
}

pub(crate) fn required(ty: Type) -> Attribute {
    Attribute::new(ty, Role::Required)
}

pub(crate) fn optional(ty: Type) -> Attribute {
    Attribute::new(ty, Role::Optional)
}

pub(crate) fn computed(ty: Type) -> Attribute {
    Attribute::new(ty, Role::Computed)
}

pub(crate) fn optional_computed(ty: Type) -> Attribute {
    Attribute::new(ty, Role::OptionalComputed)
}

/// Returns an attribute whose change needs a new object.
pub(crate) fn forces(attribute: Attribute) -> Attribute {
    Attribute { replace: Replace::Always, ..attribute }
}

/// `test_thing`: `name` replaces, `note` does not, `peer` refers to others, `secret` is sensitive.
fn thing() -> Kind {
    let attributes = vec![
        ("id", computed(Type::String)),
        ("name", forces(optional(Type::String))),
        ("note", optional(Type::String)),
        ("peer", optional(Type::String)),
        ("secret", Attribute { sensitive: true, ..optional(Type::String) }),
        ("tags", optional(Type::map(Type::String))),
    ];
    Kind::new("test_thing", schema(attributes, Vec::new()))
}

struct TestProvider {
    schema: Schema,
    resources: BTreeMap<&'static str, Box<dyn AnyResourceType>>,
    data: BTreeMap<&'static str, Box<dyn AnyDataSource>>,
}

impl Provider for TestProvider {
    fn source(&self) -> &'static str {
        SOURCE
    }
    fn version(&self) -> &'static str {
        "1.0.0"
    }
    fn schema(&self) -> &Schema {
        &self.schema
    }
    fn resources(&self) -> &BTreeMap<&'static str, Box<dyn AnyResourceType>> {
        &self.resources
    }
    fn data_sources(&self) -> &BTreeMap<&'static str, Box<dyn AnyDataSource>> {
        &self.data
    }
    fn configure<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<Client, Diagnostics>> {
        Box::pin(std::future::ready(Ok(Arc::new(()) as Client)))
    }
}

/// Returns a registry with `test_thing`, `test_local` (whose truth is the state) and the data source `test_look`.
pub(crate) fn registry() -> Registry {
    let local = Kind { name: "test_local", truth: Truth::State, ..thing() };
    let look = Kind::new(
        "test_look",
        schema(vec![("of", optional(Type::String)), ("id", computed(Type::String))], Vec::new()),
    );
    let provider = TestProvider {
        schema: schema(vec![("region", optional(Type::String))], Vec::new()),
        resources: [("test_thing", Box::new(thing()) as Box<dyn AnyResourceType>), ("test_local", Box::new(local))]
            .into(),
        data: [("test_look", Box::new(look) as Box<dyn AnyDataSource>)].into(),
    };
    Registry::new([Box::new(provider) as Box<dyn Provider>])
}

/// A configuration: one line for each block.
///
/// `test_thing.a name=x peer=@test_thing.b note=? *2 !cbd !prevent !depends=test_thing.c`: arguments as texts, `@` for the id of
/// another block (of all instances, joined), `?` for an unknown value, `~x` for a sensitive one, `*2` for `count`, `*a,b` for `for_each`.
pub(crate) struct TestDesired {
    registry: Registry,
    nodes: Vec<BlockNode>,
    lines: BTreeMap<ConfigAddress, Vec<String>>,
    depends: Vec<Vec<BlockId>>,
    pub(crate) moves: Vec<Move>,
    pub(crate) removals: Vec<Removal>,
    pub(crate) imports: Vec<ImportTarget>,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) provider_config: Option<String>,
}

pub(crate) fn provider_address() -> ProviderAddress {
    ProviderAddress { module: Vec::new(), source: SOURCE.into(), alias: None }
}

pub(crate) fn address(text: &str) -> InstanceAddress {
    text.parse().expect(text)
}

impl TestDesired {
    pub(crate) fn new(text: &str) -> Self {
        let mut desired = Self {
            registry: registry(),
            nodes: Vec::new(),
            lines: BTreeMap::new(),
            depends: Vec::new(),
            moves: Vec::new(),
            removals: Vec::new(),
            imports: Vec::new(),
            outputs: BTreeMap::new(),
            provider_config: None,
        };
        let lines: Vec<Vec<String>> = text
            .lines()
            .map(|line| line.split_whitespace().map(str::to_owned).collect())
            .filter(|words: &Vec<String>| !words.is_empty())
            .collect();
        let configs: Vec<ConfigAddress> = lines.iter().map(|words| address(&words[0]).config()).collect();
        let find = |text: &str| {
            let wanted = address(text.split(['[', '#']).next().unwrap_or(text)).config();
            configs.iter().position(|config| *config == wanted).expect(text) + 1
        };
        let node = BlockNode {
            label: "provider".to_owned(),
            kind: BlockKind::Provider(provider_address()),
            references: Vec::new(),
            range: None,
        };
        desired.nodes.push(node);
        desired.depends.push(Vec::new());
        for (words, config) in lines.into_iter().zip(configs.iter()) {
            let depends: Vec<BlockId> = words
                .iter()
                .filter_map(|word| word.strip_prefix("!depends="))
                .flat_map(|names| names.split(',').map(find))
                .collect();
            let mut references: Vec<BlockId> = words
                .iter()
                .filter_map(|word| word.split_once("=@").map(|(_, name)| find(name)))
                .chain(words.iter().filter_map(|word| word.strip_prefix("!trigger=").map(find)))
                .chain(depends.iter().copied())
                .chain([0])
                .collect();
            references.sort_unstable();
            references.dedup();
            let kind = BlockKind::Resource(config.clone());
            desired.nodes.push(BlockNode { label: config.to_string(), kind, references, range: None });
            desired.depends.push(depends);
            desired.lines.insert(config.clone(), words);
        }
        desired
    }

    fn words(&self, block: &ConfigAddress) -> &[String] {
        &self.lines[block]
    }

    /// Returns the value that a word stands for.
    fn value(text: &str, known: &Known) -> Value {
        match text.split_at(1.min(text.len())) {
            ("?", _) => Value::unknown(Type::String),
            ("~", rest) => Value::string(rest).sensitive(),
            ("@", rest) => {
                let resource = address(rest).resource;
                let ids = known.resources[&resource].instances.values();
                let ids = ids.map(|value| value.get("id").unwrap_or_else(|| Value::unknown(Type::String)));
                let mut marks = wpinfra_core::Marks::NONE;
                let ids: Vec<Value> = ids.inspect(|id| marks |= id.marks()).collect();
                if ids.is_empty() || ids.iter().any(|id| !id.is_known()) {
                    return Value::unknown(Type::String);
                }
                Value::string(ids.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("+")).with_marks(marks)
            }
            _ => Value::string(text),
        }
    }
}

impl Desired for TestDesired {
    fn blocks(&self) -> &[BlockNode] {
        &self.nodes
    }

    fn explicit_dependencies(&self, block: BlockId) -> &[BlockId] {
        &self.depends[block]
    }

    fn expand(&self, block: &ConfigAddress, _: &Known) -> (Vec<Expansion>, Diagnostics) {
        let repeat = self.words(block).iter().find_map(|word| word.strip_prefix('*'));
        let (repetition, keys) = match repeat {
            None => (Repetition::Single, vec![None]),
            Some("?") => (Repetition::Unknown, Vec::new()),
            Some(text) => match text.parse::<u64>() {
                Ok(count) => (Repetition::Count, (0..count).map(|index| Some(InstanceKey::Index(index))).collect()),
                Err(_) => {
                    (Repetition::ForEach, text.split(',').map(|key| Some(InstanceKey::Name(key.into()))).collect())
                }
            },
        };
        let module = ModuleInstance(block.module.iter().map(|name| (Arc::clone(name), None)).collect());
        (vec![Expansion { resource: block.in_module(module), repetition, keys }], Diagnostics::new())
    }

    fn instance(&self, address: &InstanceAddress, known: &Known) -> (Option<DesiredInstance>, Diagnostics) {
        let schema =
            self.registry.schema(SOURCE, address.resource.mode, address.resource_type()).expect("a known type");
        let mut config = schema.block.empty_value();
        let mut lifecycle = Lifecycle::default();
        for word in self.words(&address.config()).iter().skip(1) {
            if let Some(rule) = word.strip_prefix('!') {
                match rule.split_once('=') {
                    None if rule == "cbd" => lifecycle.create_before_destroy = true,
                    None if rule == "prevent" => lifecycle.prevent_destroy = true,
                    Some(("trigger", name)) => {
                        let (name, attribute) = name.split_once('#').unwrap_or((name, ""));
                        let path = if attribute.is_empty() {
                            wpinfra_core::Path::root()
                        } else {
                            wpinfra_core::Path::root().attribute(attribute)
                        };
                        lifecycle.replace_triggered_by.push((self::address(name), path));
                    }
                    _ => {}
                }
            } else if let Some((name, text)) = word.split_once('=') {
                let text = text.replace("${key}", &address.key.as_ref().map(ToString::to_string).unwrap_or_default());
                config = config.with_attribute(name, Self::value(&text, known));
            }
        }
        let provider = provider_address();
        (
            Some(DesiredInstance { config, provider, lifecycle, range: None, argument_ranges: Vec::new() }),
            Diagnostics::new(),
        )
    }

    fn provider(&self, _: &ProviderAddress, known: &Known) -> (Option<Value>, Diagnostics) {
        let region =
            self.provider_config.as_ref().map_or_else(|| Value::null(Type::String), |text| Self::value(text, known));
        (Some(Value::object([("region", region)])), Diagnostics::new())
    }

    fn outputs(&self, known: &Known) -> (BTreeMap<String, DesiredOutput>, Diagnostics) {
        let outputs = self.outputs.iter().map(|(name, text)| {
            let value = Self::value(text, known);
            let sensitive = value.is_sensitive();
            (name.clone(), DesiredOutput { value, sensitive, description: None })
        });
        (outputs.collect(), Diagnostics::new())
    }

    fn check_before(&self, _: &InstanceAddress, _: &Known) -> Diagnostics {
        Diagnostics::new()
    }

    fn check_after(&self, _: &InstanceAddress, _: &Known) -> Diagnostics {
        Diagnostics::new()
    }

    fn checks(&self, _: &Known) -> Diagnostics {
        Diagnostics::new()
    }

    fn moves(&self) -> &[Move] {
        &self.moves
    }

    fn removals(&self) -> &[Removal] {
        &self.removals
    }

    fn imports(&self, _: &Known) -> (Vec<ImportTarget>, Diagnostics) {
        (self.imports.clone(), Diagnostics::new())
    }

    fn provisioners(&self, _: &InstanceAddress, _: ProvisionWhen, _: &Known) -> (Vec<Provisioner>, Diagnostics) {
        (Vec::new(), Diagnostics::new())
    }
}

/// Returns a state with one line for each object: `test_thing.a name=x <- test_thing.b` with dependencies, `!tainted`, `!deposed=KEY`.
///
/// The id is the address with `i-` before it, unless it is given.
pub(crate) fn state(text: &str) -> State {
    let mut state = State { lineage: "line".to_owned(), serial: 7, ..State::default() };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (line, dependencies) = line.split_once("<-").unwrap_or((line, ""));
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = address(words[0]);
        let mut object = ObjectState {
            status: ObjectStatus::Ready,
            schema_version: 1,
            attributes: [("id".to_owned(), json!(format!("i-{at}")))].into_iter().collect(),
            sensitive_paths: Vec::new(),
            private: None,
            dependencies: dependencies.split_whitespace().map(|text| address(text).config()).collect(),
            create_before_destroy: false,
            identity: None,
        };
        let mut deposed = None;
        for word in &words[1..] {
            match (word.strip_prefix('!'), word.split_once('=')) {
                (Some("tainted"), _) => object.status = ObjectStatus::Tainted,
                (Some(rule), _) => deposed = rule.strip_prefix("deposed="),
                (None, Some(("version", number))) => object.schema_version = number.parse().expect("a number"),
                (None, Some((name, value))) => drop(object.attributes.insert(name.to_owned(), json!(value))),
                (None, None) => panic!("{word}"),
            }
        }
        let instance = state.instance_mut(&at, &provider_address());
        match deposed {
            Some(key) => drop(instance.deposed.insert(key.to_owned(), object)),
            None => instance.current = Some(object),
        }
    }
    state
}

/// The world for a test: what a refresh finds where it differs from the state.
#[derive(Default)]
pub(crate) struct World {
    /// Objects that are gone.
    pub(crate) gone: Vec<&'static str>,
    /// Attributes that were changed outside: address, attribute, value.
    pub(crate) changed: Vec<(&'static str, &'static str, &'static str)>,
}

/// A finished plan, and what was asked for in each round.
pub(crate) struct Run {
    pub(crate) plan: Option<Plan>,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) rounds: Vec<String>,
}

/// Plans, answering every need from the state and the world.
pub(crate) fn run(desired: &TestDesired, state: &State, options: &Options, world: &World) -> Run {
    let registry = registry();
    let mut facts = Facts::default();
    let mut rounds = Vec::new();
    loop {
        let request = Request { desired, registry: &registry, state, facts: &facts, options };
        let (outcome, diagnostics) = crate::plan(&request);
        let needs = match outcome {
            None => return Run { plan: None, diagnostics, rounds },
            Some(Outcome::Finished(plan)) => {
                assert_eq!(crate::lint(&plan.graph), Vec::<String>::new());
                return Run { plan: Some(*plan), diagnostics, rounds };
            }
            Some(Outcome::Needs(needs)) => needs,
        };
        assert!(rounds.len() < 10, "planning does not end: {rounds:?}");
        rounds.push(answer(needs, &mut facts, world));
    }
}

fn answer(needs: Vec<Need>, facts: &mut Facts, world: &World) -> String {
    let mut asked = Vec::new();
    for need in needs {
        match need {
            Need::Client { provider, .. } => {
                asked.push("client".to_owned());
                facts.clients.insert(provider, Arc::new(()) as Client);
            }
            Need::Refresh { address, deposed, prior, .. } => {
                asked.push(format!("refresh {address}"));
                let text = address.to_string();
                let found = if world.gone.contains(&text.as_str()) {
                    RefreshedObject::Gone
                } else {
                    let changes = world.changed.iter().filter(|(at, ..)| *at == text);
                    RefreshedObject::Found(changes.fold(prior.without_deep_marks(), |value, (_, name, to)| {
                        value.with_attribute(name, Value::string(to))
                    }))
                };
                facts.refreshed.insert((address, deposed), found);
            }
            Need::Data { address, config, .. } => {
                asked.push(format!("read {address}"));
                let result = config.with_attribute("id", Value::string(format!("d-{address}")));
                facts.data.insert(address, (result, config));
            }
            Need::Open { address, config, .. } => {
                asked.push(format!("open {address}"));
                facts.opened.insert(address, (config.without_deep_marks(), config));
            }
            Need::Import { address, id, .. } => {
                asked.push(format!("import {address}"));
                let registry = registry();
                let resource = registry.resource(SOURCE, address.resource_type()).expect("a known type");
                let value = resource.schema().block.empty_value().with_attribute("id", Value::string(&id));
                facts.imported.insert(address, (id.clone(), (id != "missing").then_some(value)));
            }
        }
    }
    asked.join(", ")
}

/// Plans and returns changes, outputs and steps as text; or the errors.
pub(crate) fn show(desired: &TestDesired, state: &State, options: &Options, world: &World) -> String {
    let Run { plan, diagnostics, .. } = run(desired, state, options, world);
    let mut out = String::new();
    for problem in &diagnostics {
        let address = problem.address.as_ref().map(|address| format!(" ({address})")).unwrap_or_default();
        writeln!(out, "{:?}: {}{address}: {}", problem.severity, problem.summary, problem.detail).expect("room");
    }
    let Some(plan) = plan else { return out };
    for change in &plan.changes {
        out.push_str(&describe(change));
    }
    for change in &plan.drift {
        out += "drift: ";
        out += &describe(change);
    }
    for (name, output) in &plan.outputs {
        writeln!(out, "output {name}: {:?} {:?} -> {:?}", output.action(), output.before, output.after).expect("room");
    }
    out.push_str(&plan.graph.to_string());
    out
}

fn describe(change: &crate::plan::Change) -> String {
    let deposed = change.deposed.as_ref().map(|key| format!(" deposed {key}")).unwrap_or_default();
    let moved = change.previous_address.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
    let reason = change.reason.as_ref().map(|reason| format!(" {reason:?}")).unwrap_or_default();
    let paths: Vec<String> = change.replace_paths.iter().map(ToString::to_string).collect();
    let paths = if paths.is_empty() { String::new() } else { format!(" at {}", paths.join(" ")) };
    let importing = change.importing.as_ref().map(|id| format!(" importing {id}")).unwrap_or_default();
    let differs = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let names =
                after.mapping().into_iter().flatten().filter(|(name, value)| before.get(name).as_ref() != Some(*value));
            names.map(|(name, value)| format!(" {name}={value:?}")).collect::<Vec<_>>().concat()
        }
        _ => String::new(),
    };
    format!("{:?}{deposed} {}{moved}{reason}{paths}{importing}{differs}\n", change.action, change.address)
}

pub(crate) fn normal() -> Options {
    Options { mode: Mode::Normal, refresh: true, ..Options::default() }
}

/// Returns the value of a type from JSON, with `<?>` for what is not known; attributes and blocks that lack are not set.
pub(crate) fn value_from(json: &serde_json::Value, ty: &Type, block: Option<&Block>) -> Value {
    if json == "<?>" {
        return Value::unknown(ty.clone());
    }
    let inner = |name: &str| block.and_then(|block| block.blocks.get(name));
    match (ty, json) {
        (Type::List(element), serde_json::Value::Array(items)) => {
            Value::list((**element).clone(), items.iter().map(|item| value_from(item, element, block)).collect())
        }
        (Type::Set(element), serde_json::Value::Array(items)) => {
            Value::set((**element).clone(), items.iter().map(|item| value_from(item, element, block)).collect())
        }
        (Type::Map(element), serde_json::Value::Object(items)) => {
            let items = items.iter().map(|(key, item)| (key.as_str(), value_from(item, element, block)));
            Value::map((**element).clone(), items)
        }
        (Type::Object(object), serde_json::Value::Object(items)) => {
            Value::object(object.attributes.iter().map(|(name, ty)| {
                let nested = inner(name);
                let value = match (items.get(&**name), nested) {
                    (Some(item), _) => value_from(item, ty, nested.map(|nested| &nested.block)),
                    (None, Some(nested)) => nested.empty(),
                    (None, None) => Value::null(ty.clone()),
                };
                (Arc::clone(name), value)
            }))
        }
        _ => wpinfra_core::json::from_json(json, ty).expect("JSON of the type"),
    }
}
