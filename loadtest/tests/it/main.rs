//! The load generator against a small server of its own, which can misbehave in every way that must be caught.

#![cfg(test)]

mod baseline;
mod fake;

use std::process::Stdio;

use fake::{Fake, Fault};
use serde_json::Value;
use tokio::process::Command;

/// Five conversations of three, spread over six users and two gateways; 200 sends in a second.
const SHAPE: [&str; 18] = [
    "--conversations",
    "5",
    "--members",
    "3",
    "--users",
    "6",
    "--rate",
    "200",
    "--duration",
    "800ms",
    "--warmup",
    "200ms",
    "--drain-timeout",
    "3s",
    "--json",
    "-",
    "--payload-bytes",
    "64",
];
const SENDS: u64 = 200;
const OWED: u64 = 3 * SENDS;

struct Ran {
    code: Option<i32>,
    report: Value,
}

impl Ran {
    fn deliveries(&self, name: &str) -> u64 {
        self.report["deliveries"][name].as_u64().unwrap()
    }

    fn sends(&self, name: &str) -> u64 {
        self.report["sends"][name].as_u64().unwrap()
    }

    /// What must be zero in a clean run, by name, where it is not.
    fn faults(&self) -> Vec<(&'static str, u64)> {
        let wrongs = [
            "lost",
            "doubled",
            "reordered",
            "conflicting",
            "stray",
            "unentitled",
            "absent",
        ];
        let deliveries = wrongs.map(|name| (name, self.deliveries(name)));
        let sends = ["refused", "unacknowledged"].map(|name| (name, self.sends(name)));
        deliveries
            .into_iter()
            .chain(sends)
            .filter(|(_, count)| *count != 0)
            .collect()
    }

    fn assert_clean(&self) {
        assert_eq!(self.faults(), [], "{:#}", self.report);
        assert_eq!(self.code, Some(0));
        assert_eq!(self.report["clean"], true);
        assert_eq!((self.sends("intended"), self.sends("acked")), (SENDS, SENDS));
        assert_eq!(
            (self.deliveries("expected"), self.deliveries("got")),
            (OWED, OWED)
        );
    }

