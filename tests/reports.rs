//! Reports: goldens, one schema, the same numbers in every format, and nothing hostile gets out.

use std::fs;
use std::path::Path;

use leastwise::finding::BlockerKind;
use leastwise::finding::Bound;
use leastwise::finding::CitedEffect;
use leastwise::finding::ControlClass;
use leastwise::finding::FactorName;
use leastwise::finding::Impact;
use leastwise::finding::Layer;
use leastwise::finding::Loss;
use leastwise::finding::PrincipalKind;
use leastwise::finding::Report;
use leastwise::finding::Severity;
use leastwise::finding::SignedBy;
use leastwise::finding::Verdict;
use leastwise::report::CsvOptions;
use leastwise::report::TableOptions;
use leastwise::report::column_names;
use leastwise::report::is_hidden;
use leastwise::report::write_csv;
use leastwise::report::write_json;
use leastwise::report::write_table;
use leastwise::solve::RemarkKind;
use serde_json::Value;

use crate::sample_report::reviewed_report;
use crate::sample_report::sample_report;

fn json(report: &Report) -> String {
    let mut bytes = Vec::new();
    write_json(report, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn csv(report: &Report, raw: bool) -> String {
    let mut bytes = Vec::new();
    write_csv(report, CsvOptions { raw }, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn table(report: &Report, width: u16) -> String {
    let mut bytes = Vec::new();
    write_table(report, TableOptions { width, limit: None }, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect())
        .collect()
}

fn column(name: &str) -> usize {
    column_names().position(|column| column == name).unwrap()
}

/// Compares with `fixtures/reports/NAME`; what came out instead is kept for a look.
fn assert_golden(name: &str, actual: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports").join(name);
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    if actual != expected {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&kept, actual).unwrap();
        let (golden, kept) = (golden.display(), kept.display());
        assert!(
            actual == expected,
            "the report differs from {golden}; if {kept} is right, copy it there"
        );
    }
}

#[test]
fn json_is_as_agreed() {
    assert_golden("sample.json", &json(&sample_report()));
}

#[test]
fn csv_is_as_agreed() {
    assert_golden("sample.csv", &csv(&sample_report(), false));
    assert_golden("sample.raw.csv", &csv(&sample_report(), true));
}

#[test]
fn table_is_as_agreed_at_80_and_200_columns() {
    assert_golden("sample.80.txt", &table(&sample_report(), 80));
    assert_golden("sample.200.txt", &table(&sample_report(), 200));
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 159, 160, 200, 400] {
        for line in table(&sample_report(), width).lines() {
            assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
        }
    }
}

#[test]
fn a_table_of_many_rows_is_one_table() {
    let mut report = sample_report();
    let one = report.findings.first().unwrap().clone();
    report.findings = vec![one; 401];
    let text = table(&report, 80);
    assert_eq!(text.matches("Identity and call").count(), 1);
    let mut bytes = Vec::new();
    write_table(
        &report,
        TableOptions {
            width: 80,
            limit: Some(3),
        },
        &mut bytes,
    )
    .unwrap();
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("398 more; --limit 0 and the CSV and JSON formats show all")
    );
}

#[test]
fn json_fits_its_schema_and_nothing_else_does() {
    let schema: Value = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value: Value = serde_json::from_str(&json(&reviewed_report())).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");

    for pointer in [
        "",
        "/facts",
        "/findings/0",
        "/findings/0/identity",
        "/findings/0/score",
        "/findings/0/witness",
        "/findings/0/suppression",
        "/expired_suppressions/0",
        "/expired_suppressions/0/place",
        "/unmatched_suppressions/0",
        "/unmatched_suppressions/0/place",
        "/baseline",
        "/baseline/gone/0",
        "/unjoined/0",
        "/remarks/0",
        "/remarks/0/remarks/0",
        "/gaps/0",
    ] {
        let mut more = value.clone();
        more.pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .insert("extra".to_owned(), Value::Null);
        assert!(!validator.is_valid(&more), "an extra member at `{pointer}` passes");
        let mut less = value.clone();
        let object = less.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        let first = object.keys().next().unwrap().clone();
        object.remove(&first);
        assert!(!validator.is_valid(&less), "`{pointer}` passes without `{first}`");
    }
}

#[test]
fn every_object_of_the_schema_is_closed() {
    fn walk(value: &Value) {
        if let Some(object) = value.as_object() {
            if object.contains_key("properties") {
                assert_eq!(object.get("additionalProperties"), Some(&Value::Bool(false)), "{value:#}");
            }
            object.values().for_each(walk);
        }
        value.as_array().into_iter().flatten().for_each(walk);
    }
    walk(&serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap());
}

fn words<T: ToString>(all: &[T]) -> Value {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}

#[test]
fn the_schema_lists_the_words_of_the_code() {
    let schema: Value = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
    let cases = [
        ("citation/properties/layer", words(Layer::ALL)),
        ("citation/properties/effect", words(CitedEffect::ALL)),
        ("finding/properties/impact", words(Impact::ALL)),
        ("finding/properties/loss", words(Loss::ALL)),
        (
            "finding/properties/conditions/items/properties/class",
            words(ControlClass::ALL),
        ),
        ("blockers/properties/members/items/properties/kind", words(BlockerKind::ALL)),
        ("condition/properties/bound", words(Bound::ALL)),
        (
            "condition/properties/alternatives/items/items/properties/class",
            words(ControlClass::ALL),
        ),
        ("identity/properties/kind", words(PrincipalKind::ALL)),
        ("witness/properties/credentials", words(SignedBy::ALL)),
        ("score/properties/severity", words(Severity::ALL)),
        ("gone/properties/verdict", words(Verdict::ALL)),
        ("score/properties/factors/items/properties/name", words(FactorName::ALL)),
    ];
    let kinds: Vec<&str> = RemarkKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let cases = cases
        .into_iter()
        .chain([("policy_remarks/properties/remarks/items/properties/kind", words(&kinds))]);
    for (pointer, expected) in cases {
        assert_eq!(
            schema.pointer(&format!("/$defs/{pointer}/enum")),
            Some(&expected),
            "{pointer}"
        );
    }
}

#[test]
fn all_formats_say_the_same_numbers() {
    let report = sample_report();
    let parsed: Value = serde_json::from_str(&json(&report)).unwrap();
    let rows = records(&csv(&report, true));
    let tables = [80, 200].map(|width| last_column(&table(&report, width)));
    let findings = parsed.pointer("/findings").unwrap().as_array().unwrap();
    assert_eq!((rows.len(), findings.len()), (report.findings.len(), report.findings.len()));
    for (index, ((row, json), finding)) in rows.iter().zip(findings).zip(&report.findings).enumerate() {
        let score = finding.score.as_ref().unwrap();
        assert_eq!(row[column("rank")], (index + 1).to_string());
        assert_eq!(json["rank"], index + 1);
        assert_eq!(row[column("score")], json["score"]["total"].to_string());
        assert_eq!(row[column("score")], score.total().to_string());
        assert_eq!(row[column("severity")], json["score"]["severity"]);
        assert_eq!(row[column("verdict")], json["verdict"]);
        assert_eq!(row[column("principal")], json["identity"]["principal"]);
        let mut sum = 0.0;
        for (place, name) in FactorName::ALL.iter().enumerate() {
            let points = &json["score"]["factors"][place]["points"];
            assert_eq!(row[column(&format!("{name}_points"))], points.to_string());
            sum += points.as_f64().unwrap();
        }
        assert_eq!(format!("{sum:.1}"), row[column("score")], "the factors add up to the score");
        for (rest, shown) in &tables {
            assert!(rest.contains(&score.total().to_string()), "{}", score.total());
            let mut factors = score.factors().map(|factor| format!("{}{}", factor.name, factor.points));
            let is_shown = factors.all(|factor| shown.contains(&factor));
            assert_eq!(
                is_shown,
                finding.verdict != Verdict::Denied,
                "{:?}",
                score.factors().collect::<Vec<_>>()
            );
        }
        for (name, pointer) in [
            ("resources_total", "total"),
            ("resources_reachable", "reachable"),
            ("resources_protected", "protected"),
        ] {
            let number = json
                .pointer(&format!("/resources/{pointer}"))
                .map_or_else(String::new, Value::to_string);
            assert_eq!(row[column(name)], number);
        }
    }
}

/// A table, and its column "Why" without blanks and line ends.
fn last_column(table: &str) -> (String, String) {
    let header = table.lines().find(|line| line.ends_with("Why")).unwrap();
    let start = header.chars().count() - 3;
    let text = table
        .lines()
        .flat_map(|line| line.chars().skip(start))
        .filter(|c| !c.is_whitespace())
        .collect();
    (table.to_owned(), text)
}

#[test]
fn equal_reports_give_equal_bytes() {
    assert_eq!(json(&sample_report()), json(&sample_report()));
    assert_eq!(csv(&sample_report(), false), csv(&sample_report(), false));
}

#[test]
fn no_format_gives_a_terminal_something_to_obey_or_hide() {
    let report = reviewed_report();
    for text in [table(&report, 80), table(&report, 200), json(&report)] {
        assert!(!text.contains(|c: char| is_hidden(c) && c != '\n'));
    }
    assert!(!csv(&report, false).contains(|c: char| is_hidden(c) && !"\r\n\t".contains(c)));
}

#[test]
fn json_keeps_hostile_names_exactly() {
    let text = json(&sample_report());
    let value: Value = serde_json::from_str(&text).unwrap();
    let principals = value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["identity"]["principal"].as_str().unwrap());
    assert!(
        principals
            .into_iter()
            .any(|principal| principal.ends_with("user\u{202e}gpj.exe"))
    );
}

