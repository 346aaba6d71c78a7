//! Integration tests: one binary, so that it is linked once. A file that is missing below fails the tidy test.

mod conformance;
mod exceptions;
mod facts;
mod lints;
mod process;
mod schemas;
mod tidy;
