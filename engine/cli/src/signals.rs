//! Signals that ask a run to stop.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};
use wpinfra_apply::interrupt::Urgency;

use crate::session::Session;

/// Runs a command while every SIGINT and SIGTERM makes the request to stop more urgent.
pub(crate) async fn following<T>(session: &Session, command: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        ended = command => ended,
        never = follow(session) => match never {},
    }
}

/// Passes signals on for ever.
async fn follow(session: &Session) -> std::convert::Infallible {
    let both = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupts), Ok(mut terminations)) = both else {
        // Without them, signals end the process as they do by default; the journal copes with that.
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = interrupts.recv() => {}
            _ = terminations.recv() => {}
        }
        let told = match session.interrupt.urgency() {
            Urgency::None => {
                "\nInterrupted: nothing new is started, what is in flight is finished. Once more to leave at once.\n"
            }
            Urgency::Stop => "\nInterrupted again: leaving.\n",
            Urgency::Abandon => "",
        };
        session.environment.errors.write(told);
        session.interrupt.signal();
    }
}
