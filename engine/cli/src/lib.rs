//! wpinfra-cli
