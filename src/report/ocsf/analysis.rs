//! A finding as an IAM Analysis Finding (class 2008).

use serde_json::Value;
use serde_json::json;

use crate::finding::Change;
use crate::finding::Citation;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::Layer;
use crate::finding::PrincipalKind;
use crate::finding::RuleFacts;
use crate::finding::RunFacts;
use crate::finding::Score;
use crate::finding::Verdict;
use crate::report::ocsf::event::INFORMATIONAL;
use crate::report::ocsf::event::event;
use crate::report::ocsf::event::severity;
use crate::report::sarif::technique;
use crate::report::sentence;

pub(super) fn iam_analysis(finding: &Finding, rank: usize, facts: &RunFacts) -> Value {
    let identity = &*finding.identity;
    let activity = match finding.change {
        None | Some(Change::New) => (1, "Create"),
        Some(Change::Worse | Change::Better | Change::Known) => (2, "Update"),
    };
    let (severity_id, severity) = match finding.verdict {
        Verdict::Denied => INFORMATIONAL,
        Verdict::Allowed | Verdict::Conditional | Verdict::Undetermined => severity(finding.severity()),
    };
    let (status_id, status) = status(finding);
    let own = json!({
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_detail": finding.suppression.as_deref().map(sentence::accepted),
        "message": sentence::title(finding),
        "finding_info": finding_info(finding, facts),
        "cloud": cloud(identity),
        "user": user(identity),
        "resources": finding.representative_resource.as_deref().map(|resource| json!([{"uid": resource, "cloud_partition": partition(identity)}])),
        "permission_analysis_results": privileges(finding),
        "unmapped": {
            "rank": rank,
            "score": finding.score.as_ref().map(Score::total),
            "verdict": finding.verdict,
            "change": finding.change,
            "ou_path": finding.identity.ou_path,
            "impact": finding.impact,
            "loss": finding.loss,
            "conditions": texts(finding.conditions.iter().map(|condition| &condition.words)),
            "unknowns": texts(finding.unknowns.iter()),
            "limits": texts(finding.limits.iter()),
            "not_read": texts(finding.gaps.iter()),
        },
    });
    event((2008, "IAM Analysis Finding"), activity, facts, own)
}

fn texts(items: impl Iterator<Item = impl ToString>) -> Option<Vec<String>> {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    (!items.is_empty()).then_some(items)
}

fn status(finding: &Finding) -> (u32, &'static str) {
    match (finding.verdict, &finding.suppression) {
        (_, Some(_)) => (3, "Suppressed"),
        (Verdict::Denied, None) => (4, "Resolved"),
        (Verdict::Allowed | Verdict::Conditional | Verdict::Undetermined, None) => (1, "New"),
    }
}

fn finding_info(finding: &Finding, facts: &RunFacts) -> Value {
    let rule = facts.rules.iter().find(|rule| rule.id == finding.rule);
    let attack = |rule: &RuleFacts| {
        let (id, version) = technique(rule)?;
        // A sub-technique such as T1578.003 stands below T1578.
        Some(match id.split_once('.') {
            Some((of, _)) => json!([{"version": version, "technique": {"uid": of}, "sub_technique": {"uid": id}}]),
            None => json!([{"version": version, "technique": {"uid": id}}]),
        })
    };
    json!({
        "uid": finding.id(),
        "title": sentence::title(finding),
        "desc": sentence::description(finding).join("\n"),
        "types": ["Excessive permissions"],
        "analytic": {
            "type_id": 1,
            "type": "Rule",
            "uid": finding.rule,
            "name": rule.map(|rule| &rule.title),
        },
        "attacks": rule.and_then(attack),
    })
}

fn partition(identity: &Identity) -> &str {
    identity.principal.split(':').nth(1).unwrap_or("aws")
}

fn account(identity: &Identity) -> Value {
    json!({"uid": identity.account, "name": identity.account_name, "type_id": 10, "type": "AWS Account"})
}

fn cloud(identity: &Identity) -> Value {
    json!({
        "provider": "AWS",
        "cloud_partition": partition(identity),
        "account": account(identity),
    })
}

fn user(identity: &Identity) -> Value {
    let (type_id, kind) = match identity.kind {
        PrincipalKind::AccountRoot => (2, "Admin"),
        PrincipalKind::IamUser => (1, "User"),
        PrincipalKind::IamRole => (99, "Role"),
    };
    json!({
        "type_id": type_id,
        "type": kind,
        "name": identity.name(),
        "uid": identity.principal,
        "has_mfa": identity.usage.mfa_active,
        "account": account(identity),
    })
}

/// What each statement gives; one entry without a policy where nothing does, since the class wants a result.
fn privileges(finding: &Finding) -> Vec<Value> {
    let keys = || {
        let conditions = finding.conditions.iter();
        let keys: Vec<Value> = conditions
            .map(|condition| json!({"name": condition.key, "value": condition.words}))
            .collect();
        (!keys.is_empty()).then_some(keys)
    };
    let granted = match finding.verdict {
        Verdict::Allowed | Verdict::Conditional => Some([&finding.action]),
        Verdict::Undetermined | Verdict::Denied => None,
    };
    let by = |grant: Option<&Citation>| {
        let policy = grant.map(|grant| {
            json!({
                "name": grant.policy,
                "type": grant.layer.phrase(),
                "uid": (grant.layer != Layer::RootUser && grant.policy.starts_with("arn:")).then_some(&grant.policy),
                "desc": grant.to_string(),
                "is_applied": true,
            })
        });
        json!({
            "policy": policy,
            "granted_privileges": granted,
            "condition_keys": keys(),
        })
    };
    if finding.grants.is_empty() {
        return vec![by(None)];
    }
    finding.grants.iter().map(|grant| by(Some(grant))).collect()
}
