//! A formula as alternatives, each a list of tests that must all come out as told: few of them, none weaker than needed.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::evaluate::Atom;
use crate::evaluate::Formula;
use crate::evaluate::UnmetTest;
use crate::policy::ConditionOperator;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::OperatorFamily;
use crate::policy::SetQualifier;
use crate::policy::variables;
use crate::solve::satisfy::common_name;

/// The most alternatives at any step; what is more is cut.
const MAX_CUBES: usize = 16;

/// The most questions put to the theories.
const MAX_QUESTIONS: usize = 1_500;

/// How many tests are looked at, at most, to say it shorter. What is said is as right without.
const MAX_WORK: usize = 1_000_000;

/// The longest list of values that is looked at one by one.
const MAX_VALUES: usize = 32;

/// A test, and how it must come out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// The test; of both spellings of a resource tag under the common one.
    pub atom: Atom,
    /// Whether it must hold, or must not.
    pub holds: bool,
}

/// Tests that must all come out as told, sorted.
pub(super) type Cube = Vec<Requirement>;

/// Whether some value of a key meets all of these tests, which are all on it; true where that is not known.
pub(super) type Possible<'p> = dyn Fn(&ContextKey, &[(&ConditionTest, bool)]) -> bool + 'p;

/// The alternatives of a formula.
pub(super) struct Cubes<'p> {
    possible: &'p Possible<'p>,
    known: RefCell<BTreeMap<Cube, bool>>,
    work: Cell<usize>,
    /// Whether alternatives were cut: there are more.
    pub(super) is_cut: bool,
}

impl<'p> Cubes<'p> {
    pub(super) fn new(possible: &'p Possible<'p>) -> Self {
        Self {
            possible,
            known: RefCell::default(),
            work: Cell::default(),
            is_cut: false,
        }
    }

    /// How many questions were put to the theories.
    pub(super) fn questions(&self) -> usize {
        self.known.borrow().len()
    }

    /// Counts tests that are looked at; false once it was too many.
    fn spend(&self, tests: usize) -> bool {
        let work = self.work.get().saturating_add(tests);
        self.work.set(work);
        work <= MAX_WORK
    }

    /// The alternatives under which the formula holds, simplified.
    pub(super) fn of(&mut self, formula: &Formula) -> Vec<Cube> {
        let cubes = self.expanded(formula, true);
        self.simplified(cubes)
    }

    fn expanded(&mut self, formula: &Formula, holds: bool) -> Vec<Cube> {
        match (formula, holds) {
            (Formula::True, true) | (Formula::False, false) => vec![Cube::new()],
            (Formula::True, false) | (Formula::False, true) => Vec::new(),
            (Formula::Not(inner), _) => self.expanded(inner, !holds),
            (Formula::Atom(atom), _) => vec![vec![self.requirement(atom, holds)]],
            (Formula::Any(parts), true) | (Formula::All(parts), false) => {
                let all: BTreeSet<Cube> = parts.iter().flat_map(|part| self.expanded(part, holds)).collect();
                let kept = self.without_needless(all.into_iter().collect());
                self.cut(kept)
            }
            (Formula::All(parts), true) | (Formula::Any(parts), false) => {
                let mut factors: Vec<Vec<Cube>> = parts.iter().map(|part| self.expanded(part, holds)).collect();
                factors.sort_by_key(Vec::len);
                let mut product = vec![Cube::new()];
                for factor in factors {
                    let mut next: BTreeSet<Cube> = BTreeSet::new();
                    for cube in &product {
                        // What meets the factor anyhow needs nothing more.
                        if factor.iter().any(|other| self.implies(cube, other)) {
                            next.insert(cube.clone());
                            continue;
                        }
                        next.extend(factor.iter().filter_map(|other| self.both(cube, other)));
                    }
                    let next = self.without_needless(next.into_iter().collect());
                    product = self.cut(next);
                }
                product
            }
        }
    }

    fn cut(&mut self, mut cubes: Vec<Cube>) -> Vec<Cube> {
        self.is_cut |= cubes.len() > MAX_CUBES;
        cubes.truncate(MAX_CUBES);
        cubes
    }

