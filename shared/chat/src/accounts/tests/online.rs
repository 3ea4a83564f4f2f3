//! What signing in and out has to do with being online.

use bus::{Among, Bus, BusError, Envelope, Presence, Topic, Turned};
use uuid::Uuid;

use super::*;

const LEASE: Duration = Duration::from_mins(1);

/// A bus that is away.
#[derive(Debug)]
struct Away;

fn away<T>() -> Result<T, BusError> {
    Err(BusError::Unavailable("as the test wants it".into()))
}

#[async_trait::async_trait]
impl Bus for Away {
    async fn publish(&self, _frames: Vec<(Topic, Envelope)>) -> Result<(), BusError> {
        away()
    }

    async fn subscribe(&self, _topics: &[Topic]) -> Result<(), BusError> {
        away()
    }

    async fn unsubscribe(&self, _topics: &[Topic]) -> Result<(), BusError> {
        away()
    }

    async fn claim(&self, _key: &str, _ttl: Duration) -> Result<bool, BusError> {
        away()
    }

    fn presence(&self) -> &dyn Presence {
        self
    }

    async fn ping(&self) -> Result<(), BusError> {
        away()
    }

    fn is_up(&self) -> bool {
        false
    }
}

#[async_trait::async_trait]
impl Presence for Away {
    async fn hold(&self, _: Uuid, _: &[UserId], _: Duration) -> Result<Turned, BusError> {
        away()
    }

    async fn release(&self, _: Uuid, _: &[UserId], _: Duration) -> Result<(), BusError> {
        away()
    }

    async fn sign_in(&self, _: UserId, _: Duration) -> Result<Turned, BusError> {
        away()
    }

    async fn sign_out(&self, _: UserId) -> Result<Turned, BusError> {
        away()
    }

    async fn lapsed(&self, _: Duration, _: usize) -> Result<Turned, BusError> {
        away()
    }

    async fn among(&self, _: &[UserId], _: Duration) -> Result<Among, BusError> {
        away()
    }
}

#[tokio::test]
async fn without_the_bus_signing_in_and_out_are_noted_all_the_same() {
    let house = house_on(RefreshReuse::Lenient, |_clock| Arc::new(Away)).await;
    let id = house.register("anna").await.user.id;
    house.clock.advance(Duration::from_secs(5));
    house.login("anna").await.unwrap();
    let online = house.user(id).await;
    assert_eq!(
        (online.is_online, online.last_seen),
        (true, Some(house.clock.now()))
    );
    house.clock.advance(Duration::from_secs(5));
    house.accounts.logout(id, None, None).await.unwrap();
    let offline = house.user(id).await;
    assert_eq!(
        (offline.is_online, offline.last_seen),
        (false, Some(house.clock.now()))
    );
}

#[tokio::test]
async fn signing_out_leaves_whoever_has_a_socket_open_online() {
    let house = house(RefreshReuse::Lenient).await;
    let id = house.register("anna").await.user.id;
    house.login("anna").await.unwrap();
    let seen = house.user(id).await.last_seen;
    let (node, presence) = (Uuid::new_v4(), house.chat.presence());
    presence.hold(node, &[id], LEASE).await.unwrap();
    house.clock.advance(Duration::from_secs(5));
    house.accounts.logout(id, None, None).await.unwrap();
    let user = house.user(id).await;
    assert_eq!((user.is_online, user.last_seen), (true, seen));
    // The socket is gone, a moment ago, and with it the reason.
    presence.release(node, &[id], LEASE).await.unwrap();
    house.accounts.logout(id, None, None).await.unwrap();
    assert!(!house.user(id).await.is_online);
}

#[tokio::test]
async fn signing_out_mends_what_the_leases_forgot() {
    let house = house(RefreshReuse::Lenient).await;
    let id = house.register("anna").await.user.id;
    let edge = store::Edge {
        user: id,
        is_online: true,
        at: house.clock.now(),
    };
    house.accounts.store.note_presence(&[edge]).await.unwrap();
    house.accounts.logout(id, None, None).await.unwrap();
    assert!(!house.user(id).await.is_online);
}

#[tokio::test]
async fn who_is_online_is_listed_by_id_the_asking_one_too() {
    let house = house(RefreshReuse::Lenient).await;
    let [anna, boris] = ["anna", "boris"];
    let ids = [
        house.register(anna).await.user.id,
        house.register(boris).await.user.id,
    ];
    house.register("clara").await;
    house.login(boris).await.unwrap();
    house.login(anna).await.unwrap();
    let online = house.accounts.online().await.unwrap();
    assert_eq!(online.iter().map(|user| user.id).collect::<Vec<_>>(), ids);
}
