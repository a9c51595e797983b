//! Ranking: the order of the sample, the sum of the factors, and what moves a score which way.

use jiff::Timestamp;
use leastwise::finding::AccessKey;
use leastwise::finding::AnalyzerEvidence;
use leastwise::finding::ConditionWords;
use leastwise::finding::ControlClass;
use leastwise::finding::FactorName;
use leastwise::finding::Finding;
use leastwise::finding::Identity;
use leastwise::finding::LastUse;
use leastwise::finding::Points;
use leastwise::finding::PrincipalKind;
use leastwise::finding::ResourceReach;
use leastwise::finding::Score;
use leastwise::finding::Severity;
use leastwise::finding::Usage;
use leastwise::finding::Verdict;
use leastwise::rank::BUILTIN_WEIGHTS;
use leastwise::rank::Ranker;
use leastwise::rank::Weights;
use leastwise::rank::by_urgency;
use proptest::prelude::*;

use crate::sample_report::AS_OF;
use crate::sample_report::evidence;
use crate::sample_report::finding;
use crate::sample_report::findings;
use crate::sample_report::identity;
use crate::sample_report::sample_report;

const ROLE: &str = "arn:aws:iam::111122223333:role/one";
const USER: &str = "arn:aws:iam::111122223333:user/one";
const EC2: &str = "ec2:TerminateInstances";

fn score(finding: &Finding) -> Score {
    Ranker::new(&Weights::builtin().unwrap(), AS_OF.parse().unwrap()).score(finding)
}

fn tenths(finding: &Finding, name: FactorName) -> u16 {
    score(finding)
        .factors()
        .find(|factor| factor.name == name)
        .unwrap()
        .points
        .tenths()
}

fn why(finding: &Finding, name: FactorName) -> String {
    score(finding)
        .factors()
        .find(|factor| factor.name == name)
        .unwrap()
        .why
        .to_owned()
}

fn role(change: impl FnOnce(&mut Identity)) -> Finding {
    let mut identity = identity(PrincipalKind::IamRole, ROLE);
    change(&mut identity);
    finding(identity, EC2)
}

fn user(change: impl FnOnce(&mut Usage)) -> Finding {
    let mut identity = identity(PrincipalKind::IamUser, USER);
    change(&mut identity.usage);
    finding(identity, EC2)
}

fn reaching(total: u32, reachable: u32, protected: u32) -> Finding {
    let reach = ResourceReach {
        resource_type: "instance".into(),
        total,
        reachable,
        protected,
        sample: Box::new([]),
    };
    Finding {
        resources: Some(reach.into()),
        ..role(|_| ())
    }
}

fn days_before(days: i64) -> Timestamp {
    let as_of: Timestamp = AS_OF.parse().unwrap();
    as_of - jiff::SignedDuration::from_hours(24 * days)
}

#[test]
fn the_factors_add_up_and_none_is_above_its_maximum() {
    for finding in sample_report().findings {
        let score = finding.score.unwrap();
        let sum: u16 = score.factors().map(|factor| factor.points.tenths()).sum();
        assert_eq!(sum, score.total().tenths());
        assert!(score.factors().all(|factor| factor.points <= factor.max));
        assert_eq!(
            score.factors().map(|factor| factor.max).sum::<Points>(),
            Points::from_tenths(1000)
        );
    }
}

#[test]
fn ranking_keeps_every_finding_and_does_not_depend_on_the_order_before() {
    let order = |report: &[Finding]| -> Vec<String> {
        report
            .iter()
            .map(|finding| format!("{} {}", finding.identity.principal, finding.action))
            .collect()
    };
    let weights = Weights::builtin().unwrap();
    let mut backwards = findings();
    backwards.reverse();
    Ranker::new(&weights, AS_OF.parse().unwrap()).rank(&mut backwards);
    assert_eq!(order(&backwards), order(&sample_report().findings));
    assert_eq!(backwards.len(), findings().len());
    assert!(
        backwards.is_sorted_by(|one, other| by_urgency(one, other).is_lt()),
        "no two findings are equal"
    );
}