    /// The test under its common name, and said positively where that is the same.
    fn requirement(&self, atom: &Atom, holds: bool) -> Requirement {
        let Atom::Test(unmet) = atom else {
            return Requirement {
                atom: atom.clone(),
                holds,
            };
        };
        let mut unmet = unmet.clone();
        unmet.test.key = common_name(&unmet.test.key);
        let requirement = |test: ConditionTest, holds| Requirement {
            atom: Atom::Test(UnmetTest {
                test,
                class: unmet.class,
            }),
            holds,
        };
        let said = requirement(unmet.test.clone(), holds);
        if holds || key_of(&said).is_none() {
            return said;
        }
        let is_opposite = |other: &ConditionTest| {
            let (yes, no) = (requirement(unmet.test.clone(), true), said.clone());
            let (other_yes, other_no) = (requirement(other.clone(), true), requirement(other.clone(), false));
            !self.is_possible(&[yes, other_yes]) && !self.is_possible(&[no, other_no])
        };
        match opposites(&unmet.test).into_iter().find(is_opposite) {
            Some(other) => requirement(other, true),
            None => said,
        }
    }

    /// Whether the theory of the key leaves a value; tests that tie keys are met.
    fn is_possible(&self, cube: &[Requirement]) -> bool {
        let mut by_key: BTreeMap<&ContextKey, Vec<&Requirement>> = BTreeMap::new();
        for requirement in cube {
            if let Some((key, _)) = key_of(requirement) {
                by_key.entry(key).or_default().push(requirement);
            }
        }
        by_key.into_iter().all(|(key, of_key)| {
            let mut of_key: Cube = of_key.into_iter().cloned().collect();
            of_key.sort();
            of_key.dedup();
            if let Some(known) = self.known.borrow().get(&of_key) {
                return *known;
            }
            if self.known.borrow().len() >= MAX_QUESTIONS {
                return true;
            }
            let tests: Vec<(&ConditionTest, bool)> = of_key
                .iter()
                .filter_map(|requirement| Some((key_of(requirement)?.1, requirement.holds)))
                .collect();
            let found = (self.possible)(key, &tests);
            self.known.borrow_mut().insert(of_key, found);
            found
        })
    }

