//! Changes under a conversation's lock that collide with others, over rows that the lock does not cover: read marks,
//! people's notifications. Postgres ends such a deadlock by rolling one of the two back, which here is run again.

use crate::ChatError;

/// Times that a change is run. It collides about never, and then with one other; to collide four times in a row is to
/// be one of a crowd, which a further attempt would only swell.
const ATTEMPTS: u32 = 4;

/// Runs a change until it collides with nothing, a few times at most. It must do nothing that outlives its rollback
/// before its commit.
pub(crate) async fn retried<T, Changing>(mut change: impl FnMut() -> Changing) -> Result<T, ChatError>
where
    Changing: Future<Output = Result<T, ChatError>>,
{
    for _ in 1..ATTEMPTS {
        match change().await {
            Err(ChatError::Contended) => {}
            done => return done,
        }
    }
    change().await
}
