//! All formats of one run say the same: as many findings, of the same ids, as bad.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use serde_json::json;

use super::FORMATS;
use super::json;
use super::lines;
use super::rendered;
use super::tools::security_hub;
use super::validity::compared;
use crate::command::leastwise;
use crate::witnesses::generated;

/// Severity and verdict by id.
type Rows = BTreeMap<String, (String, String)>;

fn of_csv(text: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let count = rows.len();
    let rows: Rows = rows
        .into_iter()
        .map(|row| (row["id"].clone(), (row["severity"].clone(), row["verdict"].clone())))
        .collect();
    assert_eq!(rows.len(), count);
    rows
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn of_sarif(text_of: &str) -> Rows {
    let log = json(text_of);
    let results = log["runs"].as_array().unwrap().iter().flat_map(|run| {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        results.iter().map(move |result| {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let grade = text(&result["ruleId"]).split_once('/').unwrap().1.to_owned();
            assert_eq!(result["properties"]["severity"], json!(grade));
            let id = text(&result["partialFingerprints"]["leastwiseFindingId/v1"]);
            (id, (grade, text(&result["properties"]["verdict"])))
        })
    });
    results.collect()
}

/// What a severity is called elsewhere; there a denied row is for information only.
fn elsewhere(rows: &Rows) -> Rows {
    let rows = rows.iter().map(|(id, (severity, verdict))| {
        let severity = if verdict == "denied" { "informational" } else { severity };
        (id.clone(), (severity.to_owned(), verdict.clone()))
    });
    rows.collect()
}

fn of_ocsf(text_of: &str) -> Rows {
    let events = lines(text_of);
    let rows = events.iter().map(|event| {
        let severity = text(&event["severity"]).to_lowercase();
        (
            text(&event["finding_info"]["uid"]),
            (severity, text(&event["unmapped"]["verdict"])),
        )
    });
    let rows: Rows = rows.collect();
    assert_eq!(rows.len(), events.len());
    rows
}

fn of_asff(text_of: &str) -> Rows {
    let batches = lines(text_of);
    let findings = batches.iter().flat_map(|batch| {
        let findings = batch["Findings"].as_array().unwrap();
        assert!((1..=100).contains(&findings.len()));
        findings
    });
    let rows = findings.map(|finding| {
        let fields = &finding["ProductFields"];
        let severity = text(&finding["Severity"]["Label"]).to_lowercase();
        (text(&fields["leastwise/Id"]), (severity, text(&fields["leastwise/Verdict"])))
    });
    rows.collect()
}

fn of_oscal(text_of: &str) -> Rows {
    let document = json(text_of);
    let result = &document["assessment-results"]["results"][0];
    let findings = result["findings"].as_array().unwrap();
    let rows = findings.iter().map(|finding| {
        let prop = |name: &str| {
            let mut props = finding["props"].as_array().unwrap().iter();
            text(&props.find(|prop| prop["name"] == *name).unwrap()["value"])
        };
        (prop("id"), (prop("severity"), prop("verdict")))
    });
    rows.collect()
}

fn of_json(text_of: &str) -> Rows {
    let report = json(text_of);
    let findings = report["findings"].as_array().unwrap();
    let rows = findings.iter().map(|finding| {
        let severity = text(&finding["score"]["severity"]);
        (text(&finding["id"]), (severity, text(&finding["verdict"])))
    });
    let rows: Rows = rows.collect();
    assert_eq!(rows.len(), findings.len());
    rows
}

/// What an attribute of a tag says, and the text after it.
fn attribute<'t>(tag: &'t str, name: &str) -> &'t str {
    let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap();
    rest.split_once('"').unwrap().0
}

fn of_html(page: &str) -> Rows {
    let tags = page.split("<details class=\"row\"").skip(1);
    let rows: Vec<_> = tags
        .map(|tag| {
            let id = attribute(tag, "id").strip_prefix("finding-").unwrap().to_owned();
            let said = ["data-severity", "data-verdict"].map(|name| attribute(tag, name).to_owned());
            (id, (said[0].clone(), said[1].clone()))
        })
        .collect();
    let count = rows.len();
    let rows: Rows = rows.into_iter().collect();
    assert_eq!(rows.len(), count);
    rows
}

