//! Schemas: what a resource type, data source or provider block accepts, and what a change of it means.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::types::Type;
use crate::value::Value;

/// The schema of a resource type, a data source or a provider's configuration.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Version that the state records with the attributes.
    pub version: u64,
    /// Which of the two generations of providers the type imitates.
    pub type_system: TypeSystem,
    /// Attributes and nested blocks.
    pub block: Block,
    /// Operations with a time limit that `timeouts` can change, with their default in seconds.
    pub timeouts: BTreeMap<&'static str, u64>,
}

/// How strictly a type distinguishes "not set" from empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeSystem {
    /// As types of the older provider SDK: a prior "", 0, false or empty collection equals an unset argument, and
    /// unset arguments inside of set blocks become those.
    Legacy,
    /// Null is null.
    Strict,
}

/// Attributes and blocks at one level.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// What it is for, one sentence.
    pub description: &'static str,
    /// Attributes by name.
    pub attributes: BTreeMap<&'static str, Attribute>,
    /// Nested blocks by name.
    pub blocks: BTreeMap<&'static str, NestedBlock>,
}

/// Who gives an attribute its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The configuration must.
    Required,
    /// The configuration may; otherwise it is null or the default.
    Optional,
    /// The configuration may; otherwise the provider does.
    OptionalComputed,
    /// Only the provider does.
    Computed,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// What it means, one sentence.
    pub description: &'static str,
    /// Type of its value.
    pub ty: Type,
    /// Who gives the value.
    pub role: Role,
    /// Value where the configuration gives none.
    pub default: Option<Value>,
    /// Whether a change replaces the resource.
    pub replace: Replace,
    /// Whether the value is to be hidden.
    pub sensitive: bool,
    /// Whether the value is passed on at apply and never recorded.
    pub write_only: bool,
    /// Whether the remote service never tells the value: it is kept as configured, and cannot drift.
    pub local: bool,
    /// Whether an apply records the service's wording where it means the same as what was planned.
    pub as_observed: bool,
    /// Whether the type plans a value of its own where none is configured, though the provider never computes one.
    pub planned_by_type: bool,
    /// What to use instead, if the attribute should not be used any more.
    pub deprecated: Option<&'static str>,
    /// When two values mean the same.
    pub equality: Equality,
    /// The one wording in which a configured value is planned and recorded, where configurations may have several.
    pub canonical: Option<fn(&Value) -> Value>,
    /// What a configured value must look like.
    pub checks: Vec<Check>,
    /// How it stands to other attributes.
    pub relations: Vec<Relation>,
    /// Attributes (dotted paths, `*` for all) whose change in place makes this one unknown.
    pub unknown_on_update: &'static [&'static str],
    /// For an attribute of objects that may be written as blocks: the value of a field that an element leaves out.
    pub element_defaults: Option<Value>,
}

/// Whether a change of an attribute needs a new remote object.
#[derive(Clone, Copy, Debug)]
pub enum Replace {
    /// It can be changed in place.
    Never,
    /// Every change does.
    Always,
    /// The change from the first to the second value does if this says so.
    When(fn(&Value, &Value) -> bool),
}

/// When two values of an attribute mean the same, so that the prior one is kept and no change planned.
#[derive(Clone, Copy, Debug)]
pub enum Equality {
    /// When they are the same.
    Exact,
    /// When they differ only in the case of letters.
    IgnoringCase,
    /// When they are the same JSON apart from white space and the order of keys.
    Json,
    /// When this says so (prior or planned value, other value; both known, not null, without marks).
    By(fn(&Value, &Value) -> bool),
}

/// What a configured value must look like.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of these texts, in any case of letters.
    OneOfIgnoringCase(&'static [&'static str]),
    /// A number from the first to the second.
    Range(i64, i64),
    /// A whole number.
    Integer,
    /// Text of so many characters.
    Length(usize, usize),
    /// Text that the regular expression matches; the words say what it should be.
    Pattern(&'static str, &'static str),
    /// Text in a known format.
    Format(Format),
    /// So many elements.
    Items(usize, usize),
    /// What the function says: the sentence tells what the value should be.
    By(fn(&Value) -> Result<(), String>),
    /// The check holds for every element of a list or set, or every value of a map.
    Each(&'static Self),
}

