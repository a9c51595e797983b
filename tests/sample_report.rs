//! A hand-made report in which every sort of row and many hostile names occur.

use std::sync::Arc;

use leastwise::finding::AccessKey;
use leastwise::finding::AnalyzerEvidence;
use leastwise::finding::Baseline;
use leastwise::finding::Blocker;
use leastwise::finding::BlockerKind;
use leastwise::finding::Blockers;
use leastwise::finding::Bound;
use leastwise::finding::Change;
use leastwise::finding::Citation;
use leastwise::finding::CitedEffect;
use leastwise::finding::ConditionWords;
use leastwise::finding::ControlClass;
use leastwise::finding::CoverageCount;
use leastwise::finding::CoverageGap;
use leastwise::finding::ExpiredSuppression;
use leastwise::finding::Finding;
use leastwise::finding::FindingId;
use leastwise::finding::GoneFinding;
use leastwise::finding::Identity;
use leastwise::finding::IdentityFlags;
use leastwise::finding::Impact;
use leastwise::finding::LastUse;
use leastwise::finding::Layer;
use leastwise::finding::Loss;
use leastwise::finding::Place;
use leastwise::finding::PolicyCounts;
use leastwise::finding::PolicyRemarks;
use leastwise::finding::PrincipalKind;
use leastwise::finding::ReachedResource;
use leastwise::finding::Report;
use leastwise::finding::RequiredTest;
use leastwise::finding::ResourceReach;
use leastwise::finding::RuleFacts;
use leastwise::finding::RuleId;
use leastwise::finding::RunFacts;
use leastwise::finding::Severity;
use leastwise::finding::SignedBy;
use leastwise::finding::StatementRemark;
use leastwise::finding::Suppression;
use leastwise::finding::UnjoinedFinding;
use leastwise::finding::UnmatchedSuppression;
use leastwise::finding::Usage;
use leastwise::finding::Verdict;
use leastwise::finding::VerdictCounts;
use leastwise::finding::WeakestCondition;
use leastwise::finding::Witness;
use leastwise::finding::WitnessKey;
use leastwise::finding::WitnessValue;
use leastwise::rank::Ranker;
use leastwise::rank::Weights;

/// Hostile names, as a dump might hold them.
pub const HOSTILE: [&str; 8] = [
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    "user\u{202e}gpj.exe",
    "\u{1b}[31mred\u{1b}[0m",
    "two\nlines",
    "a, comma; and \"quotes\"",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\tdriven\u{2066}by\u{2069}marks\u{200f}\u{0}",
];

/// The text of every statement that is cited.
pub const STATEMENT: &str = r#"{
      "Sid": "OperateInstances",
      "Effect": "Allow",
      "Action": ["ec2:Describe*", "EC2:*"],
      "Resource": "*"
    }"#;

/// The time of the report.
pub const AS_OF: &str = "2026-09-30T12:00:00Z";

/// The sample, ranked with the built-in weights.
pub fn sample_report() -> Report {
    let mut findings = findings();
    let as_of = AS_OF.parse().unwrap();
    Ranker::new(&Weights::builtin().unwrap(), as_of).rank(&mut findings);
    let mut verdicts = VerdictCounts::default();
    for finding in &findings {
        verdicts.add(finding.verdict);
    }
    Report {
        facts: RunFacts {
            as_of,
            tool_version: "0.1.0".into(),
            catalog_version: "2026-09-26".into(),
            rules: vec![RuleFacts {
                id: "T1578.003".parse().unwrap(),
                title: "Delete Cloud Instance: identities that can delete compute".into(),
                fix: "1. **Name the actions.** Replace `ec2:*`.\n\n   ```json\n   {\"Action\": \"ec2:Describe*\"}\n   ```\n\n2. <b>Not</b> [a link](javascript:alert(1)).".into(),
                attack_version: Some("19".into()),
            }],
            chosen_rows: None,
            accounts: 3,
            identities: 9,
            verdicts,
            policies: PolicyCounts {
                read: 41,
                invalid: 1,
                missing: 2,
            },
            coverage: vec![
                CoverageCount {
                    source: "credential report".into(),
                    covered: 2,
                    accounts: 3,
                },
                CoverageCount {
                    source: "inventory of instances".into(),
                    covered: 1,
                    accounts: 3,
                },
            ],
        },
        findings,
        all: None,
        expired_suppressions: Vec::new(),
        unmatched_suppressions: Vec::new(),
        baseline: None,
        trend: None,
        unjoined: vec![UnjoinedFinding {
            account: Some("444455556666".parse().unwrap()),
            resource: "arn:aws:s3:::reports-\u{202e}fdp".into(),
            resource_type: "AWS::S3::Bucket".into(),
            evidence: evidence("8f0c", "ExternalAccess", "ACTIVE", "s3:GetObject for everyone"),
            reason: "the resource is not an identity".into(),
        }],
        remarks: remarks(),
        gaps: vec![
            CoverageGap {
                account: Some("444455556666".parse().unwrap()),
                source: "accounts/444455556666/credential-report.csv".into(),
                what: "the file is missing".into(),
                consequence: "passwords, MFA and keys are not known; run iam:GetCredentialReport and add it".into(),
            },
            CoverageGap {
                account: None,
                source: "organizations:ListPolicies".into(),
                what: "\u{1b}]0;owned\u{7}access denied".into(),
                consequence: "service control policies are not known; verdicts may be undetermined".into(),
            },
        ],
    }
}

