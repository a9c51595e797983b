//! The request context: what each condition key is worth, three-valued.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use crate::catalog::ControlClass;
use crate::ident::OpenPoint;
use crate::policy::ContextKey;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContextValue {
    /// The request does not carry the key.
    Absent,
    /// A single-valued key.
    Single(Box<str>),
    /// A multivalued key; an empty set counts as absent.
    Many(Box<[Box<str>]>),
    /// The value begins with this text; the rest is fixed when the session is issued.
    Prefix(Box<str>),
    /// Nothing is known, not even whether the key is there; the class says who decides.
    Unknown(ControlClass),
    /// Whether and what is not documented.
    Open(OpenPoint),
    /// `aws:MultiFactorAuthPresent` of a role session: absent or `false`, AWS pages differ (E246, U17).
    MfaNotProven,
    /// `aws:MultiFactorAuthAge` of a role session: not proven; only a `Null` test is open (E246, U17).
    MfaAgeNotProven,
    /// Two tags whose keys differ only in case: one of these values (E114, U9).
    OneOf(Box<[Box<str>]>),
}

impl ContextValue {
    /// A single value.
    #[must_use]
    pub fn single(text: impl Into<Box<str>>) -> Self {
        Self::Single(text.into())
    }

    /// A set of values.
    pub fn many<T: Into<Box<str>>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Many(texts.into_iter().map(Into::into).collect())
    }
}

/// The values of all keys of one request.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RequestContext {
    keys: BTreeMap<Cow<'static, str>, ContextValue>,
    families: BTreeMap<Cow<'static, str>, ContextValue>,
    /// The keys that somebody will ask for, in lower case; none: any.
    wanted: Option<Arc<BTreeSet<Box<str>>>>,
    /// The lengths of their names, a bit each: a key of another length is asked for by nobody.
    lengths: u64,
}

#[expect(clippy::missing_fields_in_debug, reason = "the lengths follow from the names")]
impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("keys", &self.keys)
            .field("families", &self.families)
            .field("wanted", &self.wanted)
            .finish()
    }
}

/// The bit of a length; the last stands for all that are longer.
fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}

impl RequestContext {
    /// An empty context: every key is absent.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty context that takes these keys only, named in lower case: no statement asks for others.
    #[must_use]
    pub fn only(keys: Arc<BTreeSet<Box<str>>>) -> Self {
        Self {
            lengths: keys.iter().fold(0, |lengths, key| lengths | length_bit(key)),
            wanted: Some(keys),
            ..Self::default()
        }
    }

    /// Whether somebody may ask for the key; its name is given in lower case.
    #[must_use]
    pub fn wants(&self, lower: &str) -> bool {
        let is_wanted = |wanted: &Arc<BTreeSet<Box<str>>>| self.lengths & length_bit(lower) != 0 && wanted.contains(lower);
        self.wanted.as_ref().is_none_or(is_wanted)
    }

    /// Whether somebody may ask for a key that begins with the prefix, given in lower case.
    #[must_use]
    pub fn wants_family(&self, prefix: &str) -> bool {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        self.wanted.as_ref().is_none_or(|wanted| {
            let first = wanted.range::<str, _>(from).next();
            first.is_some_and(|key| key.starts_with(prefix))
        })
    }

    /// Sets a key; its name ignores case.
    pub fn set(&mut self, key: &str, value: ContextValue) {
        let lower = key.to_ascii_lowercase();
        if self.wants(&lower) {
            self.keys.insert(lower.into(), value);
        }
    }

    /// Sets a key whose name is a constant in lower case.
    pub(crate) fn put(&mut self, lower: &'static str, value: ContextValue) {
        self.put_with(lower, || value);
    }

    /// Sets a key whose name is a constant in lower case, if somebody may ask for it.
    pub(crate) fn put_with(&mut self, lower: &'static str, value: impl FnOnce() -> ContextValue) {
        if self.wants(lower) {
            self.keys.insert(Cow::Borrowed(lower), value());
        }
    }

    /// Sets what all keys that begin with `prefix` (`aws:ResourceTag/`) are worth unless set one by one.
    pub fn set_family(&mut self, prefix: &str, value: ContextValue) {
        let lower = prefix.to_ascii_lowercase();
        if self.wants_family(&lower) {
            self.families.insert(lower.into(), value);
        }
    }

    /// The value of a key; one that nobody set is absent.
    #[must_use]
    pub fn get(&self, key: &ContextKey) -> &ContextValue {
        self.get_lower(key.lower())
    }

    /// The value of a key whose name is given in lower case.
    #[must_use]
    pub fn get_lower(&self, lower: &str) -> &ContextValue {
        self.set_value(lower).unwrap_or(&ContextValue::Absent)
    }

    /// Whether somebody set the key or its family, be it to absent; the name is given in lower case.
    #[must_use]
    pub fn is_set(&self, lower: &str) -> bool {
        self.set_value(lower).is_some()
    }

    fn set_value(&self, lower: &str) -> Option<&ContextValue> {
        let family = || {
            let (name, _) = lower.split_once('/')?;
            self.families.get(lower.get(..=name.len())?)
        };
        self.keys.get(lower).or_else(family)
    }

    /// Gives every key and family whose value is unknown the value that `settle` names for it, and a value of which only
    /// the beginning is known an end.
    pub fn settle_open(&mut self, settle: impl Fn(&str) -> ContextValue) {
        for (name, value) in self.keys.iter_mut().chain(self.families.iter_mut()) {
            match value {
                ContextValue::Unknown(_) => *value = settle(name),
                ContextValue::Prefix(prefix) => *value = ContextValue::single(format!("{prefix}leastwise")),
                ContextValue::Absent
                | ContextValue::Single(_)
                | ContextValue::Many(_)
                | ContextValue::Open(_)
                | ContextValue::MfaNotProven
                | ContextValue::MfaAgeNotProven
                | ContextValue::OneOf(_) => {}
            }
        }
    }

    /// Sets a tag of the resource under each prefix by which the context knows its tags (E303).
    pub fn set_resource_tag(&mut self, tag: &str, value: &ContextValue) {
        const SUFFIX: &str = ":resourcetag/";
        let prefixes = self.families.keys().filter(|family| family.ends_with(SUFFIX));
        let of_family: Vec<String> = prefixes.map(|prefix| format!("{prefix}{tag}")).collect();
        let named = self
            .keys
            .keys()
            .filter(|key| key.split_once(SUFFIX).is_some_and(|(_, own)| own == tag));
        let named: Vec<String> = named.map(ToString::to_string).collect();
        for key in of_family.iter().chain(&named) {
            self.set(key, value.clone());
        }
    }

    /// The keys that were set, in order, by their names in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.keys.iter().map(|(key, value)| (&**key, value))
    }
}