    /// The tests of both; none where they exclude each other.
    fn both(&self, one: &Cube, other: &Cube) -> Option<Cube> {
        let mut all: Cube = one.iter().chain(other).cloned().collect();
        all.sort();
        all.dedup();
        // Sorted, the two that exclude each other stand side by side.
        let is_contradictory = all
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one.atom == other.atom));
        (!is_contradictory && self.is_possible(&all)).then_some(all)
    }

    /// Whether every request of the cube is one of the other; false where that is not known.
    fn implies(&self, cube: &Cube, other: &Cube) -> bool {
        self.spend(other.len()) && other.iter().all(|wanted| self.entails(cube, wanted))
    }

    /// Whether the tests, which are sorted, leave no request that does not meet this one; false where that is not known.
    fn entails(&self, cube: &[Requirement], wanted: &Requirement) -> bool {
        if cube.binary_search(wanted).is_ok() {
            return true;
        }
        if !self.spend(cube.len()) {
            return false;
        }
        let Some((key, _)) = key_of(wanted) else { return false };
        let mut of_key: Cube = cube
            .iter()
            .filter(|requirement| key_of(requirement).is_some_and(|(own, _)| own == key))
            .cloned()
            .collect();
        of_key.push(opposite(wanted));
        !self.is_possible(&of_key)
    }

    /// Leaves out cubes that others cover, of equal ones the later.
    fn without_needless(&self, cubes: Vec<Cube>) -> Vec<Cube> {
        let mut kept: Vec<Cube> = Vec::new();
        for cube in cubes {
            if kept.iter().any(|other| self.implies(&cube, other)) {
                continue;
            }
            kept.retain(|other| !self.implies(other, &cube));
            kept.push(cube);
        }
        kept
    }

    fn simplified(&self, cubes: Vec<Cube>) -> Vec<Cube> {
        let mut cubes: Vec<Cube> = cubes.into_iter().filter_map(|cube| self.tightened(cube)).collect();
        // Each round makes a cube wider or their number smaller.
        loop {
            let before = cubes.clone();
            for index in 0..cubes.len() {
                self.widen(&mut cubes, index);
            }
            cubes = self.without_needless(cubes);
            cubes = self.united(cubes);
            cubes = cubes.into_iter().filter_map(|cube| self.tightened(cube)).collect();
            cubes.sort();
            cubes.dedup();
            if cubes == before {
                return cubes;
            }
        }
    }

    /// Leaves out of a cube the tests without which it holds for no request that another cube does not cover.
    fn widen(&self, cubes: &mut [Cube], index: usize) {
        let Some(mut cube) = cubes.get(index).cloned() else { return };
        for requirement in cube.clone() {
            if !self.spend(cube.len()) {
                break;
            }
            let mut turned: Cube = cube.iter().filter(|other| **other != requirement).cloned().collect();
            let without = turned.clone();
            turned.push(opposite(&requirement));
            turned.sort();
            let others = cubes.iter().enumerate().filter(|(other, _)| *other != index);
            if others.map(|(_, other)| other).any(|other| self.implies(&turned, other)) {
                cube = without;
            }
        }
        if let Some(slot) = cubes.get_mut(index) {
            *slot = cube;
        }
    }

    /// Drops values that the other tests rule out, and tests that the others entail.
    fn tightened(&self, cube: Cube) -> Option<Cube> {
        if !self.is_possible(&cube) {
            return None;
        }
        let mut cube = cube;
        for index in 0..cube.len() {
            let Some(requirement) = cube.get(index).filter(|_| self.spend(cube.len())).cloned() else {
                continue;
            };
            let rest: Cube = cube.iter().filter(|other| **other != requirement).cloned().collect();
            let narrowed = self.narrowed(&requirement, &rest);
            if let Some(slot) = cube.get_mut(index) {
                *slot = narrowed;
            }
        }
        let mut cube = Self::gathered(cube);
        cube.sort();
        // What must not be is left out rather than what must.
        let mut order = cube.clone();
        order.sort_by_key(|requirement| (is_positive(requirement), std::cmp::Reverse(requirement.clone())));
        for requirement in order {
            if !self.spend(cube.len()) {
                break;
            }
            let rest: Cube = cube.iter().filter(|other| **other != requirement).cloned().collect();
            if self.entails(&rest, &requirement) {
                cube = rest;
            }
        }
        cube.sort();
        cube.dedup();
        Some(cube)
    }

    /// Says "neither of these" once for a key.
    fn gathered(cube: Cube) -> Cube {
        let mut found: Cube = Vec::new();
        for requirement in cube {
            let joined = found.iter().position(|other| neither(other, &requirement).is_some());
            match joined.and_then(|at| Some((at, neither(found.get(at)?, &requirement)?))) {
                Some((at, both)) => {
                    if let Some(slot) = found.get_mut(at) {
                        *slot = both;
                    }
                }
                None => found.push(requirement),
            }
        }
        found
    }

    fn narrowed(&self, requirement: &Requirement, rest: &[Requirement]) -> Requirement {
        let Atom::Test(unmet) = &requirement.atom else {
            return requirement.clone();
        };
        let is_list = requirement.holds && is_union(&unmet.test) && (2..=MAX_VALUES).contains(&unmet.test.values.len());
        if !is_list || key_of(requirement).is_none() {
            return requirement.clone();
        }
        let of = |values: Vec<Box<str>>| Requirement {
            atom: Atom::Test(UnmetTest {
                test: ConditionTest {
                    values: values.into(),
                    ..unmet.test.clone()
                },
                class: unmet.class,
            }),
            holds: true,
        };
        let is_left = |value: &str| {
            let one = of(vec![value.into()]);
            self.is_possible(&rest.iter().cloned().chain([one]).collect::<Cube>())
        };
        let values: Vec<Box<str>> = unmet.test.values.iter().filter(|value| is_left(value)).cloned().collect();
        if values.is_empty() { requirement.clone() } else { of(values) }
    }

    /// Unites cubes that differ in the tests of one key.
    fn united(&self, cubes: Vec<Cube>) -> Vec<Cube> {
        let mut done: Vec<Cube> = Vec::new();
        for cube in cubes {
            let mut cube = cube;
            let mut index = 0;
            while let Some(other) = done.get(index) {
                if let Some(union) = self.union(other, &cube) {
                    done.remove(index);
                    cube = union;
                    index = 0;
                } else {
                    index += 1;
                }
            }
            done.push(cube);
        }
        done
    }

    fn union(&self, one: &Cube, other: &Cube) -> Option<Cube> {
        let only = |cube: &Cube, than: &Cube| -> Cube { cube.iter().filter(|own| !than.contains(own)).cloned().collect() };
        let (ours, theirs) = (only(one, other), only(other, one));
        let ([mine], [yours]) = (ours.as_slice(), theirs.as_slice()) else {
            return None;
        };
        if key_of(mine)?.0 != key_of(yours)?.0 {
            return None;
        }
        let mut common: Cube = one.iter().filter(|own| other.contains(own)).cloned().collect();
        let neither: Cube = common.iter().cloned().chain([opposite(mine), opposite(yours)]).collect();
        if self.is_possible(&neither) {
            common.push(union_of(mine, yours)?);
        }
        common.sort();
        Some(common)
    }
}

