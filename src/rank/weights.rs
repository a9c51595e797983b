//! The numbers behind the score, read from `rules/weights.toml` and checked.

use serde::Deserialize;

use crate::finding::Points;
use crate::finding::Scale;
use crate::finding::Severity;

/// The weights that are compiled in.
pub const BUILTIN_WEIGHTS: &str = include_str!("../../rules/weights.toml");

/// Points per factor and the thresholds of the severities; the sum of what factors give at most is 100.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    severity: SeverityWeights,
    pub(in crate::rank) impact: ImpactWeights,
    pub(in crate::rank) reach: ReachWeights,
    pub(in crate::rank) bareness: BarenessWeights,
    pub(in crate::rank) exposure: ExposureWeights,
    pub(in crate::rank) hygiene: HygieneWeights,
    #[serde(rename = "use")]
    pub(in crate::rank) usage: UseWeights,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeverityWeights {
    critical: u16,
    high: u16,
    medium: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rank) struct ImpactWeights {
    pub(in crate::rank) max: u16,
    pub(in crate::rank) critical: u16,
    pub(in crate::rank) high: u16,
    pub(in crate::rank) medium: u16,
    pub(in crate::rank) low: u16,
    pub(in crate::rank) enabler: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rank) struct ReachWeights {
    pub(in crate::rank) max: u16,
    pub(in crate::rank) share: u16,
    pub(in crate::rank) number: Vec<Step>,
    pub(in crate::rank) protected_percent: u16,
    pub(in crate::rank) none: u16,
    pub(in crate::rank) any: u16,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rank) struct Step {
    pub(in crate::rank) at_least: u32,
    pub(in crate::rank) points: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rank) struct BarenessWeights {
    pub(in crate::rank) max: u16,
    pub(in crate::rank) allowed: u16,
    pub(in crate::rank) undetermined: u16,
    pub(in crate::rank) choice: u16,
    pub(in crate::rank) resource: u16,
    pub(in crate::rank) identity: u16,
    pub(in crate::rank) network: u16,
    pub(in crate::rank) mfa: u16,
    pub(in crate::rank) unnamed: u16,
    pub(in crate::rank) each_more: u16,
    pub(in crate::rank) least: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rank) struct ExposureWeights {
    pub(in crate::rank) max: u16,
    pub(in crate::rank) public: u16,
    pub(in crate::rank) external: u16,
    pub(in crate::rank) archived_external: u16,
    pub(in crate::rank) root: u16,
    pub(in crate::rank) user_key: u16,
    pub(in crate::rank) user_password: u16,
    pub(in crate::rank) user_unknown: u16,
    pub(in crate::rank) user_bare: u16,
    pub(in crate::rank) identity_center: u16,
    pub(in crate::rank) role: u16,
    pub(in crate::rank) service_only: u16,
    pub(in crate::rank) service_linked: u16,
    pub(in crate::rank) management_account: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rank) struct HygieneWeights {
    pub(in crate::rank) max: u16,
    pub(in crate::rank) no_mfa: u16,
    pub(in crate::rank) root_key: u16,
    pub(in crate::rank) old_key: u16,
    pub(in crate::rank) old_key_days: u16,
    pub(in crate::rank) unused_key: u16,
    pub(in crate::rank) unused_password: u16,
    pub(in crate::rank) unused_days: u16,
    pub(in crate::rank) unknown: u16,
    pub(in crate::rank) no_credentials: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rank) struct UseWeights {
    pub(in crate::rank) max: u16,
    pub(in crate::rank) unused: u16,
    pub(in crate::rank) unused_days: u16,
    pub(in crate::rank) used: u16,
    pub(in crate::rank) neutral: u16,
}

