//! What a run's tasks bring home, put together.

use std::collections::BTreeSet;

use anyhow::Context;
use tokio::task::JoinSet;

use crate::ledger::guests::{Guest, Stint};
use crate::ledger::{Ack, Track};
use crate::meter::Refusals;
use crate::report::Findings;
use crate::sender::LaneNotes;
use crate::socket::Outcome;
use crate::socket::guest::GuestNotes;
use crate::socket::listener::World;

/// What the tasks bring home: into the findings what is counted, out of here what has to be settled.
pub(super) async fn gather(
    findings: &mut Findings,
    mut sockets: JoinSet<Outcome>,
    mut lanes: JoinSet<LaneNotes>,
) -> anyhow::Result<(Vec<Track>, Vec<Ack>)> {
    let mut tracks = Vec::new();
    let mut acks = Vec::new();
    while let Some(outcome) = sockets.join_next().await {
        let Outcome {
            notes,
            reconnects,
            gone,
        } = outcome.context("a socket's task failed")?;
        findings.reconnects += reconnects;
        findings.gone += u64::from(gone);
        findings.strays.extend(notes.strays);
        findings.removals.extend(notes.removals);
        merge(&mut findings.refusals, notes.refusals);
        tracks.extend(notes.tracks);
        acks.extend(notes.acks);
    }
    while let Some(notes) = lanes.join_next().await {
        let notes = notes.context("a lane failed")?;
        merge(&mut findings.refusals, notes.refusals);
        acks.extend(notes.acks);
    }
    Ok((tracks, acks))
}

/// Every guest with all that is known of them: their removals may have been heard by anybody.
pub(super) fn gather_guests(
    findings: &mut Findings,
    world: &World,
    (stints, notes): (Vec<Vec<Stint>>, Vec<GuestNotes>),
) -> Vec<Guest> {
    let mut guests = Vec::new();
    for (number, (stints, notes)) in stints.into_iter().zip(notes).enumerate() {
        findings.strays.extend(notes.strays);
        findings.reconnects += notes.reconnects;
        findings.removals.extend(notes.removals);
        guests.push(Guest {
            conversation: number,
            stints,
            removals: BTreeSet::new(),
            track: notes.track,
        });
    }
    for (number, guest) in guests.iter_mut().enumerate() {
        let person = &world.cast.people[world.plan.users() + number];
        let own = findings.removals.iter().filter(|(_, user, _)| *user == person.id);
        guest.removals.extend(own.map(|(_, _, seq)| *seq));
    }
    guests
}

fn merge(all: &mut Refusals, some: Refusals) {
    for (code, count) in some {
        *all.entry(code).or_default() += count;
    }
}