/// The sample as it is against a baseline, with rows that somebody accepts and an entry that is over.
pub fn reviewed_report() -> Report {
    let mut report = sample_report();
    let accepted = Arc::new(Suppression {
        owner: HOSTILE[0].into(),
        reason: HOSTILE[3].into(),
        expires: "2026-12-31".parse().unwrap(),
    });
    for (index, finding) in report.findings.iter_mut().enumerate() {
        finding.change = Change::ALL.get(index % 4).copied();
        finding.suppression = (index % 3 == 0).then(|| Arc::clone(&accepted));
    }
    report.expired_suppressions = vec![ExpiredSuppression {
        place: Place {
            file: HOSTILE[2].into(),
            line: 4,
            column: 1,
        },
        suppression: Arc::new(Suppression {
            expires: "2026-01-31".parse().unwrap(),
            ..(*accepted).clone()
        }),
        findings: 2,
    }];
    report.unmatched_suppressions = vec![UnmatchedSuppression {
        entry: 2,
        place: Place {
            file: HOSTILE[2].into(),
            line: 9,
            column: 1,
        },
        selector: format!("identity = \"{}\"", HOSTILE[0]).into(),
        suppression: Arc::clone(&accepted),
    }];
    let principal = format!("arn:aws:iam::111122223333:user/{}", HOSTILE[1]);
    let rule: RuleId = "T1578.003".parse().unwrap();
    report.baseline = Some(Baseline {
        as_of: "2026-09-29T12:00:00Z".parse().unwrap(),
        gone: vec![GoneFinding {
            id: FindingId::of(&rule, &principal, HOSTILE[4]),
            rule,
            principal: principal.into(),
            account: "111122223333".parse().unwrap(),
            action: HOSTILE[4].into(),
            verdict: Verdict::Allowed,
            severity: Some(Severity::High),
            asked_again: false,
        }],
    });
    report
}

/// Remarks on two policies.
fn remarks() -> Vec<PolicyRemarks> {
    let remark = |sid: Option<&str>, kind, words: &str| StatementRemark {
        statement: 2,
        sid: sid.map(Into::into),
        kind,
        words: words.into(),
        place: Place {
            file: "accounts/111122223333/authorization-details.json".into(),
            line: 212,
            column: 17,
        },
    };
    vec![
        PolicyRemarks {
            account: None,
            policy: "DenyOutside (p-0abcdefg)".into(),
            used_as: "service control policy",
            remarks: Box::new([remark(
                None,
                "never-applies",
                "its conditions exclude each other: this Deny never applies",
            )]),
        },
        PolicyRemarks {
            account: Some("111122223333".parse().unwrap()),
            policy: format!(
                "inline policy {} of arn:aws:iam::111122223333:user/{}",
                HOSTILE[0], HOSTILE[2]
            )
            .into(),
            used_as: "identity policy",
            remarks: Box::new([
                remark(Some(HOSTILE[3]), "no-such-action", HOSTILE[7]),
                remark(Some(HOSTILE[3]), "plain-variable", "${aws:username} is plain text"),
            ]),
        },
    ]
}

/// The findings, not ranked.
pub fn findings() -> Vec<Finding> {
    vec![
        outsiders_role(),
        root(),
        hostile_user(),
        identity_center_role(),
        undetermined_role(),
        service_linked_role(),
        unused_role("ec2:TerminateInstances"),
        unused_role("ecs:DeleteService"),
        bare_user(),
        young_role(),
        denied_role(),
    ]
}

