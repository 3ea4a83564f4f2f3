//! A gateway dies under its sockets: all come back elsewhere, at once, and lack nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::ConversationId;
use protocol::frames::{Received, ServerFrame};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Error;

use crate::client::{Person, Socket};
use crate::processes::Cluster;

const PEOPLE: usize = 50;
const ROOMS: usize = 50;
const MEMBERS: usize = 5;

/// Of each person, where the node that dies is not: they keep the conversations warm there, as in life.
const BYSTANDERS: usize = 2;

/// Sent all the while.
const SENDS_PER_SECOND: u32 = 100;

/// All sockets are back and have everything.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// Handshakes under way at once while the sockets are opened: the node takes 500 a second.
const OPENING: usize = 100;

/// Readers that may have something to tell at once.
const NEWS: usize = 1_024;

/// What `docs/protocol.md` advises a client whose socket broke without a word: full jitter from a second.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The newest number of each conversation.
type Heads = HashMap<ConversationId, i64>;

#[derive(Debug)]
struct Figures {
    sockets: usize,
    slowest: Duration,
    median: Duration,
    reads: f64,
    resumes: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_sockets_of_a_killed_gateway_come_back_at_the_price_of_few_queries() {
    let Some(figures) = storm(300).await else { return };
    assert!(
        figures.reads < figures.resumes as f64 / 4.0,
        "{} reads for {} resumes",
        figures.reads,
        figures.resumes
    );
}

/// `make chaos` runs it, in a release build.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute and five thousand sockets"]
async fn five_thousand_sockets_of_a_killed_gateway_come_back_within_ten_seconds() {
    let Some(figures) = storm(5_000).await else { return };
    eprintln!(
        "storm: {} sockets, half back after {:.1?}, all after {:.1?}; {} reads of the store for {} resumes",
        figures.sockets, figures.median, figures.slowest, figures.reads, figures.resumes
    );
    assert!(figures.slowest < BACK_WITHIN, "{:?}", figures.slowest);
    assert!(figures.reads < figures.resumes as f64 / 4.0);
}

/// What one person is in.
struct Member {
    person: Person,
    rooms: Vec<ConversationId>,
}

async fn storm(sockets: usize) -> Option<Figures> {
    let mut cluster = Cluster::with_gateways(3).await?;
    let api = cluster.apis[0].public.clone();
    let members = Arc::new(invite(&api).await);
    let (finish, finished) = watch::channel(None);
    let gateways = cluster.gateways.iter().map(|node| node.public.clone()).collect();
    let mut crowd = Crowd::open(sockets, (members.clone(), gateways), &finished).await;

    let mut talking = JoinSet::new();
    talking.spawn(talk(members.clone(), api, finished.clone()));
    sleep(Duration::from_secs(1)).await;
    let before = reads(&cluster).await;
    cluster.gateways[0].kill();
    let killed = Instant::now();
    let mut back = Vec::with_capacity(sockets);
    while back.len() < sockets {
        crowd.next_in_step().await;
        back.push(killed.elapsed());
    }
    let reads = reads(&cluster).await - before;

    finish.send_replace(Some(Arc::new(Heads::new())));
    let heads = Arc::new(
        talking
            .join_next()
            .await
            .expect("a talker")
            .expect("everything is said"),
    );
    finish.send_replace(Some(heads));
    while let Some(reader) = crowd.readers.join_next().await {
        reader.expect("a reader that has everything, once and in order");
    }
    Some(Figures {
        sockets,
        slowest: back[sockets - 1],
        median: back[sockets / 2],
        reads,
        resumes: sockets * ROOMS * MEMBERS / PEOPLE,
    })
}

/// Every socket of the scene, each in a task of its own.
struct Crowd {
    readers: JoinSet<()>,
    in_step: mpsc::Receiver<()>,
}

impl Crowd {
    /// So many sockets on the first gateway and bystanders on the others, all in step.
    async fn open(
        sockets: usize,
        (members, gateways): (Arc<Vec<Member>>, Vec<String>),
        finished: &watch::Receiver<Option<Arc<Heads>>>,
    ) -> Self {
        let (news, in_step) = mpsc::channel(NEWS);
        let mut crowd = Self {
            readers: JoinSet::new(),
            in_step,
        };
        let count = sockets + BYSTANDERS * PEOPLE;
        for number in 0..count {
            let reader = Reader {
                member: members.clone(),
                index: number % PEOPLE,
                gateways: gateways.clone(),
                turn: if number < sockets {
                    0
                } else {
                    1 + number % BYSTANDERS
                },
                heard: HashMap::new(),
            };
            crowd.readers.spawn(reader.keep(news.clone(), finished.clone()));
            // A place in the line is free again once somebody is in step.
            if number >= OPENING {
                crowd.next_in_step().await;
            }
        }
        for _ in 0..OPENING.min(count) {
            crowd.next_in_step().await;
        }
        crowd
    }