fn opposite(requirement: &Requirement) -> Requirement {
    Requirement {
        atom: requirement.atom.clone(),
        holds: !requirement.holds,
    }
}

fn is_positive(requirement: &Requirement) -> bool {
    match &requirement.atom {
        Atom::Test(unmet) => unmet.test.operator.is_negated() != requirement.holds,
        Atom::Resource(_) | Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => {
            requirement.holds
        }
    }
}

/// The key and the test of a requirement on one key alone.
fn key_of(requirement: &Requirement) -> Option<(&ContextKey, &ConditionTest)> {
    match &requirement.atom {
        Atom::Test(UnmetTest { test, .. }) => {
            let is_alone = test.values.iter().all(|value| variables(value).next().is_none());
            is_alone.then_some((&test.key, test))
        }
        Atom::Resource(_) | Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => None,
    }
}

/// Whether the test holds where it holds with one of its values.
fn is_union(test: &ConditionTest) -> bool {
    let is_order = matches!(test.operator.family(), OperatorFamily::Null);
    test.qualifier != Some(SetQualifier::ForAllValues) && !test.operator.is_negated() && !is_order
}

/// One test for two that a key has no value of.
fn neither(one: &Requirement, other: &Requirement) -> Option<Requirement> {
    let (Atom::Test(mine), Atom::Test(yours)) = (&one.atom, &other.atom) else {
        return None;
    };
    let of = |test: &ConditionTest| (test.key.clone(), test.operator, test.if_exists, test.qualifier);
    let is_alike = of(&mine.test) == of(&yours.test) && mine.test.operator.is_negated() && mine.test.qualifier.is_none();
    if !(is_alike && one.holds && other.holds && key_of(one).is_some() && key_of(other).is_some()) {
        return None;
    }
    let values: BTreeSet<Box<str>> = mine.test.values.iter().chain(&yours.test.values).cloned().collect();
    Some(Requirement {
        atom: Atom::Test(UnmetTest {
            test: ConditionTest {
                values: values.into_iter().collect(),
                ..mine.test.clone()
            },
            class: mine.class,
        }),
        holds: true,
    })
}

/// One test for two, where the values can be put together.
fn union_of(one: &Requirement, other: &Requirement) -> Option<Requirement> {
    let (Atom::Test(mine), Atom::Test(yours)) = (&one.atom, &other.atom) else {
        return None;
    };
    let alike = |left: &ConditionTest, right: &ConditionTest| {
        (left.operator, left.qualifier, left.if_exists) == (right.operator, right.qualifier, right.if_exists)
    };
    let (left, right) = (as_pattern(&mine.test, &yours.test), as_pattern(&yours.test, &mine.test));
    if !(one.holds && other.holds && alike(&left, &right) && is_union(&left)) {
        return None;
    }
    let values: BTreeSet<Box<str>> = left.values.iter().chain(&right.values).cloned().collect();
    Some(Requirement {
        atom: Atom::Test(UnmetTest {
            test: ConditionTest {
                values: values.into_iter().collect(),
                ..left
            },
            class: mine.class,
        }),
        holds: true,
    })
}

