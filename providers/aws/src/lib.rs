//! wpinfra-aws
