//! The report in the AWS Security Finding Format: each line is one call of `BatchImportFindings`, of one account.

use std::io;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::PrincipalKind;
use crate::finding::Report;
use crate::finding::RuleFacts;
use crate::finding::RunFacts;
use crate::finding::Score;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::ident::regions_of;
use crate::report::json::value;
use crate::report::sentence;
use crate::report::sentence::cut;
use crate::report::sentence::told;
use crate::report::visible;

/// How many findings one call takes.
const BATCH: usize = 100;
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const NOTE: usize = 512;
const FIELD: usize = 1_024;

/// How the findings are addressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsffOptions<'a> {
    /// The Region whose Security Hub takes the findings; none for the main Region of the partition, which also stands
    /// for findings of a partition that does not have this Region.
    pub region: Option<&'a str>,
}

/// Writes the report. Security Hub takes findings only from their own account, so that no batch mixes accounts.
///
/// # Errors
/// What the writer says.
pub fn write_asff(report: &Report, options: AsffOptions<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut by_account: Vec<&Finding> = report.findings.iter().collect();
    // Stable, so that within an account the most urgent come first.
    by_account.sort_by_key(|finding| home(finding));
    for of_account in by_account.chunk_by(|one, other| home(one) == home(other)) {
        for batch in of_account.chunks(BATCH) {
            let mut separator = "{\"Findings\":[";
            for finding in batch {
                out.write_all(separator.as_bytes())?;
                value(out, &told(of(finding, options, &report.facts)))?;
                separator = ",";
            }
            out.write_all(b"]}\n")?;
        }
    }
    Ok(())
}

fn home(finding: &Finding) -> (&str, &str) {
    (finding.identity.account.as_str(), partition(&finding.identity))
}

fn of(finding: &Finding, options: AsffOptions<'_>, facts: &RunFacts) -> Value {
    let identity = &*finding.identity;
    let (partition, account) = (partition(identity), &identity.account);
    let region = region(partition, options);
    let rule = facts.rules.iter().find(|rule| rule.id == finding.rule);
    let note = finding.suppression.as_deref().map(|suppression| {
        json!({
            "Text": cut(&sentence::accepted(suppression), NOTE),
            "UpdatedBy": "leastwise",
            "UpdatedAt": facts.as_of,
        })
    });
    let suppressed = note.is_some().then(|| json!({"Status": "SUPPRESSED"}));
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("leastwise/{}", finding.id()),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "leastwise",
        "CompanyName": "leastwise",
        "Region": region,
        "GeneratorId": format!("leastwise/{}", finding.rule),
        "AwsAccountId": account,
        "AwsAccountName": text(identity.account_name.as_deref(), 50),
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": facts.as_of,
        "UpdatedAt": facts.as_of,
        "Severity": severity(finding),
        "Title": cut(&sentence::title(finding), TITLE),
        "Description": description(finding),
        "Resources": resources(finding, partition, region),
        "Compliance": {"Status": compliance(finding.verdict)},
        "RecordState": "ACTIVE",
        "Workflow": suppressed,
        "Note": note,
        "ProductFields": fields(finding, rule),
    })
}

fn description(finding: &Finding) -> String {
    let mut lines = vec![sentence::title(finding)];
    lines.extend(sentence::description(finding));
    cut(&lines.join("; "), DESCRIPTION)
}

const fn compliance(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed | Verdict::Conditional => "FAILED",
        Verdict::Undetermined => "WARNING",
        Verdict::Denied => "PASSED",
    }
}

fn severity(finding: &Finding) -> Value {
    let score = finding.score.as_ref();
    let label = match (finding.verdict, score.map(Score::severity)) {
        (Verdict::Denied, _) | (_, None) => "INFORMATIONAL",
        (_, Some(Severity::Low)) => "LOW",
        (_, Some(Severity::Medium)) => "MEDIUM",
        (_, Some(Severity::High)) => "HIGH",
        (_, Some(Severity::Critical)) => "CRITICAL",
    };
    json!({"Label": label, "Original": score.map(|score| score.total().to_string())})
}

fn partition(identity: &Identity) -> &str {
    identity.principal.split(':').nth(1).unwrap_or("aws")
}