/// A weights file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// Not TOML, or a key is unknown, missing or of the wrong type.
    #[error("{file}:{line}: {message}; rules/weights.toml of the product shows every key")]
    Toml {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the TOML reader says.
        message: String,
    },
    /// The maxima do not add up to 100.
    #[error("{file}: the six `max` add up to {sum}; make it 100")]
    Sum {
        /// The file.
        file: String,
        /// Their sum.
        sum: u32,
    },
    /// A value is above the maximum of its table.
    #[error("{file}: [{table}] {key} = {value} is above max = {max}")]
    AboveMax {
        /// The file.
        file: String,
        /// The table.
        table: String,
        /// The key.
        key: String,
        /// Its value.
        value: i64,
        /// The maximum.
        max: i64,
    },
    /// The thresholds are not in order.
    #[error("{file}: [severity] needs 100 >= critical > high > medium > 0")]
    Thresholds {
        /// The file.
        file: String,
    },
    /// The steps of a number are not in order, give too much, or a percentage is above 100.
    #[error(
        "{file}: [reach] needs protected_percent of at most 100, `number` with rising at_least and points, and \
         share and the last points of at most max together"
    )]
    Steps {
        /// The file.
        file: String,
    },
}

impl Weights {
    /// The weights that are compiled in.
    ///
    /// # Errors
    /// [`WeightsError`] when the built-in file is wrong; a test keeps it right.
    pub fn builtin() -> Result<Self, WeightsError> {
        Self::parse("rules/weights.toml", BUILTIN_WEIGHTS)
    }

    /// Reads and checks a weights file.
    ///
    /// # Errors
    /// [`WeightsError`] with the file and what is wrong in it.
    pub fn parse(file: &str, text: &str) -> Result<Self, WeightsError> {
        let weights: Self = read(file, text)?;
        weights.check(file)?;
        check_points(file, &read(file, text)?)?;
        Ok(weights)
    }

    /// What each factor can give at most, in the order of `FactorName::ALL`.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.maxima().map(|max| Points::from_tenths(max.saturating_mul(10)))
    }

    /// The severity of a score.
    #[must_use]
    pub fn severity(&self, total: Points) -> Severity {
        let reaches = |threshold: u16| total.tenths() >= threshold.saturating_mul(10);
        if reaches(self.severity.critical) {
            Severity::Critical
        } else if reaches(self.severity.high) {
            Severity::High
        } else if reaches(self.severity.medium) {
            Severity::Medium
        } else {
            Severity::Low
        }
    }

    fn maxima(&self) -> [u16; 6] {
        let Self {
            impact,
            reach,
            bareness,
            exposure,
            hygiene,
            usage,
            ..
        } = self;
        [impact.max, reach.max, bareness.max, exposure.max, hygiene.max, usage.max]
    }

    fn check(&self, file: &str) -> Result<(), WeightsError> {
        let file = || file.to_owned();
        let sum = self.maxima().map(u32::from).iter().sum();
        if sum != 100 {
            return Err(WeightsError::Sum { file: file(), sum });
        }
        let SeverityWeights { critical, high, medium } = self.severity;
        if !(100 >= critical && critical > high && high > medium && medium > 0) {
            return Err(WeightsError::Thresholds { file: file() });
        }
        let rises = self
            .reach
            .number
            .is_sorted_by(|a, b| a.at_least < b.at_least && a.points <= b.points);
        let most = self
            .reach
            .number
            .last()
            .map_or(0, |step| step.points)
            .saturating_add(self.reach.share);
        if !rises || most > self.reach.max || self.reach.protected_percent > 100 {
            return Err(WeightsError::Steps { file: file() });
        }
        Ok(())
    }
}

fn read<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, WeightsError> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1;
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        WeightsError::Toml {
            file: file.to_owned(),
            line,
            message,
        }
    })
}

/// No points above the `max` of their table; days and percentages are no points.
fn check_points(file: &str, tables: &toml::Table) -> Result<(), WeightsError> {
    for (table, values) in tables {
        let Some(values) = values.as_table() else { continue };
        let numbers = || values.iter().filter_map(|(key, value)| Some((key, value.as_integer()?)));
        let Some((_, max)) = numbers().find(|(key, _)| *key == "max") else {
            continue;
        };
        let is_points = |key: &str| !key.ends_with("_days") && !key.ends_with("_percent");
        if let Some((key, value)) = numbers().find(|(key, value)| is_points(key) && *value > max) {
            let (file, table, key) = (file.to_owned(), table.clone(), key.clone());
            return Err(WeightsError::AboveMax {
                file,
                table,
                key,
                value,
                max,
            });
        }
    }
    Ok(())
}
