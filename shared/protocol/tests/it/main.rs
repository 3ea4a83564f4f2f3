//! What no compiler checks: how the crates of the house stand to each other and how their files read.

mod house_rules;
