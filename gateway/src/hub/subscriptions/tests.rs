use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bus::Envelope;
use protocol::ConversationId;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::*;

/// A bus that counts, fails on demand, and confirms when it is allowed to.
#[derive(Debug)]
struct CountingBus {
    subscribed: AtomicUsize,
    unsubscribed: AtomicUsize,
    may_confirm: Semaphore,
    fails: AtomicBool,
    is_away: AtomicBool,
}

impl CountingBus {
    fn willing() -> Arc<Self> {
        Arc::new(Self {
            subscribed: AtomicUsize::new(0),
            unsubscribed: AtomicUsize::new(0),
            may_confirm: Semaphore::new(Semaphore::MAX_PERMITS),
            fails: false.into(),
            is_away: false.into(),
        })
    }
}

#[async_trait::async_trait]
impl Bus for CountingBus {
    async fn publish(&self, _frames: Vec<(Topic, Envelope)>) -> Result<(), BusError> {
        Ok(())
    }

    async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        let _permit = self.may_confirm.acquire().await.unwrap();
        if self.fails.load(Ordering::SeqCst) {
            return Err(BusError::Unavailable("as the test wants it".into()));
        }
        self.subscribed.fetch_add(topics.len(), Ordering::SeqCst);
        Ok(())
    }

    async fn unsubscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.unsubscribed.fetch_add(topics.len(), Ordering::SeqCst);
        Ok(())
    }

    async fn claim(&self, _key: &str, _ttl: Duration) -> Result<bool, BusError> {
        Ok(true)
    }

    fn presence(&self) -> &dyn bus::Presence {
        unreachable!("nobody asks for it here")
    }

    async fn ping(&self) -> Result<(), BusError> {
        Ok(())
    }

    fn is_up(&self) -> bool {
        !self.is_away.load(Ordering::SeqCst)
    }
}

fn topic(n: u128) -> Topic {
    Topic::Conversation(ConversationId(Uuid::from_u128(n)))
}

#[tokio::test(start_paused = true)]
async fn the_first_holder_subscribes_and_the_others_share() {
    let bus = CountingBus::willing();
    let (subscriptions, _leaving) = Subscriptions::new(bus.clone());
    let first = subscriptions.hold(&[topic(1)]).await;
    let second = subscriptions.hold(&[topic(1), topic(2)]).await;
    assert_eq!(bus.subscribed.load(Ordering::SeqCst), 2);
    drop((first, second));
}

#[tokio::test(start_paused = true)]
async fn the_last_holder_leaves_after_a_pause_and_a_new_one_within_it_keeps_the_topic() {
    let bus = CountingBus::willing();
    let (subscriptions, leaving) = Subscriptions::new(bus.clone());
    let (runner, forgotten) = (subscriptions.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = forgotten.clone();
    let leaver = async {
        leaving
            .run(runner, move |_| _ = counted.fetch_add(1, Ordering::SeqCst))
            .await;
    };
    let story = async {
        drop(subscriptions.hold(&[topic(1)]).await);
        tokio::time::sleep(LINGER / 2).await;
        let back = subscriptions.hold(&[topic(1)]).await;
        tokio::time::sleep(LINGER * 2).await;
        assert_eq!(bus.unsubscribed.load(Ordering::SeqCst), 0);
        drop(back);
        tokio::time::sleep(LINGER * 2).await;
        assert_eq!(bus.unsubscribed.load(Ordering::SeqCst), 1);
        assert_eq!(forgotten.load(Ordering::SeqCst), 1);
        let _again = subscriptions.hold(&[topic(1)]).await;
        assert_eq!(bus.subscribed.load(Ordering::SeqCst), 2);
    };
    tokio::select! { () = leaver => unreachable!("runs for ever"), () = story => {} }
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_a_hold_before_the_bus_has_confirmed() {
    let bus = CountingBus::willing();
    bus.may_confirm.forget_permits(Semaphore::MAX_PERMITS);
    let (subscriptions, _leaving) = Subscriptions::new(bus.clone());
    let topics = [topic(1)];
    let both = async { tokio::join!(subscriptions.hold(&topics), subscriptions.hold(&topics)) };
    tokio::pin!(both);
    let early = tokio::time::timeout(Duration::from_mins(1), &mut both).await;
    assert!(early.is_err());
    bus.may_confirm.add_permits(8);
    let _holds = both.await;
    assert!(!subscriptions.has_pending());
    assert_eq!(bus.subscribed.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_bus_could_not_confirm_is_held_and_asked_for_again() {
    let bus = CountingBus::willing();
    let (subscriptions, _leaving) = Subscriptions::new(bus.clone());
    bus.fails.store(true, Ordering::SeqCst);
    let _holds = subscriptions.hold(&[topic(1), topic(2)]).await;
    assert!(subscriptions.has_pending());
    assert_eq!(subscriptions.confirm_pending().await, []);
    bus.fails.store(false, Ordering::SeqCst);
    let mut confirmed = subscriptions.confirm_pending().await;
    confirmed.sort_unstable_by_key(|topic| order_of(*topic));
    assert_eq!(confirmed, [topic(1), topic(2)]);
    assert!(!subscriptions.has_pending());
    assert_eq!(bus.subscribed.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_is_known_to_be_away_is_not_waited_for() {
    let bus = CountingBus::willing();
    bus.may_confirm.forget_permits(Semaphore::MAX_PERMITS);
    bus.is_away.store(true, Ordering::SeqCst);
    let (subscriptions, _leaving) = Subscriptions::new(bus.clone());
    let _holds = subscriptions.hold(&[topic(1)]).await;
    assert!(subscriptions.has_pending());
}

#[tokio::test(start_paused = true)]
async fn what_nobody_holds_any_more_is_not_asked_for_again() {
    let bus = CountingBus::willing();
    let (subscriptions, leaving) = Subscriptions::new(bus.clone());
    bus.fails.store(true, Ordering::SeqCst);
    drop(subscriptions.hold(&[topic(1)]).await);
    bus.fails.store(false, Ordering::SeqCst);
    assert_eq!(subscriptions.confirm_pending().await, []);
    let leaver = leaving.run(subscriptions.clone(), |_| {});
    assert!(tokio::time::timeout(LINGER * 2, leaver).await.is_err());
    assert!(!subscriptions.has_pending());
    assert_eq!(bus.subscribed.load(Ordering::SeqCst), 0);
}
