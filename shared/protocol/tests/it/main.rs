//! What no compiler checks: how the crates of the house stand to each other and how their files read.

// The attribute is for clippy, which otherwise takes the functions between the tests for product code.
#[cfg(test)]
mod house_rules;
