//! The promise itself: everybody hears everything once, in order, whatever node it went through.

use std::collections::HashMap;
use std::sync::Arc;

use protocol::frames::ServerFrame;
use protocol::{ConversationId, Seq};
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::{Person, Socket};
use crate::processes::Cluster;

const USERS: usize = 50;
const CONVERSATIONS: usize = 20;
const MEMBERS: usize = 10;
const MESSAGES: usize = 5_000;

/// Sends under way at a time.
const SENDERS: usize = 20;

/// A conversation, and who is in it by index.
type Room = (ConversationId, Vec<usize>);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_member_hears_each_of_five_thousand_messages_once_in_order_over_four_nodes() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    let cluster = Arc::new(cluster);
    let people = register(&cluster).await;
    let rooms = Arc::new(create_rooms(&cluster, &people).await);
    let per_room = MESSAGES / CONVERSATIONS;

    let mut listeners = JoinSet::new();
    for (index, person) in people.iter().enumerate() {
        let mine: Vec<_> = rooms
            .iter()
            .filter(|room| room.1.contains(&index))
            .map(|room| room.0)
            .collect();
        let mut socket = person.open(&cluster.gateways[index % 2].public, "").await;
        socket.joined(mine.len()).await;
        listeners.spawn(listen(socket, mine, per_room));
    }
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        senders.spawn(send_share(cluster.clone(), people.clone(), rooms.clone(), sender));
    }
    while let Some(sent) = senders.join_next().await {
        sent.expect("every send is answered");
    }
    while let Some(heard) = listeners.join_next().await {
        for (room, seqs) in heard.expect("nobody is cut off") {
            let expected: Vec<_> = (1..=i64::try_from(per_room).unwrap()).map(Seq).collect();
            assert_eq!(seqs, expected, "conversation {room}");
        }
    }
}

async fn register(cluster: &Arc<Cluster>) -> Vec<Person> {
    let mut registering = JoinSet::new();
    for index in 0..USERS {
        let api = cluster.apis[index % 2].public.clone();
        registering.spawn(async move { (index, Person::register(&api, &format!("user{index}")).await) });
    }
    let mut people = registering.join_all().await;
    people.sort_unstable_by_key(|(index, _)| *index);
    people.into_iter().map(|(_, person)| person).collect()
}

async fn create_rooms(cluster: &Cluster, people: &[Person]) -> Vec<Room> {
    let mut rooms = Vec::new();
    for number in 0..CONVERSATIONS {
        let members: Vec<_> = (0..MEMBERS)
            .map(|offset| (number * 5 + offset * 3) % USERS)
            .collect();
        let ids: Vec<_> = members.iter().map(|&index| people[index].id).collect();
        let api = &cluster.apis[number % 2].public;
        rooms.push((people[members[0]].create_group(api, &ids).await, members));
    }
    rooms
}

/// Every fourth message goes through each of the four nodes; those over sockets are waited for by their `ack`.
async fn send_share(cluster: Arc<Cluster>, people: Vec<Person>, rooms: Arc<Vec<Room>>, sender: usize) {
    let mut sockets: HashMap<(usize, usize), Socket> = HashMap::new();
    for number in (sender..MESSAGES).step_by(SENDERS) {
        let (room, members) = &rooms[number % CONVERSATIONS];
        let turn = number / CONVERSATIONS;
        let author = members[turn % MEMBERS];
        let text = format!("message {number}");
        if turn.is_multiple_of(2) {
            people[author]
                .say(&cluster.apis[turn / 2 % 2].public, *room, &text)
                .await;
            continue;
        }
        let gateway = turn / 2 % 2;
        let socket = match sockets.entry((author, gateway)) {
            std::collections::hash_map::Entry::Occupied(open) => open.into_mut(),
            std::collections::hash_map::Entry::Vacant(free) => {
                let address = &cluster.gateways[gateway].public;
                free.insert(people[author].open(address, "?subscribe=manual").await)
            }
        };
        let payload = json!({"conversation_id": room, "text": text, "client_id": text});
        socket
            .send(&json!({"type": "message:new", "payload": payload}))
            .await;
        socket
            .until(|received| match &received.frame {
                ServerFrame::MessageAck(ack) if ack.client_id == text => Some(()),
                ServerFrame::Error(error) => panic!("refused: {error:?}"),
                _ => None,
            })
            .await;
    }
}

/// Hears everything that is to come, and then a little more: nothing may follow.
async fn listen(
    mut socket: Socket,
    rooms: Vec<ConversationId>,
    per_room: usize,
) -> HashMap<ConversationId, Vec<Seq>> {
    let mut heard: HashMap<_, Vec<_>> = rooms.into_iter().map(|room| (room, Vec::new())).collect();
    let mut missing = heard.len() * per_room;
    while missing > 0 {
        let (room, seq) = socket
            .until(|received| match &received.frame {
                ServerFrame::MessageNew(message) => Some((message.conversation_id, received.seq?)),
                _ => None,
            })
            .await;
        heard
            .get_mut(&room)
            .expect("a conversation of this person")
            .push(seq);
        missing -= 1;
    }
    socket.send(&json!({"type": "ping"})).await;
    let after = socket.next().await.expect("still open");
    assert!(
        matches!(after.frame, ServerFrame::Pong(_)),
        "something came twice: {after:?}"
    );
    heard
}