/// A text as the pattern that it is, where the other test has patterns.
fn as_pattern(test: &ConditionTest, other: &ConditionTest) -> ConditionTest {
    let is_plain = |value: &str| !value.contains(['*', '?', '$']);
    let is_text = test.operator == ConditionOperator::StringEquals && test.values.iter().all(|value| is_plain(value));
    let mut test = test.clone();
    if is_text && other.operator == ConditionOperator::StringLike {
        test.operator = ConditionOperator::StringLike;
    }
    test
}

/// Tests that may hold exactly where this one does not; whether they do is for the theory to say.
fn opposites(test: &ConditionTest) -> Vec<ConditionTest> {
    let flipped = flipped(test.operator);
    let qualifier = test.qualifier.map(|qualifier| match qualifier {
        SetQualifier::ForAllValues => SetQualifier::ForAnyValue,
        SetQualifier::ForAnyValue => SetQualifier::ForAllValues,
    });
    let values: Box<[Box<str>]> = match (test.operator, &*test.values) {
        (ConditionOperator::Null | ConditionOperator::Bool, [value]) => {
            let other = if value.eq_ignore_ascii_case("true") { "false" } else { "true" };
            [other.into()].into()
        }
        _ => test.values.clone(),
    };
    let with = |if_exists| ConditionTest {
        operator: flipped,
        qualifier,
        if_exists,
        key: test.key.clone(),
        values: values.clone(),
    };
    if test.operator == ConditionOperator::Null {
        vec![with(false)]
    } else {
        vec![with(false), with(true)]
    }
}

fn flipped(operator: ConditionOperator) -> ConditionOperator {
    match operator {
        ConditionOperator::StringEquals => ConditionOperator::StringNotEquals,
        ConditionOperator::StringNotEquals => ConditionOperator::StringEquals,
        ConditionOperator::StringEqualsIgnoreCase => ConditionOperator::StringNotEqualsIgnoreCase,
        ConditionOperator::StringNotEqualsIgnoreCase => ConditionOperator::StringEqualsIgnoreCase,
        ConditionOperator::StringLike => ConditionOperator::StringNotLike,
        ConditionOperator::StringNotLike => ConditionOperator::StringLike,
        ConditionOperator::NumericEquals => ConditionOperator::NumericNotEquals,
        ConditionOperator::NumericNotEquals => ConditionOperator::NumericEquals,
        ConditionOperator::NumericLessThan => ConditionOperator::NumericGreaterThanEquals,
        ConditionOperator::NumericLessThanEquals => ConditionOperator::NumericGreaterThan,
        ConditionOperator::NumericGreaterThan => ConditionOperator::NumericLessThanEquals,
        ConditionOperator::NumericGreaterThanEquals => ConditionOperator::NumericLessThan,
        ConditionOperator::DateEquals => ConditionOperator::DateNotEquals,
        ConditionOperator::DateNotEquals => ConditionOperator::DateEquals,
        ConditionOperator::DateLessThan => ConditionOperator::DateGreaterThanEquals,
        ConditionOperator::DateLessThanEquals => ConditionOperator::DateGreaterThan,
        ConditionOperator::DateGreaterThan => ConditionOperator::DateLessThanEquals,
        ConditionOperator::DateGreaterThanEquals => ConditionOperator::DateLessThan,
        ConditionOperator::IpAddress => ConditionOperator::NotIpAddress,
        ConditionOperator::NotIpAddress => ConditionOperator::IpAddress,
        ConditionOperator::ArnEquals => ConditionOperator::ArnNotEquals,
        ConditionOperator::ArnNotEquals => ConditionOperator::ArnEquals,
        ConditionOperator::ArnLike => ConditionOperator::ArnNotLike,
        ConditionOperator::ArnNotLike => ConditionOperator::ArnLike,
        ConditionOperator::Bool | ConditionOperator::BinaryEquals | ConditionOperator::Null => operator,
    }
}
