//! wpinfra-plan
