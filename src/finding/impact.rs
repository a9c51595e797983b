//! What one successful call costs, before scope and identity are weighed.

use crate::finding::words::words;

/// How bad the action is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// One identity can destroy many workloads or take over the account; only backups bring them back.
    Critical,
    /// Compute or its data is lost for good, or all guardrails fall.
    High,
    /// A service outage; the workload can be rebuilt from its definition.
    Medium,
    /// An interruption that the owner reverses with one call, or a slow path.
    Low,
    /// Harmless alone; removes a protection or arms another method.
    Enabler,
}

words!(Impact {
    Critical => "critical",
    High => "high",
    Medium => "medium",
    Low => "low",
    Enabler => "enabler",
});

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// The thing and its local data are gone.
    Irreversible,
    /// Gone, but a definition outside it recreates it.
    Rebuildable,
    /// Still there, not running.
    Interruption,
    /// Nothing by itself.
    Enabler,
}

words!(Loss {
    Irreversible => "irreversible",
    Rebuildable => "rebuildable",
    Interruption => "interruption",
    Enabler => "enabler",
});