#[test]
fn a_barer_permission_gives_more() {
    let conditional = |keys: &[(&str, ControlClass)]| {
        let conditions = keys.iter().map(|&(key, class)| ConditionWords {
            words: "w".into(),
            key: key.into(),
            class,
        });
        let conditions = conditions.collect::<Vec<_>>().into();
        tenths(
            &Finding {
                verdict: Verdict::Conditional,
                conditions,
                ..role(|_| ())
            },
            FactorName::Bareness,
        )
    };
    let tag = ("aws:ResourceTag/team", ControlClass::Resource);
    let network = ("aws:SourceIp", ControlClass::Network);
    let mfa = ("AWS:MultiFactorAuthPresent", ControlClass::Choice);
    let allowed = tenths(&role(|_| ()), FactorName::Bareness);
    assert!(allowed > conditional(&[tag]));
    assert!(conditional(&[tag]) > conditional(&[network]));
    assert!(conditional(&[network]) > conditional(&[mfa]));
    assert!(conditional(&[mfa]) > conditional(&[mfa, network]));
    assert!(conditional(&[mfa; 40]) > 0);
    assert!(conditional(&[]) > 0);
    let undetermined = Finding {
        verdict: Verdict::Undetermined,
        ..role(|_| ())
    };
    assert!((1..allowed).contains(&tenths(&undetermined, FactorName::Bareness)));
}

#[test]
fn a_denied_finding_has_no_points() {
    let score = score(&Finding {
        verdict: Verdict::Denied,
        ..role(|_| ())
    });
    assert_eq!((score.total(), score.severity()), (Points::ZERO, Severity::Low));
}

#[test]
fn reach_counts_share_number_and_protection() {
    let reach = |total, reachable, protected| tenths(&reaching(total, reachable, protected), FactorName::Reach);
    assert_eq!(reach(40, 0, 0), 20);
    assert_eq!(reach(200, 200, 0), 200);
    assert_eq!(reach(200, 200, 200), 140, "half of the share, and the step of 100");
    assert_eq!(reach(3, 1, 0), 60, "a third of 12.0, and 2.0");
    assert_eq!(
        reach(1, 1, 1),
        60,
        "a protected resource counts half, and half a resource is no step"
    );
    assert!(reach(u32::MAX, u32::MAX, u32::MAX) <= 200);
    assert_eq!(tenths(&role(|_| ()), FactorName::Reach), 140, "any, without an inventory");
}

#[test]
fn exposure_follows_who_can_get_hold_of_the_identity() {
    let exposure = |finding: &Finding| tenths(finding, FactorName::Exposure);
    let external = |status: &str, is_public: bool| {
        let evidence = AnalyzerEvidence {
            is_public,
            ..evidence("1", "ExternalAccess", status, "who")
        };
        role(|role| role.access_analyzer = Box::new([evidence]))
    };
    let key = AccessKey {
        active: true,
        rotated: None,
        last_used: LastUse::NotCollected,
    };
    let with_key = user(|usage| usage.keys = Some(Box::new([key])));
    let plain = exposure(&role(|_| ()));
    let ordered = [
        exposure(&external("ACTIVE", true)),
        exposure(&external("ACTIVE", false)),
        exposure(&finding(
            identity(PrincipalKind::AccountRoot, "arn:aws:iam::111122223333:root"),
            EC2,
        )),
        exposure(&with_key),
        exposure(&user(|usage| usage.password_enabled = Some(true))),
        exposure(&role(|role| role.flags.identity_center = true)),
        plain,
        exposure(&role(|role| role.flags.service_only_trust = true)),
        exposure(&role(|role| role.flags.service_linked = true)),
    ];
    assert!(ordered.is_sorted_by(|more, less| more > less), "{ordered:?}");
    assert!(exposure(&external("ARCHIVED", false)) > plain);
    assert_eq!(exposure(&external("RESOLVED", false)), plain);
    assert!(exposure(&role(|role| role.flags.management_account = true)) > plain);
}

#[test]
fn hygiene_counts_each_fault() {
    let hygiene = |finding: &Finding| tenths(finding, FactorName::Hygiene);
    let kept = |usage: &mut Usage| {
        usage.password_enabled = Some(true);
        usage.mfa_active = Some(true);
        usage.password_last_used = LastUse::Used { at: days_before(1) };
        usage.keys = Some(Box::new([]));
    };
    let old = AccessKey {
        active: true,
        rotated: Some(days_before(91)),
        last_used: LastUse::Used { at: days_before(91) },
    };
    assert_eq!(hygiene(&user(kept)), 0);
    let old_key = user(|usage| {
        kept(usage);
        usage.keys = Some(Box::new([old.clone()]));
    });
    assert_eq!(why(&old_key, FactorName::Hygiene), "an old access key, an unused access key");
    let inactive = user(|usage| {
        kept(usage);
        usage.keys = Some(Box::new([AccessKey { active: false, ..old }]));
    });
    assert_eq!(hygiene(&inactive), 0);
    let no_mfa = user(|usage| {
        kept(usage);
        usage.mfa_active = Some(false);
    });
    assert_eq!(why(&no_mfa, FactorName::Hygiene), "a password without MFA");
    assert_eq!(why(&user(|_| ()), FactorName::Hygiene), "credentials not collected");
    assert_eq!(hygiene(&role(|_| ())), 0);
}

