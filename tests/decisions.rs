//! The decision tables hold, cover every trap, and show both sides of every rule that decides something.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

use leastwise::cases::Case;
use leastwise::cases::run_case;
use serde_json::Value;

/// The traps of the evaluation law.
const TRAPS: [u16; 121] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33,
    34, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69,
    70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101,
    102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126,
    127,
];

/// The rules that decide something: each has a row that is allowed and one that is not.
const BOTH_SIDES: [u16; 235] = [
    1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35,
    36, 40, 41, 42, 43, 44, 45, 46, 47, 48, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 70, 71, 72, 73, 74,
    75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 110, 111, 112, 113, 114,
    115, 116, 117, 118, 119, 120, 121, 122, 123, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145,
    146, 147, 160, 161, 162, 163, 164, 165, 166, 167, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 190, 191, 192,
    193, 194, 195, 197, 198, 199, 202, 204, 205, 206, 207, 208, 209, 210, 211, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229,
    240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 260, 261, 262, 263, 264, 265, 266, 267, 268, 270, 271,
    272, 274, 275, 277, 278, 281, 290, 291, 292, 293, 294, 295, 296, 297, 300, 301, 303, 304, 305, 306, 312, 320, 321, 322, 323,
    324, 325, 327, 328, 329, 330, 341, 344, 345, 346, 347, 348, 349, 351, 360, 361, 362,
];

/// The rules without rows on both sides, and why.
const EXEMPT: [(u16, &str); 29] = [
    (31, "a limit on the size of session policies; no verdict depends on it"),
    (
        182,
        "sessions of AssumeRoot are no callers of ours: no policy of an account grants them",
    ),
    (183, "says what the policy simulator cannot do"),
    (184, "a gap makes a verdict conditional or leaves it; it never allows"),
    (185, "calls without an AWS caller are outside the evaluator"),
    (196, "says what happens when SCPs are switched off, not what a request gets"),
    (200, "counts characters"),
    (201, "lists actions that no IAM policy governs"),
    (203, "says which policy types never take part"),
    (254, "inventory, not policy"),
    (269, "AWS does not document it (U21)"),
    (273, "a consequence for the reader, not a verdict"),
    (276, "calls without an AWS caller are outside the evaluator"),
    (279, "the same as E81"),
    (280, "which session policies to assume is decided by the question asked"),
    (302, "what the service does when one of several ids is refused"),
    (307, "what termination protection does not stop; not IAM"),
    (308, "what the service does with protected instances; not IAM"),
    (309, "parameters without a condition key"),
    (310, "a guard of the service, not a verdict"),
    (311, "a second-order path, found by the audit"),
    (326, "what follows a successful call"),
    (340, "control classes, used by questions over all requests"),
    (342, "a second-order path, found by the audit"),
    (343, "what a caller can choose, used by questions over all requests"),
    (350, "how questions over all requests are solved"),
    (363, "how a report presents open atoms"),
    (364, "how fixes are proposed"),
    (365, "how a report words open atoms"),
];

/// Every row, with its file.
fn rows() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/decisions");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "jsonl"))
    {
        let name = file.file_name().unwrap().display().to_string();
        for line in fs::read_to_string(file)
            .unwrap()
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            rows.push((name.clone(), line.to_owned()));
        }
    }
    assert!(!rows.is_empty());
    rows
}

fn parsed() -> Vec<Value> {
    rows().iter().map(|(_, line)| serde_json::from_str(line).unwrap()).collect()
}

fn text<'r>(row: &'r Value, member: &str) -> &'r str {
    row[member].as_str().unwrap_or_default()
}

fn rules_of(row: &Value) -> Vec<&str> {
    row["rules"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn every_row_holds() {
    let mut failing = Vec::new();
    for (file, line) in rows() {
        match Case::parse(&line).and_then(|case| run_case(&case)) {
            Ok(result) if result.holds && result.expected.is_some() => {}
            Ok(result) => failing.push(format!(
                "{file} {}: expected {}, we say {}: {}",
                result.id,
                result.expected.unwrap_or_else(|| "nothing".to_owned()),
                result.actual,
                result.reason
            )),
            Err(error) => failing.push(format!("{file}: {error}")),
        }
    }
    assert!(failing.is_empty(), "{} rows fail:\n{}", failing.len(), failing.join("\n"));
}

#[test]
fn ids_are_unique_and_every_row_cites_rules() {
    let mut seen = BTreeSet::new();
    for row in parsed() {
        let id = text(&row, "id");
        assert!(seen.insert(id.to_owned()), "{id} stands twice");
        assert!(!rules_of(&row).is_empty(), "{id} cites no rule");
        for rule in rules_of(&row) {
            let number = rule.strip_prefix(['E', 'C', 'U', 'T']).unwrap_or_default();
            assert!(number.parse::<u16>().is_ok(), "{id} cites `{rule}`");
        }
    }
}

/// A trap that has several questions has rows T64a, T64b…
#[test]
fn every_trap_has_a_row() {
    let ids: BTreeSet<String> = parsed()
        .iter()
        .map(|row| text(row, "id").trim_end_matches(|c: char| c.is_ascii_lowercase()).to_owned())
        .collect();
    let missing: Vec<u16> = TRAPS.into_iter().filter(|trap| !ids.contains(&format!("T{trap}"))).collect();
    assert!(missing.is_empty(), "traps without a row: {missing:?}");
}

#[test]
fn every_deciding_rule_has_rows_on_both_sides() {
    let mut sides: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for row in parsed() {
        let is_allowed = row["expect"]["decision"] == "allowed";
        for rule in rules_of(&row) {
            let (allowed, not_allowed) = sides.entry(rule.to_owned()).or_default();
            *allowed |= is_allowed;
            *not_allowed |= !is_allowed;
        }
    }
    let one_sided: Vec<u16> = BOTH_SIDES
        .into_iter()
        .filter(|rule| sides.get(&format!("E{rule}")) != Some(&(true, true)))
        .collect();
    assert!(one_sided.is_empty(), "rules without a row on one side: {one_sided:?}");
    let listed: BTreeSet<u16> = BOTH_SIDES.into_iter().chain(EXEMPT.map(|(rule, _)| rule)).collect();
    assert_eq!(listed.len(), BOTH_SIDES.len() + EXEMPT.len(), "a rule is listed twice");
    let cited = sides.keys().filter_map(|rule| rule.strip_prefix('E')?.parse().ok());
    let unlisted: Vec<u16> = cited.filter(|rule| !listed.contains(rule)).collect();
    assert!(unlisted.is_empty(), "rules that rows cite and no list names: {unlisted:?}");
}