/// The numbers of the page's first screen: by verdict those of each severity and of all.
fn counts_of_html(page: &str) -> BTreeMap<String, Vec<usize>> {
    let (_, table) = page.split_once("<table id=\"counts\">").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let lines = table.split("<tr").filter(|line| line.starts_with(" data-verdict"));
    let numbers = |line: &str| -> Vec<usize> {
        let cells = line.split("<td>").skip(1).map(|cell| {
            let cell = cell.split_once("</td>").unwrap().0;
            let cell = cell.rsplit_once("</span>").map_or(cell, |(cell, _)| cell);
            let digits = cell.rsplit('>').next().unwrap().replace(',', "");
            digits.parse().unwrap()
        });
        cells.take(5).collect()
    };
    lines
        .map(|line| (attribute(line, "data-verdict").to_owned(), numbers(line)))
        .collect()
}

/// The same of the rows.
fn counts_of(rows: &Rows) -> BTreeMap<String, Vec<usize>> {
    let mut counts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for verdict in ["allowed", "conditional", "undetermined", "denied"] {
        let of_verdict = || rows.values().filter(|(_, of)| of == verdict);
        if verdict == "denied" && of_verdict().count() == 0 {
            continue;
        }
        let severities = ["critical", "high", "medium", "low"];
        let numbers = severities.map(|severity| of_verdict().filter(|(of, _)| of == severity).count());
        let numbers = numbers.into_iter().chain([of_verdict().count()]);
        counts.insert(verdict.to_owned(), numbers.collect());
    }
    counts
}

fn assert_agree(texts: &BTreeMap<&str, String>) {
    let rows = of_csv(&texts["csv"]);
    assert_eq!(of_json(&texts["json"]), rows);
    assert_eq!(of_html(&texts["html"]), rows);
    assert_eq!(counts_of_html(&texts["html"]), counts_of(&rows));
    assert_eq!(of_sarif(&texts["sarif"]), rows);
    assert_eq!(of_oscal(&texts["oscal"]), rows);
    assert_eq!(of_ocsf(&texts["ocsf"]), elsewhere(&rows));
    assert_eq!(of_asff(&texts["asff"]), elsewhere(&rows));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (severity, _) in rows.values() {
        *counts.entry(severity).or_default() += 1;
    }
    let markdown = &texts["markdown"];
    assert!(
        markdown.starts_with(&format!("## Leastwise: {} findings\n", rows.len())),
        "{markdown}"
    );
    for (severity, count) in counts {
        assert!(markdown.contains(&format!("\n| {severity} | {count} |")), "{markdown}");
    }
    let shown = rows.keys().filter(|id| markdown.contains(*id)).count();
    assert_eq!(shown, rows.len().min(20));
}

/// Every format of one run of the command.
fn run(arguments: &[&str]) -> BTreeMap<&'static str, String> {
    let folder = tempfile::tempdir().unwrap();
    let formats = ["csv", "json"].into_iter().chain(FORMATS);
    let mut all: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    for format in formats.clone() {
        all.extend([
            "--report".to_owned(),
            format!("{format}={}", folder.path().join(format).display()),
        ]);
    }
    let run = leastwise(&all);
    assert!(matches!(run.code, Some(0 | 3)), "{:?} {}", run.code, run.err);
    assert_eq!(run.out, "");
    let read = |format| (format, fs::read_to_string(folder.path().join(format)).unwrap());
    formats.map(read).collect()
}

#[test]
fn the_formats_of_the_sample_agree() {
    assert_agree(&run(&["demo"]));
    assert_agree(&run(&["demo", "--all"]));
    assert_agree(&run(&["demo", "--severity", "high"]));
}

#[test]
fn the_formats_of_a_report_with_hostile_names_agree() {
    let report = compared();
    let texts = FORMATS
        .into_iter()
        .chain(["csv", "json"])
        .map(|format| (format, rendered(&report, format)));
    assert_agree(&texts.collect());
}

/// Accounts with more findings than one batch of Security Hub holds.
fn organization(folder: &Path) -> Vec<PathBuf> {
    let accounts = (0_u64..7).map(|account| {
        let number = 210_000_000_000 + account;
        let users = (0..80 + account).map(|user| {
            let actions = if user % 3 == 0 { "ec2:*" } else { "*" };
            json!({
                "Path": "/", "UserName": format!("user-{user}"), "UserId": format!("AIDA{account:06}{user:06}"),
                "Arn": format!("arn:aws:iam::{number}:user/user-{user}"), "CreateDate": "2025-01-01T00:00:00Z",
                "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": actions, "Resource": "*"}
                ]}}],
                "GroupList": [], "AttachedManagedPolicies": [], "Tags": []
            })
        });
        let users: Vec<Value> = users.collect();
        let details = json!({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
        let path = folder.join(format!("account {account}.json"));
        fs::write(&path, details.to_string()).unwrap();
        path
    });
    accounts.collect()
}

