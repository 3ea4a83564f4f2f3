//! Own accounts. (skeleton)
#![expect(missing_docs, reason = "skeleton")]
use crate::passwords::Passwords;
use runtime::Clock;
use store::Store;

#[derive(Clone, Debug)]
pub struct Accounts {
    #[expect(dead_code, reason = "skeleton")]
    store: Store,
    #[expect(dead_code, reason = "skeleton")]
    clock: Clock,
    #[expect(dead_code, reason = "skeleton")]
    passwords: Passwords,
    #[expect(dead_code, reason = "skeleton")]
    tokens: runtime::tokens::Tokens,
}
