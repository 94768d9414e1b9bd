//! Group commit without a timer: whatever waits is committed together, then
//! whatever came meanwhile. Batches grow with the load by themselves.

use std::sync::Arc;
use std::time::Duration;

use domain::{AttemptId, Event, Gate, Recorded};
use tokio::sync::{mpsc, oneshot};

use crate::error::{Result, StoreError};
use crate::store::Store;

/// Most events in one commit, so that one cannot last long.
const BATCH_MAX: usize = 4_096;
/// First wait after a commit that failed.
const RETRY_FIRST: Duration = Duration::from_millis(50);
/// Longest wait between tries.
const RETRY_MAX: Duration = Duration::from_secs(1);

/// What became durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// The intent is durable; the call may leave.
    Intent(AttemptId),
    /// The intent was refused.
    Refused {
        /// Which.
        attempt: AttemptId,
        /// Why.
        gate: Gate,
    },
    /// The intent to hand a call on is durable; a destination may ring.
    Transfer {
        /// Which call.
        attempt: AttemptId,
        /// Which transfer of it.
        number: u32,
    },
    /// The store does not commit (`true`) or commits again (`false`).
    Stalled(bool),
    /// Every event up to this place is durable.
    Durable(u64),
    /// The journal is no longer ours to write: what waits never becomes durable,
    /// and nothing more is reported.
    GivenUp(GivenUp),
}

/// Why trying again is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// Another engine has the record.
    Replaced,
    /// Somebody else wrote events under our numbers, or some were lost.
    Gap,
}

/// The way into the record for the engine's events. Cheap to share.
#[derive(Clone, Debug)]
pub struct Journal {
    queue: mpsc::UnboundedSender<Order>,
}

#[derive(Debug)]
enum Order {
    Append(Vec<Recorded>),
    Flush(oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

impl Journal {
    /// Starts the writer. Must be called within a tokio runtime.
    pub fn start(store: Arc<dyn Store>) -> (Journal, mpsc::UnboundedReceiver<Committed>) {
        let (queue, orders) = mpsc::unbounded_channel();
        let (reports, receiver) = mpsc::unbounded_channel();
        drop(tokio::spawn(Writer::new(store, orders, reports).run()));
        (Journal { queue }, receiver)
    }

    /// Hands over events in order; never waits. After `close`, or where the
    /// journal was given up, they are dropped, and `flush` says so.
    pub fn append(&self, events: Vec<Recorded>) {
        if !events.is_empty() && self.queue.send(Order::Append(events)).is_err() {
            tracing::error!("events came after the journal was closed; they are not recorded");
        }
    }

    /// Waits until everything appended so far is durable.
    pub async fn flush(&self) -> Result<()> {
        self.ask(Order::Flush).await
    }

    /// Commits what waits, then stops the writer.
    pub async fn close(&self) -> Result<()> {
        self.ask(Order::Close).await
    }

    async fn ask(&self, order: fn(oneshot::Sender<()>) -> Order) -> Result<()> {
        let (done, finished) = oneshot::channel();
        self.queue
            .send(order(done))
            .map_err(|_| StoreError::Closed)?;
        finished.await.map_err(|_| StoreError::Closed)
    }
}

struct Writer {
    store: Arc<dyn Store>,
    orders: mpsc::UnboundedReceiver<Order>,
    reports: mpsc::UnboundedSender<Committed>,
    waiting: Vec<Recorded>,
}

impl Writer {
    fn new(
        store: Arc<dyn Store>,
        orders: mpsc::UnboundedReceiver<Order>,
        reports: mpsc::UnboundedSender<Committed>,
    ) -> Writer {
        Writer {
            store,
            orders,
            reports,
            waiting: Vec::new(),
        }
    }

    async fn run(mut self) {
        if let Err(why) = self.write().await {
            self.report(Committed::GivenUp(why));
        }
    }

    async fn write(&mut self) -> Result<(), GivenUp> {
        while let Some(mut order) = self.orders.recv().await {
            loop {
                match order {
                    Order::Append(events) => self.waiting.extend(events),
                    Order::Flush(done) => {
                        self.commit_waiting().await?;
                        // The asker may have given up waiting; nothing to tell then.
                        let _ = done.send(());
                    }
                    Order::Close(done) => {
                        self.orders.close();
                        self.commit_waiting().await?;
                        let _ = done.send(());
                        return Ok(());
                    }
                }
                match self.orders.try_recv() {
                    Ok(next) if self.waiting.len() < BATCH_MAX => order = next,
                    Ok(next) => {
                        self.commit_waiting().await?;
                        order = next;
                    }
                    Err(_) => break,
                }
            }
            self.commit_waiting().await?;
        }
        Ok(())
    }

    async fn commit_waiting(&mut self) -> Result<(), GivenUp> {
        while !self.waiting.is_empty() {
            let rest = self.waiting.split_off(self.waiting.len().min(BATCH_MAX));
            let batch = std::mem::replace(&mut self.waiting, rest);
            self.commit_until_done(&batch).await?;
        }
        Ok(())
    }

    /// Tries until the batch is in, or the journal is no longer ours: a database
    /// that fails is no reason to give an event up. Commits are idempotent, so a
    /// commit whose answer was lost may be tried again.
    async fn commit_until_done(&self, batch: &[Recorded]) -> Result<(), GivenUp> {
        let mut wait = RETRY_FIRST;
        let mut stalled = false;
        let intents = loop {
            match self.store.commit(batch).await {
                Ok(intents) => break intents,
                Err(StoreError::Replaced) => return Err(GivenUp::Replaced),
                Err(error @ StoreError::JournalGap { .. }) => {
                    tracing::error!(%error, "the journal is given up");
                    return Err(GivenUp::Gap);
                }
                Err(error) => {
                    tracing::error!(%error, source = ?std::error::Error::source(&error), "the journal does not commit; trying again");
                    if !stalled {
                        stalled = true;
                        self.report(Committed::Stalled(true));
                    }
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(RETRY_MAX);
                }
            }
        };
        if stalled {
            self.report(Committed::Stalled(false));
        }
        for (attempt, gate) in intents {
            self.report(match gate {
                None => Committed::Intent(attempt),
                Some(gate) => Committed::Refused { attempt, gate },
            });
        }
        for recorded in batch {
            if let Event::TransferIntended(intent) = &recorded.event {
                let (attempt, number) = (intent.attempt, intent.number);
                self.report(Committed::Transfer { attempt, number });
            }
        }
        if let Some(last) = batch.last() {
            self.report(Committed::Durable(last.seq));
        }
        Ok(())
    }

    fn report(&self, what: Committed) {
        // Nobody listens any more while shutting down; the record is what counts.
        let _ = self.reports.send(what);
    }
}
