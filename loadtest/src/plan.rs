//! What a run will do, settled before anything happens: who is in which conversation, which socket hangs on which
//! gateway, who sends what and when. Pure: the same settings always give the same plan.

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

/// How messages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// `POST /api/unet-chat/messages/`; the answer acknowledges.
    Rest,
    /// A `message:new` frame on the sender's own socket; `message:ack` acknowledges.
    Socket,
    /// Every other message this way, every other that way.
    Both,
}

/// Which door the sockets go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// One socket per user, which follows all of the user's conversations.
    Multiplexed,
    /// One socket per user and conversation.
    Conversation,
}

/// The size and manner of a run, as asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// Groups to open.
    pub conversations: u32,
    /// People in each.
    pub members: u32,
    /// Accounts to spread the places over; `None` lets about [`PLACES_PER_USER`] fall to each.
    pub users: Option<u32>,
    /// How many gateways the sockets are spread over.
    pub gateways: u32,
    /// Messages per second over all conversations.
    pub rate: u32,
    /// How long messages are sent and measured.
    pub duration: Duration,
    /// How long messages are sent before the measuring starts; they are checked, not timed.
    pub warmup: Duration,
    /// Changes per second to the membership of guests, who come to conversations and go again.
    pub churn: u32,
    /// How messages are sent.
    pub via: Via,
    /// Which door the sockets go through.
    pub door: Door,
}

/// Conversations that a user is in when nobody says how many users there are: a lively account, and few enough
/// registrations (each costs the server a password hash) that a run starts soon.
pub const PLACES_PER_USER: u32 = 8;

/// Seconds between a guest's coming and going: long enough that something is said in between.
pub const SECONDS_PER_GUEST_CHANGE: u32 = 2;

/// Why settings make no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A count that must be at least one is zero.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// More members than accounts to be members.
    #[error("{members} members per conversation need at least as many users, not {users}")]
    TooFewUsers {
        /// As asked.
        members: u32,
        /// As asked.
        users: u32,
    },
    /// More than a 32-bit index can count.
    #[error("a run of this size has more sends or sockets than can be numbered: shorten it")]
    TooLarge,
}

/// A socket to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Whose token opens it; an index.
    pub user: usize,
    /// What it hears; indices.
    pub conversations: Vec<usize>,
    /// Where it is opened first; an index. After a break it moves on to the next.
    pub gateway: usize,
}

/// One message of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Send {
    /// Where; an index.
    pub conversation: usize,
    /// Who; an index.
    pub user: usize,
    /// On which socket it goes out; `None` when over REST.
    pub seat: Option<usize>,
}

/// What a run will do.
#[derive(Clone, Debug)]
pub struct Plan {
    settings: Settings,
    users: usize,
    /// Conversation by conversation, `settings.members` users each.
    places: Vec<usize>,
    /// The socket of each place.
    seat_of_place: Vec<usize>,
    seats: Vec<Seat>,
    sends: u32,
}

impl Plan {
    /// Spreads people over conversations and sockets over gateways, so that each conversation of at least as many
    /// members as there are gateways has a socket on every one of them.
    pub fn new(settings: Settings) -> Result<Self, PlanError> {
        let users = count_users(&settings)?;
        let sends = count_sends(&settings)?;
        let places = seat_people(&settings, users);
        let (seats, seat_of_place) = match settings.door {
            Door::Multiplexed => one_socket_per_user(&settings, users, &places),
            Door::Conversation => one_socket_per_place(&settings, &places),
        };
        Ok(Self {
            settings,
            users,
            places,
            seat_of_place,
            seats,
            sends,
        })
    }

    /// What was asked for.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Members who come and go, one in each of the first conversations: as many as it takes for the changes asked for,
    /// one every [`SECONDS_PER_GUEST_CHANGE`] each. Their accounts come after those of [`Self::users`].
    pub fn guests(&self) -> usize {
        let wanted = self.settings.churn.saturating_mul(SECONDS_PER_GUEST_CHANGE);
        wanted.min(self.settings.conversations) as usize
    }

    /// Accounts of members that stay.
    pub fn users(&self) -> usize {
        self.users
    }

    /// Conversations to open.
    pub fn conversations(&self) -> usize {
        self.settings.conversations as usize
    }

    /// Who is in a conversation, the creator first.
    pub fn members(&self, conversation: usize) -> &[usize] {
        let members = self.settings.members as usize;
        &self.places[conversation * members..][..members]
    }

