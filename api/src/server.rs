//! How a process serves the REST side.

use runtime::config::ApiConfig;
use runtime::{Tasks, http};
use tokio::net::TcpListener;

use crate::{AppState, router};

/// Serves the API until the process drains; requests under way finish. To be spawned as a vital task.
pub async fn serve(listener: TcpListener, state: AppState, config: &ApiConfig, tasks: Tasks) {
    http::serve(listener, router(state, config), tasks).await;
}
