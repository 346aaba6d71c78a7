//! Requests to stop, from signals.

use tokio::sync::watch;

/// How urgently a run is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It is not.
    #[default]
    None,
    /// Start nothing new, finish what is in flight.
    Stop,
    /// Record what is known and leave.
    Abandon,
}

/// A request to stop, shared by those who make it and those who follow it.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Sender<Urgency>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(watch::Sender::new(Urgency::None))
    }
}

impl Interrupt {
    /// Makes the request more urgent: what a signal does.
    pub fn signal(&self) {
        self.0.send_modify(|urgency| {
            *urgency = if *urgency == Urgency::None { Urgency::Stop } else { Urgency::Abandon };
        });
    }

    /// Returns how urgent it is.
    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Waits until it is at least so urgent.
    pub async fn reaches(&self, urgency: Urgency) {
        let mut receiver = self.0.subscribe();
        // The sender lives in `self`, so that the wait cannot fail.
        if receiver.wait_for(|current| *current >= urgency).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
