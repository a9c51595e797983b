//! A score of 0 to 100 as the sum of named factors, each with its reason.

use std::sync::Arc;

use crate::finding::Points;
use crate::finding::Severity;
use crate::finding::words::words;

/// How many factors a score has.
pub const FACTOR_COUNT: usize = 6;

/// The factors of a score, in the order in which they are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactorName {
    /// What one successful call costs.
    Impact,
    /// How many resources the call can hit.
    Reach,
    /// How bare of conditions the permission is.
    Bareness,
    /// How easily someone gets hold of the identity.
    Exposure,
    /// How well its credentials are kept.
    Hygiene,
    /// Whether the identity is used at all.
    Use,
}

words!(FactorName {
    Impact => "impact",
    Reach => "reach",
    Bareness => "bareness",
    Exposure => "exposure",
    Hygiene => "hygiene",
    Use => "use",
});

/// What each factor can give at most; shared by all scores of a run.
pub type Scale = [Points; FACTOR_COUNT];

/// What one factor gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorScore {
    /// The points.
    pub points: Points,
    /// Why, in words.
    pub why: Arc<str>,
}

/// A ranked finding's score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    scale: Arc<Scale>,
    points: Scale,
    why: [Arc<str>; FACTOR_COUNT],
    severity: Severity,
}

/// One factor as it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Factor<'a> {
    /// Which factor.
    pub name: FactorName,
    /// What it gave.
    pub points: Points,
    /// What it can give at most.
    pub max: Points,
    /// Why, in words.
    pub why: &'a str,
}

impl Score {
    /// A score of these factors, in the order of [`FactorName::ALL`]; its severity is given by the total.
    #[must_use]
    pub fn new(scale: Arc<Scale>, factors: [FactorScore; FACTOR_COUNT], severity: impl FnOnce(Points) -> Severity) -> Self {
        let points = factors.each_ref().map(|factor| factor.points);
        let why = factors.map(|factor| factor.why);
        let severity = severity(points.into_iter().sum());
        Self {
            scale,
            points,
            why,
            severity,
        }
    }

    /// The total, 0 to 100: the sum of the factors.
    #[must_use]
    pub fn total(&self) -> Points {
        self.points.into_iter().sum()
    }

    /// The severity by the total.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The factors that add up to the total.
    pub fn factors(&self) -> impl Iterator<Item = Factor<'_>> {
        let numbers = self.points.iter().zip(self.scale.iter());
        FactorName::ALL
            .iter()
            .zip(numbers)
            .zip(&self.why)
            .map(|((&name, (&points, &max)), why)| Factor { name, points, max, why })
    }
}

impl serde::Serialize for Score {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Score", 3)?;
        fields.serialize_field("total", &self.total())?;
        fields.serialize_field("severity", &self.severity)?;
        fields.serialize_field("factors", &self.factors().collect::<Vec<_>>())?;
        fields.end()
    }
}
