//! A bus that loses, delays, doubles and reorders on demand.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bus::{Among, Bus, BusError, BusEvent, Envelope, Inbox, Kind, Presence, Topic, Turned};
use protocol::UserId;
use runtime::Tasks;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::client::in_time;

/// What happens to conversations' frames that are published from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// They arrive.
    None,
    /// The bus says that it could not take them.
    Refuse,
    /// As [`Fault::Refuse`], and what is for single persons too.
    RefuseAll,
    /// The bus says that it took them, and forgets them.
    Drop,
    /// As [`Fault::Drop`], and what is for single persons too.
    DropAll,
    /// They wait for [`Lossy::release`].
    Hold,
    /// They arrive twice.
    Double,
}

/// One node's end of a real bus, with faults.
#[derive(Debug)]
pub(crate) struct Lossy {
    inner: Arc<dyn Bus>,
    fault: Mutex<Fault>,
    held: Mutex<Vec<(Topic, Envelope)>>,
    caught: watch::Sender<usize>,
    events: mpsc::Sender<BusEvent>,
    is_away: Arc<AtomicBool>,
}

impl Lossy {
    pub(crate) fn around(inner: Arc<dyn Bus>, mut inbox: Inbox, tasks: &Tasks) -> (Arc<Self>, Inbox) {
        let (events, forwarded) = mpsc::channel(bus::INBOX_CAPACITY);
        let lossy = Arc::new(Self {
            inner,
            fault: Mutex::new(Fault::None),
            held: Mutex::default(),
            caught: watch::Sender::default(),
            events: events.clone(),
            is_away: Arc::default(),
        });
        let is_away = lossy.is_away.clone();
        let stopping = tasks.stopping();
        tasks.spawn("lossy bus", async move {
            while let Some(Some(event)) = stopping.run_until_cancelled(inbox.recv()).await {
                if !is_away.load(Ordering::SeqCst) && events.send(event).await.is_err() {
                    return;
                }
            }
        });
        (lossy, forwarded)
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    /// Waits until this many frames in all were refused, dropped or held.
    pub(crate) async fn has_caught(&self, count: usize) {
        let mut caught = self.caught.subscribe();
        in_time("frames to be caught", caught.wait_for(|caught| *caught >= count))
            .await
            .unwrap();
    }

    /// Lets what was held go on, in the order that `arrange` makes of it.
    pub(crate) async fn release(&self, arrange: impl FnOnce(&mut Vec<(Topic, Envelope)>)) {
        let mut held = std::mem::take(&mut *self.held.lock().unwrap());
        arrange(&mut held);
        self.inner.publish(held).await.unwrap();
    }

    /// Nothing is taken, confirmed or delivered any more, and the bus knows.
    pub(crate) fn go_away(&self) {
        self.is_away.store(true, Ordering::SeqCst);
    }

    /// All is well again, from here on.
    pub(crate) async fn come_back(&self) {
        self.is_away.store(false, Ordering::SeqCst);
        self.interrupt().await;
    }

    fn is_there(&self) -> Result<(), BusError> {
        if self.is_up() {
            return Ok(());
        }
        Err(BusError::Unavailable("a test says so".into()))
    }

    /// The bus tells this node that it may have missed anything.
    pub(crate) async fn interrupt(&self) {
        self.events.send(BusEvent::Interrupted).await.unwrap();
    }
}

#[async_trait]
impl Bus for Lossy {
    async fn publish(&self, frames: Vec<(Topic, Envelope)>) -> Result<(), BusError> {
        self.is_there()?;
        // What does not last nobody makes good, so there is nothing to show with it; and marks come at any time.
        let (passing, frames): (Vec<_>, Vec<_>) = frames
            .into_iter()
            .partition(|(_, envelope)| matches!(envelope.kind, Kind::Passing { .. } | Kind::Personal));
        self.inner.publish(passing).await?;
        let fault = *self.fault.lock().unwrap();
        if fault == Fault::RefuseAll {
            self.caught.send_modify(|caught| *caught += frames.len());
            return Err(BusError::Unavailable("a test says so".into()));
        }
        if fault == Fault::DropAll {
            self.caught.send_modify(|caught| *caught += frames.len());
            return Ok(());
        }
        let (conversations, people): (Vec<_>, Vec<_>) = frames
            .into_iter()
            .partition(|(topic, _)| matches!(topic, Topic::Conversation(_)));
        self.inner.publish(people).await?;
        let count = conversations.len();
        match fault {
            Fault::None => return self.inner.publish(conversations).await,
            Fault::Double => {
                self.inner.publish(conversations.clone()).await?;
                return self.inner.publish(conversations).await;
            }
            Fault::Hold => self.held.lock().unwrap().extend(conversations),
            Fault::Drop | Fault::Refuse | Fault::RefuseAll | Fault::DropAll => {}
        }
        self.caught.send_modify(|caught| *caught += count);
        if fault == Fault::Refuse {
            return Err(BusError::Unavailable("a test says so".into()));
        }
        Ok(())
    }

    async fn subscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.is_there()?;
        self.inner.subscribe(topics).await
    }

    async fn unsubscribe(&self, topics: &[Topic]) -> Result<(), BusError> {
        self.inner.unsubscribe(topics).await
    }

    async fn claim(&self, key: &str, ttl: Duration) -> Result<bool, BusError> {
        self.inner.claim(key, ttl).await
    }

    fn presence(&self) -> &dyn Presence {
        self
    }

    async fn ping(&self) -> Result<(), BusError> {
        self.inner.ping().await
    }

    fn is_up(&self) -> bool {
        !self.is_away.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Presence for Lossy {
    async fn hold(&self, holder: Uuid, people: &[UserId], lease: Duration) -> Result<Turned, BusError> {
        self.is_there()?;
        self.inner.presence().hold(holder, people, lease).await
    }

    async fn release(&self, holder: Uuid, people: &[UserId], grace: Duration) -> Result<(), BusError> {
        self.is_there()?;
        self.inner.presence().release(holder, people, grace).await
    }

    async fn sign_in(&self, person: UserId, lease: Duration) -> Result<Turned, BusError> {
        self.is_there()?;
        self.inner.presence().sign_in(person, lease).await
    }

    async fn sign_out(&self, person: UserId) -> Result<Turned, BusError> {
        self.is_there()?;
        self.inner.presence().sign_out(person).await
    }

    async fn lapsed(&self, lease: Duration, limit: usize) -> Result<Turned, BusError> {
        self.is_there()?;
        self.inner.presence().lapsed(lease, limit).await
    }

    async fn among(&self, people: &[UserId], lease: Duration) -> Result<Among, BusError> {
        self.is_there()?;
        self.inner.presence().among(people, lease).await
    }
}
