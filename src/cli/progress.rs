//! Progress over accounts, once the work turns out to be long and somebody watches.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use crate::output;

/// Work is long when it takes longer than this.
const QUIET: Duration = Duration::from_secs(2);

/// Counts what is done.
pub(crate) struct Progress {
    total: usize,
    done: AtomicUsize,
    started: Instant,
    is_shown: bool,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        Self {
            total,
            done: AtomicUsize::new(0),
            started: Instant::now(),
            is_shown: output::shows_progress(),
        }
    }

    /// Counts one more account.
    pub(crate) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.is_shown && self.started.elapsed() > QUIET {
            output::progress(&format!("{done} of {} accounts", self.total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown && self.started.elapsed() > QUIET {
            output::progress("");
        }
    }
}
