//! What an answer rests on, held for the rows that are not what they were.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::baseline::raw::RawEvidence;
use crate::finding::Citation;
use crate::finding::Finding;
use crate::finding::Interner;
use crate::finding::Score;

/// Without the places in the files: they move with every edit. All lists are sorted, and hold nothing twice.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    pub(super) grants: Arc<[Citation]>,
    /// What limits, and for a denied row what blocks.
    pub(super) limits: Arc<[Citation]>,
    pub(super) conditions: Box<[Arc<str>]>,
    pub(super) unknowns: Box<[Arc<str>]>,
    pub(super) reach: Option<Reach>,
    pub(super) tags: Option<Tags>,
    /// The factors of the score.
    pub(super) factors: Box<[Factor]>,
}

/// Name, points and reason of a factor.
pub(super) type Factor = (Arc<str>, Arc<str>, Arc<str>);

pub(super) type Tags = Arc<BTreeMap<Box<str>, Box<str>>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) reachable: u32,
    pub(super) total: u32,
    pub(super) sample: Box<[Arc<str>]>,
}

/// What many rows say, held once.
#[derive(Default)]
pub(super) struct Pool {
    texts: Interner<str>,
    citations: Interner<[Citation]>,
    tags: BTreeSet<Tags>,
}

impl Pool {
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        self.texts.intern(text)
    }

    fn texts<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) -> Box<[Arc<str>]> {
        let mut all: Vec<Arc<str>> = texts.into_iter().map(|text| self.text(text.as_ref())).collect();
        all.sort_unstable();
        all.dedup();
        all.into()
    }

    fn citations(&mut self, citations: impl IntoIterator<Item = Citation>) -> Arc<[Citation]> {
        let mut all: Vec<Citation> = citations
            .into_iter()
            .map(|citation| Citation {
                policy: self.text(&citation.policy),
                sid: citation.sid.map(|sid| self.text(&sid)),
                via: citation.via.map(|via| self.text(&via)),
                place: None,
                text: None,
                ..citation
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        self.citations.intern(&all)
    }

    fn tags(&mut self, tags: BTreeMap<Box<str>, Box<str>>) -> Tags {
        if let Some(known) = self.tags.get(&tags) {
            return Arc::clone(known);
        }
        let tags = Arc::new(tags);
        self.tags.insert(Arc::clone(&tags));
        tags
    }

    fn factors<'f>(&mut self, factors: impl Iterator<Item = (&'f str, String, &'f str)>) -> Box<[Factor]> {
        let factors = factors.map(|(name, points, why)| (self.text(name), self.text(&points), self.text(why)));
        let mut all: Vec<_> = factors.collect();
        all.sort_unstable();
        all.dedup_by(|later, first| later.0 == first.0);
        all.into()
    }
}

impl Evidence {
    /// Of a finding of this run.
    pub(super) fn of(finding: &Finding, pool: &mut Pool) -> Self {
        let blocking = finding.blockers.iter().flat_map(|blockers| &blockers.members);
        let limits = finding.limits.iter().chain(blocking.map(|blocker| &blocker.by));
        let factors = finding.score.iter().flat_map(Score::factors);
        Self {
            grants: pool.citations(finding.grants.iter().cloned()),
            limits: pool.citations(limits.cloned()),
            conditions: pool.texts(finding.conditions.iter().map(|one| &one.words)),
            unknowns: pool.texts(finding.unknowns.iter()),
            reach: finding.resources.as_ref().map(|reach| Reach {
                reachable: reach.reachable,
                total: reach.total,
                sample: pool.texts(reach.sample.iter().map(|one| &one.name)),
            }),
            tags: finding.identity.tags.clone().map(|tags| pool.tags(tags)),
            factors: pool.factors(factors.map(|factor| (factor.name.word(), factor.points.to_string(), factor.why))),
        }
    }

    /// Of a row of a report.
    pub(super) fn of_raw(raw: RawEvidence, pool: &mut Pool) -> Result<Self, String> {
        let citations = |raw: Vec<_>| raw.into_iter().map(Citation::try_from).collect::<Result<Vec<_>, _>>();
        let grants = citations(raw.grants)?;
        let blocking = raw.blockers.into_iter().flat_map(|blockers| blockers.members);
        let limits = raw.limits.into_iter().chain(blocking.map(|blocker| blocker.by));
        let limits = citations(limits.collect())?;
        let factors = raw.score.iter().flat_map(|score| &score.factors);
        Ok(Self {
            grants: pool.citations(grants),
            limits: pool.citations(limits),
            conditions: pool.texts(raw.conditions.iter().map(|condition| &condition.words)),
            unknowns: pool.texts(&raw.unknowns),
            reach: raw.resources.map(|reach| Reach {
                reachable: reach.reachable,
                total: reach.total,
                sample: pool.texts(reach.sample.iter().map(|resource| &resource.name)),
            }),
            tags: raw.identity.tags.map(|tags| pool.tags(tags)),
            factors: pool.factors(factors.map(|factor| (&*factor.name, format!("{:.1}", factor.points), &*factor.why))),
        })
    }
}

/// What only the first of two sorted lists has.
pub(super) fn only_in<'l, T: Ord>(list: &'l [T], other: &'l [T]) -> impl Iterator<Item = &'l T> {
    list.iter().filter(|item| other.binary_search(item).is_err())
}