    /// How many guests a fault befalls depends on where the run ends.
    fn assert_caught_alone(&self, fault: &str) {
        let names: Vec<_> = self.faults().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, [fault], "{:#}", self.report);
        assert_eq!(self.code, Some(1));
    }

    fn assert_caught(&self, faults: &[(&'static str, u64)]) {
        assert_eq!(self.faults(), faults, "{:#}", self.report);
        assert_eq!(self.code, Some(1));
        assert_eq!(self.report["clean"], false);
    }
}

async fn run(fault: Fault, more: &[&str]) -> Ran {
    let fake = Fake::start(fault).await;
    drive((&fake.http, &fake.ws), more).await
}

/// A run against two servers.
async fn drive((http, ws): (&[String], &[String]), more: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .arg("run")
        .args(["--api", &http[0], "--api", &http[1]])
        .args(["--gateway", &ws[0], "--gateway", &ws[1]])
        .args(
            SHAPE
                .chunks(2)
                .filter(|option| !more.contains(&option[0]))
                .flatten(),
        )
        .args(more)
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    Ran {
        code: output.status.code(),
        report: serde_json::from_slice(&output.stdout).unwrap(),
    }
}

#[tokio::test]
async fn a_faultless_server_is_clean_at_either_door_and_either_way_of_sending() {
    for door in ["multiplexed", "conversation"] {
        for via in ["rest", "socket", "both"] {
            let ran = run(Fault::None, &["--door", door, "--via", via]).await;
            ran.assert_clean();
            let sockets = if door == "multiplexed" { 6 } else { 15 };
            assert_eq!(ran.report["sockets"]["opened"], sockets, "{door} {via}");
            let latency = &ran.report["deliveries"]["latency_ms"];
            assert!(latency["p50"].as_f64().unwrap() > 0.0, "{door} {via}");
            assert!(latency["max"].as_f64() >= latency["p99"].as_f64(), "{door} {via}");
        }
    }
}

#[tokio::test]
async fn a_server_on_socketio_is_driven_and_judged_as_any_other() {
    for via in ["rest", "socket"] {
        let ran = run(Fault::None, &["--wire", "socketio", "--via", via]).await;
        ran.assert_clean();
    }
    run(Fault::Lose, &["--wire", "socketio", "--via", "socket"])
        .await
        .assert_caught(&[("lost", 1)]);
}

#[tokio::test]
async fn one_lost_message_is_caught() {
    run(Fault::Lose, &[]).await.assert_caught(&[("lost", 1)]);
}

#[tokio::test]
async fn one_doubled_message_is_caught() {
    run(Fault::Double, &["--via", "socket"])
        .await
        .assert_caught(&[("doubled", 1)]);
}

#[tokio::test]
async fn one_pair_out_of_order_is_caught() {
    run(Fault::Swap, &["--door", "conversation"])
        .await
        .assert_caught(&[("reordered", 1)]);
}

#[tokio::test]
async fn a_send_that_is_written_twice_is_doubled_for_each_who_hears_it() {
    run(Fault::WriteTwice, &[]).await.assert_caught(&[("doubled", 3)]);
}

#[tokio::test]
async fn a_message_that_reaches_a_stranger_is_caught() {
    run(Fault::Leak, &[]).await.assert_caught(&[("stray", 1)]);
}

#[tokio::test]
async fn a_refused_send_is_reported_apart_from_lost_ones() {
    for via in ["rest", "socket"] {
        let ran = run(Fault::Refuse, &["--via", via]).await;
        ran.assert_caught(&[("refused", 1)]);
        assert_eq!(ran.sends("acked"), SENDS - 1);
        assert_eq!(ran.deliveries("expected"), OWED - 3);
    }
}

#[tokio::test]
async fn a_send_without_an_answer_is_unacknowledged_and_still_owed_to_everybody() {
    for via in ["rest", "socket"] {
        let ran = run(Fault::NeverAnswer, &["--via", via]).await;
        ran.assert_caught(&[("unacknowledged", 1)]);
        assert_eq!(ran.deliveries("got"), OWED);
    }
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_again_under_the_same_name() {
    let ran = run(Fault::LoseAnswers, &[]).await;
    ran.assert_clean();
    assert!(ran.sends("repeated") > 0);
}

#[tokio::test]
async fn sockets_that_the_server_closes_come_back_and_miss_nothing() {
    for door in ["multiplexed", "conversation"] {
        let ran = run(Fault::HangUp, &["--door", door, "--via", "both"]).await;
        ran.assert_clean();
        let reconnects = ran.report["sockets"]["reconnects"].as_u64().unwrap();
        assert!(reconnects >= 6, "{door}: {reconnects} reconnects");
    }
}

#[tokio::test]
async fn what_the_server_puts_off_is_asked_for_again() {
    let ran = run(Fault::PutOff, &["--via", "both"]).await;
    ran.assert_clean();
    assert!(ran.sends("repeated") > 0);
    assert!(ran.report["sends"]["refusals"]["unavailable"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn a_socket_that_is_turned_away_comes_back_again() {
    let ran = run(Fault::TurnAway, &["--via", "both"]).await;
    ran.assert_clean();
    assert!(ran.report["sockets"]["reconnects"].as_u64().unwrap() >= 6);
}

/// Long enough for every guest to come, to go and to come back.
const GUESTS: [&str; 8] = [
    "--churn",
    "2",
    "--duration",
    "6s",
    "--rate",
    "50",
    "--via",
    "both",
];

#[tokio::test]
async fn guests_who_come_and_go_hear_what_they_may() {
    let ran = run(Fault::None, &GUESTS).await;
    assert_eq!(ran.faults(), [], "{:#}", ran.report);
    assert_eq!(ran.code, Some(0));
    assert!(ran.deliveries("removals") >= 4, "{:#}", ran.report);
    let members = 3 * ran.sends("acked");
    assert!(ran.deliveries("expected") > members, "guests are owed something");
}

#[tokio::test]
async fn what_a_guest_hears_after_the_removal_is_caught() {
    let ran = run(Fault::KeepShowing, &GUESTS).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.deliveries("unentitled") > 0, "{:#}", ran.report);
}

#[tokio::test]
async fn a_guest_who_is_not_told_of_the_return_is_caught() {
    let ran = run(Fault::ForgetReturn, &GUESTS).await;
    ran.assert_caught_alone("absent");
}

#[tokio::test]
async fn a_message_that_a_guest_misses_after_the_return_is_caught() {
    let ran = run(Fault::LoseAfterReturn, &GUESTS).await;
    ran.assert_caught_alone("lost");
}

#[tokio::test]
async fn a_resume_that_starts_one_too_early_is_caught() {
    let ran = run(Fault::ResumeTooEarly, &[]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.deliveries("doubled") > 0);
    assert_eq!(ran.deliveries("lost"), 0);
}

#[tokio::test]
async fn a_socket_that_is_sent_away_for_good_stays_away_and_what_it_missed_is_lost() {
    let ran = run(Fault::SendAway, &[]).await;
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.report["sockets"]["gone"], 1);
    assert_eq!(ran.report["sockets"]["reconnects"], 0);
    assert!(ran.deliveries("lost") > 0);
}

#[tokio::test]
async fn a_stall_is_in_the_latency_of_every_send_that_was_due_meanwhile() {
    for via in ["rest", "socket"] {
        let ran = run(Fault::Stall, &["--via", via]).await;
        ran.assert_clean();
        // A tool that sent nothing during the stall would show it in one message of the 160 that are measured.
        for latency in [&ran.report["deliveries"], &ran.report["sends"]] {
            let p90 = latency["latency_ms"]["p90"].as_f64().unwrap();
            assert!(p90 > 100.0, "{via}: {p90}");
        }
    }
}

#[tokio::test]
async fn what_the_servers_cost_is_divided_by_what_was_delivered() {
    // The servers of these tests live in this very process.
    let own = std::process::id().to_string();
    let ran = run(Fault::None, &["--pid", &own]).await;
    ran.assert_clean();
    let costs = &ran.report["costs"];
    let measured = costs["events"].as_u64().unwrap();
    // A fifth is warm-up, and the moments of looking are no sharper than a twentieth of a second.
    assert!((OWED * 6 / 10..=OWED).contains(&measured), "{costs:#}");
    assert!(costs["cpu_us_per_event"].as_f64().unwrap() > 0.0, "{costs:#}");
    assert_eq!(costs["groups"][0]["name"], "servers");
    let figures = ran.report["figures"].as_array().unwrap();
    assert!(
        figures
            .iter()
            .any(|figure| figure["name"] == "app CPU per delivery")
    );
}

#[tokio::test]
async fn a_watched_process_that_is_gone_fails_the_run() {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let fake = Fake::start(Fault::None).await;
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(["run", "--api", &fake.http[0], "--gateway", &fake.ws[0]])
        .args(["--users", "5", "--conversations", "1", "--duration", "100ms"])
        .args(["--pids-of", &format!("api={}", child.id())])
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("of api cannot be watched any more"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_finding_but_a_failed_run() {
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args([
            "run",
            "--api",
            "http://127.0.0.1:9",
            "--gateway",
            "ws://127.0.0.1:9",
        ])
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(!output.stderr.is_empty());
}
