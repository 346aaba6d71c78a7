//! wpinfra-lang