/// An identity of the production account about which nothing was collected.
pub fn identity(kind: PrincipalKind, principal: &str) -> Identity {
    Identity {
        principal: principal.into(),
        kind,
        flags: IdentityFlags::default(),
        account: principal.split(':').nth(4).unwrap().parse().unwrap(),
        account_name: Some("prod".into()),
        ou_path: Some("Root/Workloads/Prod".into()),
        tags: None,
        usage: Usage::default(),
        access_analyzer: Box::new([]),
    }
}

/// A bare allowed finding.
pub fn finding(identity: Identity, action: &str) -> Finding {
    let is_ec2 = action.starts_with("ec2:");
    Finding {
        rule: "T1578.003".parse().unwrap(),
        identity: Arc::new(identity),
        action: action.into(),
        impact: if is_ec2 { Impact::High } else { Impact::Medium },
        loss: if is_ec2 { Loss::Irreversible } else { Loss::Rebuildable },
        verdict: Verdict::Allowed,
        conditions: Arc::default(),
        condition: None,
        unknowns: Arc::default(),
        grants: Arc::default(),
        limits: Arc::default(),
        blockers: None,
        resources: None,
        representative_resource: Some(resource(is_ec2)),
        witness: Some(Arc::new(Witness {
            credentials: SignedBy::RoleSession,
            resource: Some(resource(is_ec2)),
            context: Arc::new([]),
        })),
        action_last_used: LastUse::NotCollected,
        gaps: Arc::default(),
        detour: Arc::default(),
        score: None,
        suppression: None,
        change: None,
    }
}

fn resource(is_ec2: bool) -> Arc<str> {
    if is_ec2 {
        "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaaaaaaaaaaaaaa".into()
    } else {
        "arn:aws:ecs:eu-west-1:111122223333:service/main/web".into()
    }
}

/// An Access Analyzer finding.
pub fn evidence(id: &str, kind: &str, status: &str, detail: &str) -> AnalyzerEvidence {
    AnalyzerEvidence {
        analyzer: Some("arn:aws:access-analyzer:eu-west-1:123456789012:analyzer/org".into()),
        id: id.into(),
        kind: kind.into(),
        status: status.into(),
        detail: detail.into(),
        is_public: false,
        is_about_earlier: false,
        updated_at: Some("2026-09-01T00:00:00Z".parse().unwrap()),
    }
}

fn used(at: &str) -> LastUse {
    LastUse::Used { at: at.parse().unwrap() }
}

fn grant(policy: &str, sid: Option<&str>, via: Option<&str>) -> Citation {
    Citation {
        layer: if via.is_some() { Layer::Group } else { Layer::Identity },
        effect: CitedEffect::Allow,
        policy: policy.into(),
        sid: sid.map(Into::into),
        statement: Some(1),
        via: via.map(Into::into),
        place: Some(Place {
            file: "accounts/111122223333/authorization-details.json".into(),
            line: 212,
            column: 17,
        }),
        text: via.is_none().then(|| STATEMENT.into()),
    }
}

fn condition(words: &str, key: &str, class: ControlClass) -> ConditionWords {
    ConditionWords {
        words: words.into(),
        key: key.into(),
        class,
    }
}

fn witness_key(key: &str, value: WitnessValue) -> WitnessKey {
    WitnessKey { key: key.into(), value }
}

fn outsiders_role() -> Finding {
    let mut role = identity(PrincipalKind::IamRole, "arn:aws:iam::111122223333:role/vendor/deploy");
    role.usage.created = Some("2024-02-01T08:00:00Z".parse().unwrap());
    role.usage.role_last_used = used("2026-09-27T10:00:00Z");
    role.access_analyzer = Box::new([
        evidence("1a2b", "ExternalAccess", "ACTIVE", "account 777788889999 can assume the role"),
        evidence(
            "3c4d",
            "UnusedPermission",
            "ARCHIVED",
            "ec2: 12 actions unused since 2026-01-02",
        ),
    ]);
    let reached = |number: u32| ReachedResource {
        name: format!("arn:aws:ec2:eu-west-1:111122223333:instance/i-{number:017x}").into(),
        protections: if number < 3 {
            Box::new(["DisableApiTermination".into()])
        } else {
            Box::new([])
        },
    };
    let reach = ResourceReach::count("instance".into(), 40, (0..24).rev().map(reached).collect());
    Finding {
        grants: Arc::new([grant("arn:aws:iam::aws:policy/AmazonEC2FullAccess", None, None)]),
        resources: Some(Arc::new(reach)),
        action_last_used: LastUse::NotUsed {
            since: Some("2025-08-26T00:00:00Z".parse().unwrap()),
        },
        ..finding(role, "ec2:TerminateInstances")
    }
}