#[test]
fn the_formats_of_an_organization_agree_and_security_hub_holds_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<String> = organization(folder.path())
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let mut arguments = vec![
        "audit",
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--standalone",
        "--asff-region",
        "eu-west-1",
    ];
    arguments.extend(files.iter().map(String::as_str));
    let texts = run(&arguments);
    assert_agree(&texts);
    let rows = of_csv(&texts["csv"]);
    assert!(rows.len() > 900, "{}", rows.len());
    let imported = security_hub(&texts["asff"]);
    assert_eq!(imported.mistakes, [""; 0]);
    assert_eq!(imported.held.len(), rows.len());
    assert!(texts["asff"].lines().count() > files.len());
    assert!(texts["asff"].contains("arn:aws:securityhub:eu-west-1:210000000003:product/210000000003/default"));
    assert_eq!(run(&arguments), texts);
}

#[test]
fn the_formats_of_a_mixed_organization_agree() {
    let folder = generated();
    let source = folder.path().display().to_string();
    let texts = run(&["audit", &source, "--as-of", "2026-01-01T00:00:00Z", "--all"]);
    assert_agree(&texts);
    let counts = counts_of(&of_csv(&texts["csv"]));
    assert!(
        counts.len() == 4 && counts.values().all(|numbers| numbers[4] > 5),
        "{counts:?}"
    );
    assert_agree(&run(&[
        "audit",
        &source,
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--severity",
        "medium",
    ]));
}

/// An organization by a generator that is no part of this repository, where it lies beside it.
#[test]
fn the_formats_of_an_organization_that_somebody_else_makes_agree() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tools/gen_org.py");
    if !script.exists() {
        eprintln!("skipped: {} is not here", script.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("org").display().to_string();
    let mut command = Command::new("python3");
    command
        .arg(&script)
        .args(["--accounts", "6", "--roles", "40", "--users", "15", "--inventory"]);
    assert!(command.args(["--out", &source]).status().unwrap().success());
    for rows in [&[][..], &["--all"], &["--severity", "high"]] {
        let mut arguments = vec!["audit", source.as_str(), "--as-of", "2026-11-01T00:00:00Z"];
        arguments.extend(rows);
        let texts = run(&arguments);
        assert_agree(&texts);
        assert!(of_csv(&texts["csv"]).len() > 20);
    }
}

#[test]
fn a_location_of_sarif_is_the_statement_in_the_policys_text() {
    let folder = tempfile::tempdir().unwrap();
    organization(folder.path());
    let file = folder.path().join("account 0.json");
    let out = leastwise(&[
        "audit",
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--format",
        "sarif",
        &file.display().to_string(),
    ]);
    let log = json(&out.out);
    let text_of = fs::read_to_string(&file).unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"];
        if text(&result["properties"]["principal"]).ends_with(":root") {
            // No statement gives the root user what it can.
            let path = "aws/210000000000/root/root.json";
            assert_eq!(place["artifactLocation"]["uri"], path);
            continue;
        }
        let uri = text(&place["artifactLocation"]["uri"]);
        assert_eq!(uri, format!("file://{}", file.display()).replace(' ', "%20"));
        let [line, column] =
            ["startLine", "startColumn"].map(|name| usize::try_from(place["region"][name].as_u64().unwrap()).unwrap());
        let rest = text_of
            .lines()
            .nth(line - 1)
            .unwrap()
            .chars()
            .skip(column - 1)
            .collect::<String>();
        assert!(rest.starts_with("{\"Action\":"), "{rest:.60}");
    }
}

#[test]
fn a_format_is_the_same_alone_and_beside_others() {
    let together = run(&["demo"]);
    let mut differing = String::new();
    for format in FORMATS {
        let alone = leastwise(&["demo", "--format", format]).ends(0).out;
        if alone != together[format] {
            writeln!(differing, "{format}").unwrap();
        }
    }
    assert_eq!(differing, "");
    // The JSON report wants details that the others do not show.
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let [json, sarif] = [format!("json={}", path("j")), format!("sarif={}", path("s"))];
    leastwise(&["demo", "--report", &json, "--report", &sarif]).ends(0);
    assert_eq!(fs::read_to_string(path("s")).unwrap(), together["sarif"]);
}
