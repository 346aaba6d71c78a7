//! wpinfra-lang
pub mod functions;