fn root() -> Finding {
    let mut root = identity(PrincipalKind::AccountRoot, "arn:aws:iam::123456789012:root");
    root.account_name = Some("management".into());
    root.ou_path = None;
    root.flags.management_account = true;
    root.usage = Usage {
        created: Some("2019-05-05T05:05:05Z".parse().unwrap()),
        password_enabled: None,
        password_last_used: used("2025-01-01T00:00:00Z"),
        mfa_active: Some(false),
        keys: Some(Box::new([AccessKey {
            active: true,
            rotated: Some("2019-05-06T00:00:00Z".parse().unwrap()),
            last_used: LastUse::NotUsed { since: None },
        }])),
        role_last_used: LastUse::NotApplicable,
    };
    let grant = Citation {
        layer: Layer::RootUser,
        sid: None,
        statement: None,
        place: None,
        ..grant("root user", None, None)
    };
    Finding {
        grants: Arc::new([grant]),
        ..finding(root, "ec2:TerminateInstances")
    }
}

fn hostile_user() -> Finding {
    let [formula, script, bidi, colour, lines, comma, at, marks] = HOSTILE;
    let mut user = identity(PrincipalKind::IamUser, &format!("arn:aws:iam::111122223333:user/{bidi}"));
    user.account_name = Some(formula.into());
    user.ou_path = Some(marks.into());
    user.usage = Usage {
        created: Some("2023-03-03T03:03:03Z".parse().unwrap()),
        password_enabled: Some(true),
        password_last_used: LastUse::NotUsed {
            since: Some("2023-03-03T03:03:03Z".parse().unwrap()),
        },
        mfa_active: Some(false),
        keys: Some(Box::new([
            AccessKey {
                active: true,
                rotated: Some("2023-03-03T03:03:03Z".parse().unwrap()),
                last_used: used("2026-09-29T23:15:00Z"),
            },
            AccessKey {
                active: false,
                rotated: None,
                last_used: LastUse::NotTracked,
            },
        ])),
        role_last_used: LastUse::NotApplicable,
    };
    Finding {
        grants: Arc::new([grant(script, Some(colour), Some(lines)), grant(comma, None, None)]),
        unknowns: Arc::new([at.into()]),
        gaps: Arc::new([marks.into()]),
        representative_resource: Some(format!("arn:aws:ec2:eu-west-1:111122223333:instance/{colour}").into()),
        witness: Some(Arc::new(Witness {
            credentials: SignedBy::SessionTokenMfa,
            resource: Some(format!("arn:aws:ec2:eu-west-1:111122223333:instance/{colour}").into()),
            context: Arc::new([
                witness_key(
                    "aws:calledvia",
                    WitnessValue::Many(Arc::new(["cloudformation.amazonaws.com".into()])),
                ),
                witness_key("aws:useragent", WitnessValue::One(bidi.into())),
            ]),
        })),
        ..finding(user, "ec2:TerminateInstances")
    }
}

fn required(key: &str, operator: &str, value: &str, class: ControlClass) -> RequiredTest {
    RequiredTest {
        key: key.into(),
        operator: operator.into(),
        values: Box::new([value.into()]),
        holds: true,
        class,
    }
}

fn identity_center_role() -> Finding {
    let name = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Operator_0123456789abcdef";
    let mut role = identity(PrincipalKind::IamRole, name);
    role.flags.identity_center = true;
    role.usage.role_last_used = used("2026-09-30T09:00:00Z");
    let scp = Citation {
        layer: Layer::ServiceControl,
        effect: CitedEffect::Deny,
        via: Some("OU Root/Workloads".into()),
        ..grant("p-0abcdefg", Some("DenyOutsideTheOffice"), None)
    };
    Finding {
        verdict: Verdict::Conditional,
        conditions: Arc::new([
            condition("an MFA device was used", "aws:MultiFactorAuthPresent", ControlClass::Session),
            condition("the call comes from 203.0.113.0/24", "aws:SourceIp", ControlClass::Network),
        ]),
        condition: Some(Arc::new(WeakestCondition {
            bound: Bound::Exact,
            words: "only with MFA and from 203.0.113.0/24".into(),
            alternatives: Box::new([Box::new([
                required("aws:MultiFactorAuthPresent", "Bool", "true", ControlClass::Session),
                required("aws:SourceIp", "IpAddress", "203.0.113.0/24", ControlClass::Network),
            ])]),
        })),
        grants: Arc::new([grant("Operator", Some("OperateInstances"), None)]),
        limits: Arc::new([scp]),
        ..finding(role, "ec2:TerminateInstances")
    }
}

