//! wpinfra-std
