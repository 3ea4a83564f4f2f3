//! What the clients of the seed systems rely on, held row by row: every capability that the core must offer, every
//! resolution of a conflict between the seeds, every defect of theirs that must not come back, and a whole story in
//! each dialect. Two API nodes and two gateways as processes, over PostgreSQL and Redis; nothing is used but what a
//! client sees: HTTP and sockets.
//!
//! A row is one line of a table in `capabilities.rs`, `resolutions.rs` or `defects.rs` and a function below it;
//! `complete.rs` counts the rows. To add one: the line, the function, the count.

#![cfg(test)]

mod accounts;
mod answer;
mod capabilities;
mod cluster;
mod complete;
mod defects;
mod kstu;
mod mini;
mod oko;
mod patience;
mod person;
#[expect(dead_code, reason = "made for the other suite, which does more with it")]
#[path = "../it/processes.rs"]
mod processes;
#[path = "../it/programs.rs"]
mod programs;
mod resolutions;
#[path = "../it/services.rs"]
mod services;
mod socket;
mod stories_kstu;
mod stories_mini;
mod stories_oko;

/// A table of promises, each with a test that goes by the promise's name.
macro_rules! contract {
    ($(#[$about:meta])* $table:ident { $($row:literal => $module:ident :: $name:ident,)+ }) => {
        $(#[$about])*
        pub(crate) const $table: &[(&str, &str)] = &[$(($row, stringify!($name))),+];

        $(
            #[tokio::test]
            async fn $name() {
                $crate::cluster::on_a_cluster($module::$name).await;
            }
        )+
    };
}
use contract;
