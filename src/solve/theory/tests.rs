//! The theories against brute force over small domains.

use crate::catalog::ValueType;
use crate::evaluate::ContextValue;
use crate::ident::Glob;
use crate::policy::ConditionOperator;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::SetQualifier;
use crate::solve::theory::Alphabet;
use crate::solve::theory::Domain;
use crate::solve::theory::Found;
use crate::solve::theory::Literal;
use crate::solve::theory::Reading;
use crate::solve::theory::key::meets;
use crate::solve::theory::text::FoundText;
use crate::solve::theory::text::Group;
use crate::solve::theory::text::TextGlob;
use crate::solve::theory::text::find_text;
use crate::solve::theory::text::representatives;
use crate::solve::theory::value_for;

/// A small generator, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

/// Every text over the letters, up to a length.
fn texts(letters: &str, length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        last = last
            .iter()
            .flat_map(|text| letters.chars().map(move |letter| format!("{text}{letter}")))
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn some_glob(random: &mut Random) -> Glob {
    let pattern: String = (0..random.below(4)).map(|_| random.pick(&["a", "b", "*", "?"])).collect();
    Glob::from_policy_text(&pattern)
}

#[test]
fn texts_are_found_if_and_only_if_there_are_any() {
    let mut random = Random(7);
    let universe = texts("abx", 6);
    let (mut found, mut none) = (0, 0);
    for _ in 0..2_000 {
        let wanted: Vec<(Vec<Glob>, bool)> = (0..2 + random.below(4))
            .map(|_| {
                let globs = (0..=random.below(2)).map(|_| some_glob(&mut random)).collect();
                (globs, random.below(2) == 0)
            })
            .collect();
        let group = |(globs, holds): &(Vec<Glob>, bool)| Group {
            globs: globs.iter().cloned().map(TextGlob::exact).collect(),
            holds: *holds,
        };
        let groups: Vec<Group> = wanted.iter().map(group).collect();
        let meets = |text: &str| {
            let is_met = |(globs, holds): &(Vec<Glob>, bool)| globs.iter().any(|glob| glob.matches(text)) == *holds;
            wanted.iter().all(is_met)
        };
        match find_text(&groups, Alphabet::Any) {
            FoundText::Text(text) => {
                assert!(meets(&text), "{text:?} for {groups:?}");
                found += 1;
            }
            FoundText::Nothing => {
                assert!(!universe.iter().any(|text| meets(text)), "nothing for {groups:?}");
                none += 1;
            }
            FoundText::GaveUp => panic!("gave up on {groups:?}"),
        }
    }
    assert!(found > 200 && none > 200, "{found} {none}");
}

#[test]
fn representatives_stand_for_every_text() {
    let mut random = Random(13);
    let universe = texts("abx", 6);
    for _ in 0..600 {
        let wanted = some_glob(&mut random);
        let globs = [some_glob(&mut random), some_glob(&mut random), some_glob(&mut random)];
        let of = |text: &str| globs.iter().map(|glob| glob.matches(text)).collect::<Vec<_>>();
        let exact: Vec<TextGlob> = globs.iter().cloned().map(TextGlob::exact).collect();
        let found = representatives(&TextGlob::exact(wanted.clone()), &exact).unwrap_or_default();
        for text in universe.iter().filter(|text| wanted.matches(text)) {
            assert!(
                found.iter().any(|stands| of(stands) == of(text)),
                "{text:?} of {wanted:?} {globs:?}"
            );
        }
        assert!(found.iter().all(|text| wanted.matches(text)));
    }
}

fn domain(value_type: ValueType, is_multivalued: bool) -> Domain {
    Domain {
        may_be_absent: true,
        may_be_present: true,
        value_type: Some(value_type),
        is_multivalued,
        is_public: false,
        prefix: None,
        alphabet: Alphabet::Any,
    }
}

fn test(random: &mut Random, key: &str, operators: &[ConditionOperator], values: &[&str], is_multivalued: bool) -> ConditionTest {
    let operator = if random.below(8) == 0 {
        ConditionOperator::Null
    } else {
        operators
            .get(random.below(operators.len()))
            .copied()
            .unwrap_or(ConditionOperator::Null)
    };
    let is_null = operator == ConditionOperator::Null;
    let qualifier = match random.below(2) {
        _ if is_null || !is_multivalued => None,
        0 => Some(SetQualifier::ForAnyValue),
        _ => Some(SetQualifier::ForAllValues),
    };
    let value = |random: &mut Random| -> Box<str> {
        if is_null {
            random.pick(&["true", "false"])
        } else {
            random.pick(values)
        }
        .into()
    };
    ConditionTest {
        operator,
        qualifier,
        if_exists: !is_null && random.below(4) == 0,
        key: ContextKey::new(key),
        values: (0..=random.below(2)).map(|_| value(random)).collect(),
    }
}

/// Random conjunctions on one key: what the theory says against every value of a pool that stands for all.
fn agrees_with(key: &str, domain: &Domain, operators: &[ConditionOperator], values: &[&str], pool: &[ContextValue]) {
    let mut random = Random(11);
    let key_name = ContextKey::new(key);
    let (mut found, mut none) = (0, 0);
    for _ in 0..1_500 {
        let tests: Vec<(ConditionTest, bool)> = (0..=random.below(4))
            .map(|_| {
                let test = test(&mut random, key, operators, values, domain.is_multivalued);
                (test, random.below(2) == 0)
            })
            .collect();
        let literals: Vec<Literal<'_>> = tests.iter().map(|(test, holds)| Literal { test, holds: *holds }).collect();
        match value_for(&key_name, &literals, domain, Reading::Must) {
            Found::Value(value) => {
                assert!(meets(&key_name, &value, &literals, Reading::Must), "{value:?} for {tests:?}");
                found += 1;
            }
            Found::Nothing => {
                let other = pool.iter().find(|value| meets(&key_name, value, &literals, Reading::Must));
                assert_eq!(other, None, "for {tests:?}");
                none += 1;
            }
            Found::GaveUp => panic!("gave up on {tests:?}"),
        }
    }
    assert!(found > 100 && none > 100, "{found} {none}");
}

fn singles(texts: impl IntoIterator<Item = String>) -> Vec<ContextValue> {
    let present = texts.into_iter().map(ContextValue::single);
    std::iter::once(ContextValue::Absent).chain(present).collect()
}

#[test]
fn addresses_of_a_small_network() {
    use ConditionOperator::IpAddress;
    use ConditionOperator::NotIpAddress;
    let pool = singles(
        (0..=255)
            .map(|last| format!("203.0.113.{last}"))
            .chain(["9.9.9.9".to_owned()]),
    );
    let blocks = [
        "203.0.113.0/24",
        "203.0.113.0/25",
        "203.0.113.128/25",
        "203.0.113.0/26",
        "203.0.113.64/26",
        "203.0.113.7",
        "203.0.113.0/31",
        "0.0.0.0/0",
        "::/0",
    ];
    agrees_with(
        "aws:VpcSourceIp",
        &domain(ValueType::IpAddress, false),
        &[IpAddress, NotIpAddress],
        &blocks,
        &pool,
    );
}

#[test]
fn numbers_near_each_other() {
    use ConditionOperator::NumericEquals;
    use ConditionOperator::NumericGreaterThan;
    use ConditionOperator::NumericGreaterThanEquals;
    use ConditionOperator::NumericLessThan;
    use ConditionOperator::NumericLessThanEquals;
    use ConditionOperator::NumericNotEquals;
    let operators = [
        NumericEquals,
        NumericNotEquals,
        NumericLessThan,
        NumericLessThanEquals,
        NumericGreaterThan,
        NumericGreaterThanEquals,
    ];
    agrees_with(
        "aws:MultiFactorAuthAge",
        &domain(ValueType::Numeric, false),
        &operators,
        &["0", "1", "1.5", "2", "4", "5.0"],
        &singles((0..9).map(|number| number.to_string())),
    );
}

#[test]
fn a_number_too_large_to_look_at_is_not_called_impossible() {
    let test = |operator| ConditionTest {
        operator,
        qualifier: None,
        if_exists: false,
        key: ContextKey::new("aws:MultiFactorAuthAge"),
        values: ["9".repeat(50).into()].into(),
    };
    let above = test(ConditionOperator::NumericGreaterThan);
    let literals = [Literal {
        test: &above,
        holds: true,
    }];
    let found = value_for(&above.key, &literals, &domain(ValueType::Numeric, false), Reading::Must);
    assert_eq!(found, Found::GaveUp);
}

#[test]
fn dates_a_second_apart() {
    use ConditionOperator::DateEquals;
    use ConditionOperator::DateGreaterThan;
    use ConditionOperator::DateGreaterThanEquals;
    use ConditionOperator::DateLessThan;
    use ConditionOperator::DateLessThanEquals;
    use ConditionOperator::DateNotEquals;
    let operators = [
        DateEquals,
        DateNotEquals,
        DateLessThan,
        DateLessThanEquals,
        DateGreaterThan,
        DateGreaterThanEquals,
    ];
    agrees_with(
        "aws:TokenIssueTime",
        &domain(ValueType::Date, false),
        &operators,
        &["2030-01-01T00:00:01Z", "2030-01-01T00:00:02Z", "2030-01-01T00:00:04Z"],
        &singles((0..7).map(|second| format!("2030-01-01T00:00:0{second}Z"))),
    );
}

#[test]
fn texts_of_one_key() {
    use ConditionOperator::StringEquals;
    use ConditionOperator::StringEqualsIgnoreCase;
    use ConditionOperator::StringLike;
    use ConditionOperator::StringNotEquals;
    use ConditionOperator::StringNotEqualsIgnoreCase;
    use ConditionOperator::StringNotLike;
    let operators = [
        StringEquals,
        StringNotEquals,
        StringEqualsIgnoreCase,
        StringNotEqualsIgnoreCase,
        StringLike,
        StringNotLike,
    ];
    let pool = texts("aAbx", 4);
    agrees_with(
        "aws:ResourceTag/k",
        &domain(ValueType::String, false),
        &operators,
        &["a", "A", "ab", "a*", "*b", "?", "a?b", "*a*", "${*}", "*"],
        &singles(pool),
    );
}

#[test]
fn texts_of_a_strict_alphabet() {
    use ConditionOperator::StringEquals;
    use ConditionOperator::StringLike;
    use ConditionOperator::StringNotEquals;
    use ConditionOperator::StringNotLike;
    let of_tags = Domain {
        alphabet: Alphabet::Tag,
        ..domain(ValueType::String, false)
    };
    agrees_with(
        "aws:ResourceTag/k",
        &of_tags,
        &[StringEquals, StringNotEquals, StringLike, StringNotLike],
        &["a", "a,b", "a*", "*,*", "?", "a ?", "*", "${$}"],
        &singles(texts("ab @", 4)),
    );
}

#[test]
fn sets_of_three_elements() {
    use ConditionOperator::StringEquals;
    use ConditionOperator::StringLike;
    use ConditionOperator::StringNotEquals;
    use ConditionOperator::StringNotLike;
    let elements = ["a", "b", "x", "ab"];
    let mut pool = vec![ContextValue::Absent];
    for chosen in 1..16_u32 {
        let values = elements.iter().enumerate().filter(|(at, _)| chosen & (1 << at) != 0);
        pool.push(ContextValue::many(values.map(|(_, value)| *value)));
    }
    agrees_with(
        "aws:TagKeys",
        &domain(ValueType::String, true),
        &[StringEquals, StringNotEquals, StringLike, StringNotLike],
        &["a", "b", "a*", "*b", "*"],
        &pool,
    );
}

#[test]
fn truth_values() {
    agrees_with(
        "aws:SecureTransport",
        &domain(ValueType::Bool, false),
        &[ConditionOperator::Bool],
        &["true", "false"],
        &singles(["true".to_owned(), "false".to_owned()]),
    );
}
