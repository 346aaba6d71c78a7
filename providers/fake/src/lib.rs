//! wpinfra-fake