fn undetermined_role() -> Finding {
    let mut role = identity(PrincipalKind::IamRole, "arn:aws:iam::444455556666:role/batch");
    role.usage.role_last_used = LastUse::NotUsed {
        since: Some("2025-08-26T00:00:00Z".parse().unwrap()),
    };
    let boundary = Citation {
        layer: Layer::Boundary,
        effect: CitedEffect::Unknown,
        statement: None,
        place: None,
        ..grant("arn:aws:iam::444455556666:policy/limit", None, None)
    };
    Finding {
        verdict: Verdict::Undetermined,
        witness: None,
        unknowns: Arc::new(["the boundary's document is not in the source; add its default version".into()]),
        gaps: Arc::new(["policy arn:aws:iam::444455556666:policy/limit has no document".into()]),
        limits: Arc::new([boundary]),
        ..finding(role, "ecs:DeleteService")
    }
}

fn service_linked_role() -> Finding {
    let name = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    let mut role = identity(PrincipalKind::IamRole, name);
    role.flags.service_linked = true;
    role.flags.service_only_trust = true;
    role.usage.role_last_used = used("2026-09-30T11:00:00Z");
    finding(role, "ec2:TerminateInstances")
}

fn unused_role(action: &str) -> Finding {
    let mut role = identity(PrincipalKind::IamRole, "arn:aws:iam::111122223333:role/old-admin");
    role.usage.created = Some("2021-01-01T00:00:00Z".parse().unwrap());
    role.usage.role_last_used = LastUse::NotUsed {
        since: Some("2025-08-26T12:00:00Z".parse().unwrap()),
    };
    role.access_analyzer = Box::new([evidence(
        "5e6f",
        "UnusedIAMRole",
        "ACTIVE",
        "never used in the tracking period",
    )]);
    finding(role, action)
}

fn bare_user() -> Finding {
    let mut user = identity(PrincipalKind::IamUser, "arn:aws:iam::111122223333:user/ops/alice");
    user.usage.password_enabled = Some(false);
    user.usage.keys = Some(Box::new([]));
    user.usage.password_last_used = LastUse::NotApplicable;
    let reach = ResourceReach::count("service".into(), 1, Vec::new());
    Finding {
        resources: Some(Arc::new(reach)),
        verdict: Verdict::Conditional,
        conditions: Arc::new([condition(
            "the service has the tag team=ops",
            "aws:ResourceTag/team",
            ControlClass::Resource,
        )]),
        ..finding(user, "ecs:DeleteService")
    }
}

fn young_role() -> Finding {
    let mut role = identity(PrincipalKind::IamRole, "arn:aws:iam::444455556666:role/new");
    role.usage.created = Some("2026-09-20T00:00:00Z".parse().unwrap());
    role.usage.role_last_used = LastUse::NotUsed { since: None };
    finding(role, "ec2:TerminateInstances")
}

fn denied_role() -> Finding {
    let role = identity(PrincipalKind::IamRole, "arn:aws:iam::444455556666:role/reader");
    let by = Citation {
        layer: Layer::ServiceControl,
        effect: CitedEffect::Deny,
        via: Some("r-root".into()),
        ..grant("p-0abcdefg", Some("DenyDeletes"), None)
    };
    let blocker = Blocker {
        kind: BlockerKind::ExplicitDeny,
        words: "denies".into(),
        keys: Box::new([]),
        by: by.clone(),
    };
    let blockers = Blockers {
        is_minimal: true,
        members: Box::new([blocker]),
        single_fixes: Some(Box::new([by])),
    };
    Finding {
        verdict: Verdict::Denied,
        blockers: Some(Arc::new(blockers)),
        representative_resource: None,
        witness: None,
        ..finding(role, "ec2:TerminateInstances")
    }
}