/// Formats of texts that several services share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `10.0.0.0/16`, with no bits set beyond the prefix.
    Cidr4,
    /// `2001:db8::/56`, with no bits set beyond the prefix.
    Cidr6,
    /// Either of the two.
    Cidr,
    /// `10.0.0.1`
    Ipv4,
    /// `2001:db8::1`
    Ipv6,
    /// `arn:aws:…`
    Arn,
    /// Any JSON text.
    Json,
    /// A JSON object that may be an IAM policy.
    Policy,
    /// `2030-01-01T00:00:00Z`
    Rfc3339,
    /// A duration as Go writes it: `1h30m`.
    Duration,
    /// A maintenance window: `mon:04:00-mon:05:00`.
    WeekWindow,
    /// A daily window: `02:00-03:00`.
    DayWindow,
    /// Base64.
    Base64,
    /// Twelve digits.
    AccountId,
}

/// How an attribute or block stands to others; dotted paths from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Not together with any of these.
    ConflictsWith(&'static [&'static str]),
    /// Exactly one of these, itself included, must be set.
    ExactlyOneOf(&'static [&'static str]),
    /// At least one of these, itself included, must be set.
    AtLeastOneOf(&'static [&'static str]),
    /// If it is set, these must be.
    RequiredWith(&'static [&'static str]),
}

/// How often a nested block may stand and what its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one: an object or null.
    Single,
    /// Any number in order: a list of objects.
    List,
    /// Any number without order: a set of objects.
    Set,
    /// Any number, each with a label: a map of objects.
    Map,
}

/// A nested block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// What it holds.
    pub block: Block,
    /// How its value is formed.
    pub nesting: Nesting,
    /// Least number of blocks.
    pub min: usize,
    /// Greatest number of blocks; 0 for any.
    pub max: usize,
    /// Whether adding or removing one replaces the resource.
    pub replace: Replace,
    /// Whether the provider gives the value where no block stands; the prior one is kept then.
    pub computed: bool,
    /// What to use instead, if the block should not be used any more.
    pub deprecated: Option<&'static str>,
    /// How it stands to other attributes and blocks.
    pub relations: Vec<Relation>,
    /// Attributes (dotted paths) whose change in place makes it unknown.
    pub unknown_on_update: &'static [&'static str],
}

impl Attribute {
    /// Returns an attribute that can be changed in place, without checks.
    pub fn new(ty: Type, role: Role) -> Self {
        Self {
            description: "",
            ty,
            role,
            default: None,
            replace: Replace::Never,
            sensitive: false,
            write_only: false,
            local: false,
            as_observed: false,
            planned_by_type: false,
            deprecated: None,
            equality: Equality::Exact,
            canonical: None,
            checks: Vec::new(),
            relations: Vec::new(),
            unknown_on_update: &[],
            element_defaults: None,
        }
    }

    /// Tells whether the configuration may set it.
    pub fn is_configurable(&self) -> bool {
        self.role != Role::Computed
    }

    /// Tells whether the provider may give it a value.
    pub fn is_computed(&self) -> bool {
        matches!(self.role, Role::Computed | Role::OptionalComputed)
    }

    /// Returns the object type of the elements if the attribute may be written as blocks instead.
    ///
    /// The older SDK makes an attribute out of an optional and computed list or set of objects; configurations write blocks.
    pub fn element_object(&self) -> Option<&Type> {
        let (Type::List(element) | Type::Set(element)) = &self.ty else { return None };
        matches!(**element, Type::Object(_)).then_some(&**element)
    }
}

impl NestedBlock {
    /// Returns the type of the value of all blocks of this name.
    pub fn implied_type(&self) -> Type {
        let object = self.block.implied_type();
        match self.nesting {
            Nesting::Single => object,
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Map => Type::map(object),
        }
    }

    /// Returns the value where no block stands.
    pub fn empty(&self) -> Value {
        let object = self.block.implied_type();
        match self.nesting {
            Nesting::Single => Value::null(object),
            Nesting::List => Value::list(object, Vec::new()),
            Nesting::Set => Value::set(object, Vec::new()),
            Nesting::Map => Value::map(object, Vec::<(Arc<str>, Value)>::new()),
        }
    }
}

impl Block {
    /// Returns the type of the value of the block: an object.
    pub fn implied_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| (*name, attribute.ty.clone()));
        let blocks = self.blocks.iter().map(|(name, block)| (*name, block.implied_type()));
        Type::object(attributes.chain(blocks))
    }

    /// Returns the value of a block in which nothing is set.
    pub fn empty_value(&self) -> Value {
        let attributes = self.attributes.iter().map(|(name, attribute)| (*name, Value::null(attribute.ty.clone())));
        let blocks = self.blocks.iter().map(|(name, block)| (*name, block.empty()));
        Value::object(attributes.chain(blocks))
    }
}

impl Schema {
    /// Returns the type of the value.
    pub fn implied_type(&self) -> Type {
        self.block.implied_type()
    }
}