#[test]
fn csv_defuses_formulas_unless_raw() {
    let report = sample_report();
    let starts_formula = |field: &String| field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    assert!(!records(&csv(&report, false)).iter().flatten().any(starts_formula));
    assert!(records(&csv(&report, true)).iter().flatten().any(starts_formula));
    assert!(csv(&report, false).contains(r#","'=cmd|'/c calc'!A1","#));
}

#[test]
fn csv_ends_each_record_with_crlf() {
    let text = csv(&sample_report(), true);
    assert!(text.ends_with("\r\n"));
    assert_eq!(
        text.lines().next().unwrap().split(',').collect::<Vec<_>>(),
        column_names().collect::<Vec<_>>()
    );
    assert_eq!(records(&text).len(), sample_report().findings.len());
}

#[test]
fn the_csv_guide_lists_every_column_in_order() {
    let guide = include_str!("../docs/csv.md");
    let listed: Vec<_> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name))
        .collect();
    assert_eq!(listed, column_names().collect::<Vec<_>>());
}

#[test]
fn an_empty_report_is_one_too() {
    let mut report = sample_report();
    report.findings.clear();
    report.unjoined.clear();
    report.remarks.clear();
    report.gaps.clear();
    assert!(table(&report, 80).contains("No findings."));
    assert_eq!(csv(&report, false).lines().count(), 1);
    let value: Value = serde_json::from_str(&json(&report)).unwrap();
    assert_eq!(value["findings"], Value::Array(Vec::new()));
}
