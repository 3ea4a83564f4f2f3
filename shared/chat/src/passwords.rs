//! (skeleton)
#![expect(missing_docs, reason = "skeleton")]
#[derive(Clone, Debug)]
pub struct Passwords;