    /// Waits for the next reader that is in step; one that fails ends the test.
    async fn next_in_step(&mut self) {
        tokio::select! {
            news = self.in_step.recv() => news.expect("readers are there"),
            Some(ended) = self.readers.join_next() => ended.expect("a reader that goes on"),
        }
    }
}

async fn invite(api: &str) -> Vec<Member> {
    let mut members = Vec::new();
    for number in 0..PEOPLE {
        members.push(Member {
            person: Person::register(api, &format!("user{number}")).await,
            rooms: Vec::new(),
        });
    }
    for room in 0..ROOMS {
        let places: Vec<_> = (0..MEMBERS).map(|place| (room + place * 7) % PEOPLE).collect();
        let ids: Vec<_> = places.iter().map(|&place| members[place].person.id).collect();
        let id = members[places[0]].person.create_group(api, &ids).await;
        for place in places {
            members[place].rooms.push(id);
        }
    }
    members
}

/// Gathered questions, pages of resumes, holes: everything that sockets made the survivors ask.
async fn reads(cluster: &Cluster) -> f64 {
    let mut reads = 0.0;
    for gateway in &cluster.gateways[1..] {
        reads += gateway.metric("chat_gateway_store_reads_total").await;
    }
    reads
}

/// Everybody says something in turn until told to stop; the newest number of each conversation.
async fn talk(
    members: Arc<Vec<Member>>,
    api: String,
    finished: watch::Receiver<Option<Arc<Heads>>>,
) -> Heads {
    let mut heads = Heads::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / SENDS_PER_SECOND);
    for number in 0_usize.. {
        if finished.borrow().is_some() {
            break;
        }
        tick.tick().await;
        let member = &members[number % PEOPLE];
        let room = member.rooms[number / PEOPLE % member.rooms.len()];
        let message = member.person.say(&api, room, &format!("message {number}")).await;
        let head = heads.entry(room).or_default();
        *head = message.seq.0.max(*head);
    }
    heads
}

fn jitter(within: Duration) -> Duration {
    within.mul_f64(rand::random::<f64>())
}

/// One socket, kept open over breaks.
struct Reader {
    member: Arc<Vec<Member>>,
    index: usize,
    gateways: Vec<String>,
    turn: usize,
    /// The newest number heard in each conversation.
    heard: Heads,
}

impl Reader {
    /// Tells `news` whenever it is in step; ends once it has everything.
    async fn keep(mut self, news: mpsc::Sender<()>, mut finished: watch::Receiver<Option<Arc<Heads>>>) {
        let mut socket = self.open().await;
        loop {
            let mut missing = self.member[self.index].rooms.len();
            let is_over = loop {
                if missing == 0 && self.has_everything(&finished) {
                    return;
                }
                tokio::select! {
                    changed = finished.changed() => changed.expect("the test goes on"),
                    received = socket.wait() => match received {
                        Some(received) => {
                            if self.hear(&received) {
                                missing -= 1;
                                if missing == 0 {
                                    news.send(()).await.expect("the test goes on");
                                }
                            }
                        }
                        None => break true,
                    },
                }
            };
            assert!(is_over && self.turn == 0, "only the killed node may end a socket");
            sleep(jitter(FIRST_PAUSE)).await;
            self.turn = 1 + self.index % BYSTANDERS;
            socket = self.open().await;
        }
    }

    async fn open(&mut self) -> Socket {
        let is_first = self.heard.is_empty();
        let path = if is_first { "" } else { "?subscribe=manual" };
        let mut socket = loop {
            let gateway = &self.gateways[self.turn];
            match self.member[self.index].person.try_open(gateway, path).await {
                Ok(socket) => break socket,
                Err(Error::Http(refused)) => {
                    assert_eq!(refused.status(), 503);
                    let seconds: u64 = refused.headers()["retry-after"]
                        .to_str()
                        .unwrap()
                        .parse()
                        .unwrap();
                    sleep(jitter(Duration::from_secs(seconds))).await;
                }
                Err(error) => panic!("no socket: {error}"),
            }
        };
        for (room, after) in &self.heard {
            let payload = json!({"conversation_id": room, "after": after});
            socket
                .send(&json!({"type": "subscribe", "payload": payload}))
                .await;
        }
        socket
    }

    /// Whether it was the `sync` of a conversation.
    fn hear(&mut self, received: &Received) -> bool {
        match &received.frame {
            ServerFrame::MessageNew(message) => {
                let before = self.heard.insert(message.conversation_id, message.seq.0);
                assert_eq!(before, Some(message.seq.0 - 1), "{}", message.conversation_id);
                false
            }
            ServerFrame::Sync(sync) => {
                let before = *self.heard.entry(sync.conversation_id).or_insert(sync.head.0);
                assert_eq!(before, sync.head.0, "sync tells what the client has");
                true
            }
            ServerFrame::Error(error) => panic!("refused: {error:?}"),
            _ => false,
        }
    }

    fn has_everything(&self, finished: &watch::Receiver<Option<Arc<Heads>>>) -> bool {
        let heads = finished.borrow();
        let Some(heads) = heads.as_ref().filter(|heads| !heads.is_empty()) else {
            return false;
        };
        let mut mine = self.heard.iter();
        mine.all(|(room, seq)| heads.get(room).is_none_or(|head| head == seq))
    }
}
