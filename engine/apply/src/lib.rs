//! wpinfra-apply
