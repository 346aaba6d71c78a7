#![no_main]

use wpinfra_apply::state_file::{parse, print};

// What is read and written is read again as the same.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = parse(&String::from_utf8_lossy(bytes), "terraform.tfstate") else { return };
    let text = print(&file);
    let again = parse(&text, "terraform.tfstate").expect("what was written can be read");
    assert_eq!(text, print(&again));
});
