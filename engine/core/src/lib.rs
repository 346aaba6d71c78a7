//! The nouns of wpinfra: values, schemas, addresses, diagnostics, state and the traits that resource types implement.
//!
//! Nothing in here reads files, sleeps, prints, parses HCL or knows AWS; every other crate builds on it.

pub mod address;
pub mod convert;
pub mod desired;
pub mod diagnostic;
pub mod json;
pub mod marks;
pub mod model;
pub mod number;
pub mod number_format;
pub mod path;
pub mod provider;
pub mod quote;
pub mod refinement;
pub mod registry;
pub mod schema;
pub mod set_order;
pub mod stack;
pub mod state;
pub mod types;
pub mod unify;
pub mod validate;
pub mod value;

pub use address::{
    ConfigAddress, InstanceAddress, InstanceKey, Mode, ModuleInstance, ProviderAddress, ResourceAddress,
};
pub use diagnostic::{Class, Diagnostic, Diagnostics, Severity, SourcePosition, SourceRange};
pub use marks::Marks;
pub use number::Number;
pub use path::{Path, PathStep};
pub use types::Type;
pub use value::Value;
