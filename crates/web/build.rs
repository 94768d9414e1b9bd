//! Has cargo see when the pages were built anew. Builds none: that is `make web`, and needs Node.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A debug build reads them from the disk each time, so that a page can be worked on without compiling.
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=built");
    }
}