#[test]
fn only_what_is_known_to_be_unused_is_called_unused() {
    let with = |last_used, created: Option<i64>| {
        let finding = role(|role| {
            role.usage.role_last_used = last_used;
            role.usage.created = created.map(days_before);
        });
        (tenths(&finding, FactorName::Use), why(&finding, FactorName::Use))
    };
    let not_used = LastUse::NotUsed {
        since: Some(days_before(400)),
    };
    let cases = [
        (
            with(LastUse::Used { at: days_before(1) }, None),
            20,
            "last used 1 day before the report",
        ),
        (
            with(LastUse::Used { at: days_before(91) }, None),
            70,
            "last used 91 days before the report",
        ),
        (with(not_used, Some(900)), 70, "not used in 400 days: remove it first"),
        (with(not_used, Some(7)), 40, "not used in 7 days, too short to tell"),
        (
            with(LastUse::NotUsed { since: None }, None),
            70,
            "not used in the tracked period: remove it first",
        ),
        (with(LastUse::NotTracked, None), 40, "last use is not tracked"),
        (with(LastUse::NotCollected, None), 40, "last use not collected"),
        (with(LastUse::NotCollected, Some(900)), 40, "last use not collected"),
    ];
    for ((points, words), expected, expected_words) in cases {
        assert_eq!((points, words.as_str()), (expected, expected_words));
    }
    let half_known = user(|usage| {
        usage.password_enabled = Some(false);
        usage.password_last_used = LastUse::NotApplicable;
    });
    assert_eq!(
        why(&half_known, FactorName::Use),
        "last use not collected",
        "its keys may be in use"
    );
}

#[test]
fn wrong_weights_are_refused() {
    let wrong = |from: &str, to: &str| {
        assert!(BUILTIN_WEIGHTS.contains(from), "{from}");
        Weights::parse("w.toml", &BUILTIN_WEIGHTS.replacen(from, to, 1))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        wrong("max = 25", "max = 26"),
        "w.toml: the six `max` add up to 101; make it 100"
    );
    assert_eq!(wrong("any = 14", "any = 21"), "w.toml: [reach] any = 21 is above max = 20");
    assert!(wrong("share = 12", "share = 13").contains("share and the last points of at most max together"));
    assert!(wrong("high = 60", "high = 30").contains("[severity] needs"));
    assert!(wrong("protected_percent = 50", "protected_percent = 101").contains("protected_percent of at most 100"));
    assert!(wrong("at_least = 10,", "at_least = 1000,").contains("rising"));
    assert!(wrong("critical = 25", "critical = -1").starts_with("w.toml:13: "));
    assert!(wrong("critical = 25", "kritical = 25").contains("w.toml:13: unknown field `kritical`"));
    assert!(wrong("mfa = 6", "mfa = 6.55").contains("invalid type: floating point"));
}

proptest! {
    #[test]
    fn reaching_more_or_protecting_less_never_gives_less(total in 1..500_u32, reachable in 0..500_u32, protected in 0..500_u32) {
        let reachable = reachable.min(total);
        let protected = protected.min(reachable);
        let reach = |reachable, protected| tenths(&reaching(total, reachable, protected), FactorName::Reach);
        if reachable < total && reachable > 0 {
            prop_assert!(reach(reachable, protected) <= reach(reachable + 1, protected));
        }
        if protected > 0 {
            prop_assert!(reach(reachable, protected) <= reach(reachable, protected - 1));
        }
    }
}

#[test]
fn the_guide_says_the_numbers_of_the_weights_file() {
    let guide = include_str!("../docs/ranking.md");
    let weights = Weights::builtin().unwrap();
    for (name, max) in FactorName::ALL.iter().zip(weights.scale()) {
        let heading = format!("## {name}, up to {}\n", max.tenths() / 10);
        assert!(guide.contains(&heading), "{heading}");
    }
    for (from, severity) in [(75, Severity::Critical), (60, Severity::High), (40, Severity::Medium)] {
        assert!(guide.contains(&format!("| {severity} | {from} |")));
        assert_eq!(weights.severity(Points::from_tenths(from * 10)), severity);
        assert!(weights.severity(Points::from_tenths(from * 10 - 1)) < severity);
    }
}
