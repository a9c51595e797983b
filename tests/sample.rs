//! The sample estate: every row of `fixtures/estates/sample-expected.csv`, and no other.

use std::collections::BTreeMap;
use std::path::Path;

use leastwise::estate::AccountEstate;
use leastwise::estate::Organization;
use leastwise::evaluate::AccountScope;
use leastwise::rules::AccountAudit;
use leastwise::rules::Questions;
use leastwise::rules::RuleSet;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;

/// Verdict, reachable and total by identity and action.
type Rows = BTreeMap<(String, String), [String; 3]>;

#[test]
fn every_row_of_the_sample_is_as_written_down() {
    let (expected, found) = (expected(), found());
    let differing: Vec<_> = expected.iter().filter(|(key, row)| found.get(*key) != Some(row)).collect();
    for (key, row) in &differing {
        eprintln!("{key:?}: expected {row:?}, found {:?}", found.get(key));
    }
    assert!(differing.is_empty(), "{} rows differ", differing.len());
    let unexpected: Vec<_> = found.keys().filter(|key| !expected.contains_key(*key)).collect();
    assert!(unexpected.is_empty(), "rows that nobody wrote down: {unexpected:?}");
}

fn expected() -> Rows {
    let text = include_str!("../fixtures/estates/sample-expected.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let field = |at: usize| row[at].to_owned();
        ((field(0), field(2)), [field(3), field(4), field(5)])
    });
    rows.collect()
}

fn found() -> Rows {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/sample");
    let snapshot = Snapshot::open(vec![Source::of_path(&directory).unwrap()]).unwrap();
    let files = snapshot.read_organization();
    let records = files.records();
    let organization = Organization::of(records.organization.as_ref().unwrap());
    let rules = RuleSet::builtin().unwrap();
    let questions = Questions::of(&rules);
    let mut rows = Rows::new();
    for account in snapshot.accounts() {
        let files = account.read();
        let estate = AccountEstate::of(&files.records(), None);
        let audit = AccountAudit {
            questions: &questions,
            estate: &estate,
            scope: &AccountScope::of(Some(&organization), account.id()),
            place: organization.place(account.id()),
            is_management: organization.is_management(account.id()),
            as_of: "2026-11-01T06:00:00Z".parse().unwrap(),
            keep_denied: true,
            is_detailed: false,
            quotes: false,
            lists_unjoined: false,
        };
        for finding in audit.run().findings {
            let reach = finding.resources.as_deref();
            let [reachable, total] = [reach.map(|reach| reach.reachable), reach.map(|reach| reach.total)]
                .map(|count| count.map_or(String::new(), |count| count.to_string()));
            let key = (finding.identity.principal.to_string(), finding.action.to_string());
            rows.insert(key, [finding.verdict.word().to_owned(), reachable, total]);
        }
    }
    rows
}