    /// The sockets to open.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// How many messages the schedule has, warm-up included.
    pub fn sends(&self) -> u32 {
        self.sends
    }

    /// When the message with this index is due, counted from the start of the schedule.
    pub fn due(&self, index: u32) -> Duration {
        Duration::from_nanos(u64::from(index) * NANOS_PER_SECOND / u64::from(self.settings.rate))
    }

    /// The message with this index: conversations in turn, and in each conversation its members in turn.
    pub fn send(&self, index: u32) -> Send {
        let conversation = (index % self.settings.conversations) as usize;
        let lap = index / self.settings.conversations;
        let place = conversation * self.settings.members as usize + (lap % self.settings.members) as usize;
        let by_socket = match self.settings.via {
            Via::Rest => false,
            Via::Socket => true,
            // By lap too: with an even number of conversations the index alone would tie each to one way.
            Via::Both => (index + lap) % 2 == 1,
        };
        Send {
            conversation,
            user: self.places[place],
            seat: by_socket.then(|| self.seat_of_place[place]),
        }
    }
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

fn count_users(settings: &Settings) -> Result<usize, PlanError> {
    let counts = [
        (settings.conversations, "conversations"),
        (settings.members, "members"),
        (settings.gateways, "gateways"),
        (settings.rate, "rate"),
    ];
    if let Some((_, name)) = counts.iter().find(|(count, _)| *count == 0) {
        return Err(PlanError::Zero(name));
    }
    let places = settings
        .conversations
        .checked_mul(settings.members)
        .ok_or(PlanError::TooLarge)?;
    let users = match settings.users {
        Some(users) if users < settings.members => {
            return Err(PlanError::TooFewUsers {
                members: settings.members,
                users,
            });
        }
        Some(users) => users.min(places),
        None => places.div_ceil(PLACES_PER_USER).max(settings.members),
    };
    // A multiple of the gateways: neighbours then sit on different ones, across the end of the circle as well.
    let users = users
        .checked_next_multiple_of(settings.gateways)
        .ok_or(PlanError::TooLarge)?;
    Ok(users as usize)
}

fn count_sends(settings: &Settings) -> Result<u32, PlanError> {
    let nanos = (settings.warmup + settings.duration).as_nanos();
    let sends = nanos * u128::from(settings.rate) / u128::from(NANOS_PER_SECOND);
    let sends = u32::try_from(sends).map_err(|_| PlanError::TooLarge)?;
    // The ledger keeps index + 1.
    if sends == u32::MAX {
        return Err(PlanError::TooLarge);
    }
    Ok(sends)
}

/// Neighbours on the circle of users share a conversation; each lap starts one further, so that the circles of
/// acquaintances differ.
fn seat_people(settings: &Settings, users: usize) -> Vec<usize> {
    let members = settings.members as usize;
    (0..settings.conversations as usize)
        .flat_map(|conversation| {
            let first = conversation * members;
            let lap = first / users;
            (0..members).map(move |member| (first + lap + member) % users)
        })
        .collect()
}

fn one_socket_per_user(settings: &Settings, users: usize, places: &[usize]) -> (Vec<Seat>, Vec<usize>) {
    let members = settings.members as usize;
    let mut followed = vec![Vec::new(); users];
    for (place, &user) in places.iter().enumerate() {
        followed[user].push(place / members);
    }
    let mut seat_of_user = vec![0; users];
    let mut seats = Vec::new();
    for (user, conversations) in followed.into_iter().enumerate() {
        if conversations.is_empty() {
            continue;
        }
        seat_of_user[user] = seats.len();
        let gateway = user % settings.gateways as usize;
        seats.push(Seat {
            user,
            conversations,
            gateway,
        });
    }
    let seat_of_place = places.iter().map(|&user| seat_of_user[user]).collect();
    (seats, seat_of_place)
}

fn one_socket_per_place(settings: &Settings, places: &[usize]) -> (Vec<Seat>, Vec<usize>) {
    let members = settings.members as usize;
    let seats = places
        .iter()
        .enumerate()
        .map(|(place, &user)| Seat {
            user,
            conversations: vec![place / members],
            gateway: (place / members + place % members) % settings.gateways as usize,
        })
        .collect();
    (seats, (0..places.len()).collect())
}

#[cfg(test)]
mod tests;
