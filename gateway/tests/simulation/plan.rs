//! What a seed's world is like: drawn once, so that quiet worlds and bad ones are both among the seeds.

use rand::RngExt;
use rand::rngs::StdRng;

use crate::world::{MS, Time};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) rooms: usize,
    pub(crate) users: i64,
    pub(crate) clients: usize,
    pub(crate) nodes: usize,
    /// When writing and failing end.
    pub(crate) end: Time,
    /// The longest pause between two changes.
    pub(crate) pause: Time,
    /// How late a frame may be.
    pub(crate) lateness: Time,
    pub(crate) lost: f64,
    pub(crate) doubled: f64,
    /// How often a node dies between its commit and its publishing.
    pub(crate) unpublished: f64,
    /// How long one statement may take.
    pub(crate) statement: Time,
    pub(crate) failing_statements: f64,
    /// Changes in one page of a resume.
    pub(crate) page: usize,
    pub(crate) outbox_bytes: usize,
    /// Frames that lie in a connection's buffers.
    pub(crate) buffered: usize,
    pub(crate) hangups: usize,
    pub(crate) crashes: usize,
    pub(crate) cuts: usize,
    pub(crate) outages: usize,
}

impl Plan {
    pub(crate) fn draw(chance: &mut StdRng) -> Self {
        let stormy = chance.random_bool(0.7);
        let mut often = |most: usize| if stormy { chance.random_range(0..=most) } else { 0 };
        let (hangups, crashes, cuts, outages) = (often(4), often(1), often(2), often(1));
        let mut bad = |most: f64| {
            if stormy {
                chance.random_range(0.0..most)
            } else {
                0.0
            }
        };
        let (lost, doubled, unpublished, failing_statements) = (bad(0.2), bad(0.3), bad(0.1), bad(0.05));
        Self {
            rooms: chance.random_range(1..=2),
            users: chance.random_range(2..=4),
            clients: chance.random_range(2..=4),
            nodes: chance.random_range(1..=3),
            end: chance.random_range(200..=1_500) * MS,
            pause: chance.random_range(5..=60) * MS,
            lateness: chance.random_range(1..=60) * MS,
            lost,
            doubled,
            unpublished,
            statement: chance.random_range(1..=15) * MS,
            failing_statements,
            page: chance.random_range(1..=8),
            outbox_bytes: *pick(chance, &[2_000, 6_000, 256 * 1024]),
            buffered: chance.random_range(2..=20),
            hangups,
            crashes,
            cuts,
            outages,
        }
    }
}

fn pick<'a, T>(chance: &mut StdRng, from: &'a [T]) -> &'a T {
    &from[chance.random_range(0..from.len())]
}
