//! wpinfra-schema-derive
