//! Waiting for what comes by itself, with an end.

use tokio::time::{sleep, timeout};

use crate::processes::POLL;

pub(crate) use crate::person::PATIENCE;

/// Asks again until it is so.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !is_so().await {
            sleep(POLL).await;
        }
    };
    assert!(
        timeout(PATIENCE, asking).await.is_ok(),
        "it never came true: {what}"
    );
}
