#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wpinfra_fuzz::targets::expression(&String::from_utf8_lossy(bytes)));