fn region<'a>(partition: &str, options: AsffOptions<'a>) -> &'a str {
    let main = match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-e" => "eu-isoe-west-1",
        "aws-iso-f" => "us-isof-south-1",
        _ => "us-east-1",
    };
    let is_elsewhere = |region: &str| {
        let known = ["aws", "aws-cn", "aws-us-gov"];
        known
            .iter()
            .any(|other| *other != partition && regions_of(other).contains(&region))
    };
    options.region.filter(|region| !is_elsewhere(region)).unwrap_or(main)
}

/// The identity, and the resource that the row names.
fn resources(finding: &Finding, partition: &str, region: &str) -> Vec<Value> {
    let identity = &*finding.identity;
    // The field has a closed list of three.
    let of_partition = ["aws", "aws-cn", "aws-us-gov"].contains(&partition).then_some(partition);
    let (kind, id) = match identity.kind {
        PrincipalKind::AccountRoot => ("AwsAccount", format!("AWS::::Account:{}", identity.account)),
        PrincipalKind::IamUser => ("AwsIamUser", visible(&identity.principal).into_owned()),
        PrincipalKind::IamRole => ("AwsIamRole", visible(&identity.principal).into_owned()),
    };
    let mut resources = vec![json!({
        "Type": kind,
        "Id": cut(&id, 512),
        "Partition": of_partition,
        "Region": region,
        "ResourceRole": "Actor",
    })];
    let target = finding.representative_resource.as_deref();
    if let Some(arn) = target.filter(|resource| resource.starts_with("arn:")) {
        let [service, where_it_is] = [2, 3].map(|at| arn.split(':').nth(at).unwrap_or_default());
        let kind = match (service, arn.splitn(6, ':').nth(5).and_then(|name| name.split('/').next())) {
            ("ec2", Some("instance")) => "AwsEc2Instance",
            ("ecs", Some("service")) => "AwsEcsService",
            _ => "Other",
        };
        resources.push(json!({
            "Type": kind,
            "Id": cut(&visible(arn), 512),
            "Partition": of_partition,
            "Region": text(Some(where_it_is), 32).filter(|region| region != "*"),
            "ResourceRole": "Target",
        }));
    }
    resources
}

/// What the format has no place for, as texts; empty ones are refused and left out.
fn fields(finding: &Finding, rule: Option<&RuleFacts>) -> Value {
    let identity = &*finding.identity;
    let joined = |items: &[String]| text(Some(&items.join("; ")), FIELD);
    let texts = |items: &[std::sync::Arc<str>]| text(Some(&items.join("; ")), FIELD);
    let conditions: Vec<String> = finding
        .conditions
        .iter()
        .map(|condition| condition.words.to_string())
        .collect();
    let grants: Vec<String> = finding.grants.iter().map(ToString::to_string).collect();
    let limits: Vec<String> = finding.limits.iter().map(ToString::to_string).collect();
    let fields = [
        ("Id", Some(finding.id().to_string())),
        ("Rule", Some(finding.rule.to_string())),
        ("RuleTitle", text(rule.map(|rule| &*rule.title), FIELD)),
        ("Principal", text(Some(&identity.principal), FIELD)),
        ("Action", text(Some(&finding.action), FIELD)),
        ("Verdict", Some(finding.verdict.to_string())),
        ("Score", finding.score.as_ref().map(|score| score.total().to_string())),
        ("Change", finding.change.map(|change| change.to_string())),
        ("OuPath", text(identity.ou_path.as_deref(), FIELD)),
        ("Conditions", joined(&conditions)),
        ("Unknowns", texts(&finding.unknowns)),
        ("Grants", joined(&grants)),
        ("Limits", joined(&limits)),
        ("NotRead", texts(&finding.gaps)),
    ];
    let told = fields
        .into_iter()
        .filter_map(|(name, text)| Some((format!("leastwise/{name}"), text?)));
    Value::Object(told.map(|(name, text)| (name, Value::String(text))).collect::<Map<_, _>>())
}

/// On one line and not too long; none for a text that says nothing.
fn text(text: Option<&str>, most: usize) -> Option<String> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(cut(&visible(text), most))
}
