//! How fast calls may go out.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;
use tokio::time::sleep_until;

/// Lets calls through at a steady rate; the SDK's own repetitions of a call come on top.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Option<Duration>,
    next: Cell<Option<Instant>>,
}

impl Pace {
    /// At most so many calls a second; `None` for no limit.
    pub(super) fn of(rate: Option<f64>) -> Self {
        let interval = rate.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
        Self {
            interval,
            next: Cell::new(None),
        }
    }

    /// Waits until the next call may go out.
    pub(super) async fn turn(&self) {
        let Some(interval) = self.interval else { return };
        let now = Instant::now();
        let at = self.next.get().map_or(now, |next| next.max(now));
        self.next.set(Some(at + interval));
        sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_go_out_at_the_rate() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let pace = Pace::of(Some(100.0));
            let start = Instant::now();
            for _ in 0..6 {
                pace.turn().await;
            }
            assert!(start.elapsed() >= Duration::from_millis(50));
        });
    }
}
