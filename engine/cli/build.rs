//! Has the program linked small: the AWS crates are not optimised (see the profiles in the workspace's `Cargo.toml`), so that
//! much of their code is there many times, and what is not there need not be read into memory.

use std::env;

/// Folds identical functions, and packs the list of places that the loader has to adjust.
const SMALL: [&str; 2] = ["-Wl,--icf=all", "-Wl,-z,pack-relative-relocs"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if links_with_lld() {
        for argument in SMALL {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}

/// Tells whether the linker is the LLD that comes with Rust, as it is on this target unless somebody has chosen another.
#[expect(clippy::disallowed_methods, reason = "Cargo speaks to build scripts through the environment")]
fn links_with_lld() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_chosen = env::var("RUSTC_LINKER").is_ok()
        || env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    let has_lld = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && is("CARGO_CFG_TARGET_ENV", "gnu");
    has_lld && !is_chosen
}
