//! Configuration, precedence, suppressions and exit codes, as `docs/configuration.md` tells them.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::BARE;
use crate::command::Run;
use crate::command::SAMPLE;
use crate::command::command;
use crate::command::leastwise;

/// A folder with a configuration file, in which the command is run.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(config: &str) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        place.write("leastwise.toml", config);
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let output = command(arguments)
            .current_dir(self.path())
            .envs(variables.iter().copied())
            .env("COLUMNS", "500")
            .output()
            .unwrap();
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn sample() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE).display().to_string()
}

fn findings(report: &Value) -> &Vec<Value> {
    report.get("findings").unwrap().as_array().unwrap()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).unwrap().as_str().unwrap()
}

/// The rows of the sample that these entries suppress, as identity's name and action.
fn suppressed_by(entry: &str) -> Vec<(String, String)> {
    let place = Place::new(&format!(
        "{entry}\nowner = \"jo\"\nreason = \"known\"\nexpires = 2027-01-01\n"
    ));
    let report = place.run(&["audit", &sample(), "--format", "json"]).ends(3).json();
    let suppressed = findings(&report)
        .iter()
        .filter(|row| !row.get("suppression").unwrap().is_null());
    let mut rows: Vec<_> = suppressed
        .map(|row| {
            let name = text(row, "/identity/principal").rsplit(['/', ':']).next().unwrap();
            (name.to_owned(), text(row, "/action").to_owned())
        })
        .collect();
    rows.sort();
    rows
}

// Suppressions.

#[test]
fn an_entry_covers_what_it_names_and_nothing_else() {
    let report = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    let rows = findings(&report);
    let count = |fits: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| fits(row)).count();
    let is_vendor = |row: &Value| text(row, "/identity/principal").ends_with(":role/vendor-ops");
    let vendor = count(&is_vendor);
    let account = count(&|row| text(row, "/identity/account") == "333344445555");
    let ecs = count(&|row| text(row, "/action") == "ecs:DeleteService");
    assert!(vendor > 0 && account > vendor && ecs > 0 && ecs < rows.len());

    for (entry, expected) in [
        ("identity = \"*:role/vendor-ops\"", vendor),
        ("identity = \"arn:aws:iam::333344445555:role/vendor-op?\"", vendor),
        ("identity = \"*:role/vendor\"", 0),
        ("account = \"333344445555\"", account),
        ("account = [\"333344445555\", \"999999999999\"]", account),
        ("action = \"ECS:Delete*\"", ecs),
        (
            "action = \"ecs:DeleteService\"\naccount = \"333344445555\"\nidentity = \"*:role/nobody\"",
            0,
        ),
        ("rule = \"T1578.003\"", rows.len()),
        ("rule = \"T1578\"", 0),
    ] {
        assert_eq!(
            suppressed_by(&format!("[[suppressions]]\n{entry}")).len(),
            expected,
            "{entry}"
        );
    }
}

#[test]
fn a_unit_stands_for_all_below_it_and_for_no_namesake() {
    let report = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    let paths: Vec<&str> = findings(&report)
        .iter()
        .filter_map(|row| row.pointer("/identity/ou_path").unwrap().as_str())
        .collect();
    let deep = *paths.iter().find(|path| path.contains('/')).unwrap();
    let (parent, _) = deep.rsplit_once('/').unwrap();
    let below = |ou: &str| {
        let below = format!("{ou}/");
        paths.iter().filter(|path| **path == ou || path.starts_with(&below)).count()
    };
    for ou in [deep, parent] {
        let entry = format!("[[suppressions]]\nou = \"{ou}/\"");
        assert!(below(ou) > 0);
        assert_eq!(suppressed_by(&entry).len(), below(ou), "{ou}");
    }
    let mut cut = deep.to_owned();
    cut.pop();
    assert!(suppressed_by(&format!("[[suppressions]]\nou = \"{cut}\"")).is_empty());
}

/// The sample organization with its unit `Prod` under another name.
fn sample_with_unit(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(Path::new(&sample()), folder.path());
    let path = folder.path().join("organization.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut organization: Value = serde_json::from_str(&text).unwrap();
    let units = organization["OrganizationalUnits"].as_array_mut().unwrap();
    let unit = units.iter_mut().find(|unit| unit["Name"] == "Prod").unwrap();
    unit["Name"] = name.into();
    fs::write(&path, organization.to_string()).unwrap();
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let new = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &new);
        } else {
            fs::copy(entry.path(), new).unwrap();
        }
    }
}

#[test]
fn a_slash_in_a_units_name_is_written_behind_a_backslash_and_is_no_step() {
    for (name, escaped) in [("A/B", r"A\/B"), ("A/", r"A\/"), (r"A\", r"A\\"), (r"A\/", r"A\\\/")] {
        let estate = sample_with_unit(name);
        let source = estate.path().display().to_string();
        let rows = |ou: &str| -> usize {
            let place = Place::new(&format!(
                "[[suppressions]]\nou = '{ou}'\nowner = \"jo\"\nreason = \"r\"\nexpires = 2027-01-01\n"
            ));
            let report = place.run(&["audit", &source, "--format", "json"]).ends(3).json();
            let path = format!("Workloads/{escaped}");
            let fits = |row: &&Value| row.pointer("/identity/ou_path").unwrap() == &*path;
            let marked = findings(&report).iter().filter(|row| !row["suppression"].is_null());
            assert!(findings(&report).iter().any(|row| fits(&row)), "{path} is in no row");
            // No row of another unit, whatever the entry says.
            marked.inspect(|row| assert!(fits(row), "{row}")).count()
        };
        let all = rows(&format!("Workloads/{escaped}"));
        assert!(all > 0);
        assert_eq!(rows(&format!("Workloads/{escaped}/")), all);
        // What reads alike and is another unit, or the unit below one.
        for other in [
            "Workloads/A",
            "Workloads/A/B",
            "Workloads/A/",
            r"Workloads/A\\\\",
            r"Workloads/A\/C",
        ] {
            assert_eq!(rows(other), 0, "{name}: {other}");
        }
    }
}

#[test]
fn an_entry_that_covers_nothing_is_told() {
    let entry =
        |terms: &str, day: &str| format!("[[suppressions]]\n{terms}\nowner = \"jo \\u202e\"\nreason = \"r\"\nexpires = {day}\n");
    let config = [
        entry("identity = \"*:role/vendor-ops\"", "2027-01-01"),
        // Behind another entry, and yet it covers something.
        entry("identity = \"*:role/vendor-op?\"", "2027-01-01"),
        entry(
            "identity = [\"*:role/gone\", \"*:user/\\u001b[31m\"]\ntags = { team = \"x\" }",
            "2027-01-01",
        ),
        // Over: told as such and not once more.
        entry("action = \"ec2:Nothing\"", "2020-01-01"),
        entry("account = \"999999999999\"", "2027-01-01"),
    ]
    .concat();
    let place = Place::new(&config);
    let arguments = [
        "audit",
        &sample(),
        "--report",
        "json=r.json",
        "--report",
        "table=t",
        "--report",
        "html=h.html",
    ];
    place.run(&arguments).ends(3);
    let report: Value = serde_json::from_str(&place.read("r.json")).unwrap();
    let told = report["unmatched_suppressions"].as_array().unwrap();
    let entries: Vec<u64> = told.iter().map(|one| one["entry"].as_u64().unwrap()).collect();
    assert_eq!(entries, [3, 5]);
    assert_eq!(
        text(&told[0], "/selector"),
        "identity = [\"*:role/gone\", \"*:user/\\U0000001B[31m\"], tags = { \"team\" = \"x\" }"
    );
    assert_eq!(told[0]["place"]["line"], 11);
    assert_eq!(text(&told[1], "/place/file"), "leastwise.toml");
    assert_eq!(report["expired_suppressions"].as_array().unwrap().len(), 1);
    let table = place.read("t");
    let line = "suppression 5 at leastwise.toml:22:1 covers nothing in this run: account = \"999999999999\"; owner jo \\u{202e}, until 2027-01-01";
    assert!(table.contains(line), "{table}");
    assert_eq!(table.matches("covers nothing in this run").count(), 2);
    assert!(!table.contains(['\u{1b}', '\u{202e}']));
    assert!(
        place.read("h.html").contains("account = &quot;999999999999&quot;")
            || place.read("h.html").contains("account = \"999999999999\"")
    );
    // The report is read as a baseline all the same.
    place.run(&["diff", "r.json", "r.json"]).ends(3);
}

#[test]
fn what_chosen_rows_leave_out_is_covered_all_the_same() {
    let place =
        Place::new("[[suppressions]]\nidentity = \"*:role/vendor-ops\"\nowner = \"jo\"\nreason = \"r\"\nexpires = 2027-01-01\n");
    let arguments = ["audit", &sample(), "--format", "json", "--principal", "*:role/nobody"];
    let report = place.run(&arguments).ends(3).json();
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["unmatched_suppressions"], serde_json::json!([]));
}

#[test]
fn tags_are_all_needed() {
    let report = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    let tagged = findings(&report)
        .iter()
        .find(|row| {
            row.pointer("/identity/tags")
                .unwrap()
                .as_object()
                .is_some_and(|tags| !tags.is_empty())
        })
        .unwrap();
    let tags = tagged.pointer("/identity/tags").unwrap().as_object().unwrap();
    let (key, value) = tags.iter().next().unwrap();
    let carries = findings(&report)
        .iter()
        .filter(|row| row.pointer("/identity/tags").unwrap().get(key) == Some(value))
        .count();
    let of = |tags: &str| suppressed_by(&format!("[[suppressions]]\ntags = {{ {tags} }}")).len();
    assert_eq!(of(&format!("\"{key}\" = {value}")), carries);
    assert_eq!(
        of(&format!("\"{}\" = {value}", key.to_uppercase())),
        carries,
        "AWS ignores the case of keys"
    );
    assert_eq!(of(&format!("\"{key}\" = \"*\"")), 0, "a value is no pattern");
    assert_eq!(of(&format!("\"{key}\" = {value}, nobody = \"has\"")), 0);
}

#[test]
fn a_suppressed_row_stays_in_every_format_and_does_not_count() {
    let place = Place::new("");
    let all =
        "[[suppressions]]\nidentity = \"*\"\nowner = \"jo \\u001b[31m\\u202e\"\nreason = \"=1+1\"\nexpires = \"2027-01-01\"\n";
    place.write("leastwise.toml", all);
    let bare = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    let reports = [
        "--report", "table=t", "--report", "csv=c", "--report", "json=j", "--limit", "0",
    ];
    place
        .run(&[&["audit", &sample(), "--fail-on", "low"][..], &reports].concat())
        .ends(3);
    let json: Value = serde_json::from_str(&place.read("j")).unwrap();
    let count = findings(&json).len();
    assert_eq!(count, findings(&bare).len());
    for row in findings(&json) {
        assert_eq!(text(row, "/suppression/expires"), "2027-01-01");
        assert_eq!(text(row, "/suppression/owner"), "jo \u{1b}[31m\u{202e}");
    }
    let csv = place.read("c");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names = reader.headers().unwrap().clone();
    let at = |name: &str| names.iter().position(|known| known == name).unwrap();
    let mut rows = 0;
    for row in reader.records() {
        let row = row.unwrap();
        assert_eq!(&row[at("suppressed")], "true");
        assert_eq!(&row[at("suppression_reason")], "'=1+1");
        assert_eq!(&row[at("suppression_owner")], "jo \\u{1b}[31m\\u{202e}");
        assert_eq!(&row[at("suppression_expires")], "2027-01-01");
        rows += 1;
    }
    assert_eq!(rows, count);
    let table = place.read("t");
    assert!(table.contains(&format!("{count} findings suppressed")), "{table}");
    assert_eq!(table.matches("suppressed until 2027-01-01 by jo").count(), count);
    assert!(!table.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn an_expired_entry_counts_again_and_is_named() {
    let entry = |day: &str, owner: &str| {
        format!("[[suppressions]]\nidentity = \"*:role/vendor-ops\"\nowner = \"{owner}\"\nreason = \"r\"\nexpires = {day}\n")
    };
    // The sample speaks of 2026-11-01T06:00:00Z; the last day counts to its end.
    let runs = |config: &str| {
        let place = Place::new(config);
        let run = place.run(&["audit", &sample(), "--principal", "*:role/vendor-ops", "--fail-on", "low"]);
        (run.code, run.out)
    };
    assert_eq!(runs(&entry("2026-11-01", "jo")).0, Some(3));
    let (code, table) = runs(&entry("2026-10-31", "jo"));
    assert_eq!(code, Some(1));
    assert!(
        table.contains("suppression at leastwise.toml:1:1 is over since 2026-10-31: 1 finding counts again; owner jo, reason: r"),
        "{table}"
    );
    // Another entry that is not over covers the row, and is the one that is named.
    let (code, table) = runs(&format!("{}{}", entry("2026-10-31", "jo"), entry("2026-12-01", "ann")));
    assert_eq!(code, Some(3));
    assert!(table.contains("suppressed until 2026-12-01 by ann"), "{table}");
    assert!(table.contains("2026-10-31: 0 findings count again"), "{table}");

    let place = Place::new(&entry("2026-10-31", "jo"));
    let report = place.run(&["audit", &sample(), "--format", "json"]).ends(3).json();
    assert_eq!(text(&report, "/expired_suppressions/0/owner"), "jo");
    assert_eq!(report.pointer("/expired_suppressions/0/findings"), Some(&1.into()));
    assert_eq!(text(&report, "/expired_suppressions/0/place/file"), "leastwise.toml");
}

// `suppress`.

#[test]
fn suppress_writes_an_entry_that_covers_the_one_finding() {
    let place = Place::new("# ours\nlimit = 3");
    fs::write(
        place.path().join("r.json"),
        leastwise(&["audit", SAMPLE, "--format", "json"]).out,
    )
    .unwrap();
    let report: Value = serde_json::from_str(&place.read("r.json")).unwrap();
    // The most hostile name of the sample.
    let row = findings(&report)
        .iter()
        .find(|row| text(row, "/identity/principal").contains("=1+1"))
        .unwrap();
    let id = text(row, "/id");
    let arguments = [
        "suppress",
        id,
        "r.json",
        "--owner",
        "jo",
        "--reason",
        "\"q\"\n[[x]]",
        "--expires",
        "2099-12-31",
    ];
    let printed = place.run(&[&arguments[..], &["--print"]].concat()).ends(0).out;
    assert_eq!(place.read("leastwise.toml"), "# ours\nlimit = 3");
    place.run(&arguments).ends(0);
    assert_eq!(place.read("leastwise.toml"), format!("# ours\nlimit = 3\n\n{printed}"));
    place.run(&["config", "check"]).ends(0);
    let after = place.run(&["audit", &sample(), "--format", "json"]).ends(3).json();
    let marked: Vec<&Value> = findings(&after)
        .iter()
        .filter(|row| !row.get("suppression").unwrap().is_null())
        .collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(text(marked[0], "/id"), id);
    assert_eq!(text(marked[0], "/suppression/reason"), "\"q\"\n[[x]]");

    let again = place.run(&arguments).ends(2);
    assert!(again.err.contains("has an entry already"), "{}", again.err);
}

#[test]
fn suppress_refuses_what_would_not_count() {
    let place = Place::new("suppressions = []\n");
    fs::write(place.path().join("r.json"), leastwise(&["demo", "--format", "json"]).out).unwrap();
    let report: Value = serde_json::from_str(&place.read("r.json")).unwrap();
    let id = text(&findings(&report)[0], "/id").to_owned();
    let other = "0".repeat(32);
    for (id, file, owner, day, said) in [
        (&*id, "r.json", "jo", "2020-01-01", "is over already"),
        (&*id, "r.json", " ", "2099-01-01", "--owner is empty"),
        (&*other, "r.json", "jo", "2099-01-01", "no finding has the id"),
        ("vendor-ops", "r.json", "jo", "2099-01-01", "32 hexadecimal digits"),
        (&*id, "leastwise.toml", "jo", "2099-01-01", "no JSON report"),
        (&*id, "nowhere", "jo", "2099-01-01", "nowhere"),
        (&*id, "r.json", "jo", "2099-01-01", "no entry can be added at the end"),
    ] {
        let run = place
            .run(&["suppress", id, file, "--owner", owner, "--reason", "r", "--expires", day])
            .ends(2);
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert_eq!(place.read("leastwise.toml"), "suppressions = []\n");
}

// The file.

#[test]
fn a_file_that_is_no_toml_is_told_in_few_words_and_soon() {
    let place = Place::new("");
    let deep = "leastwise: wrong.toml:1:85: lists and tables are nested deeper than 80; no setting is\n";
    for (text, told) in [
        (format!("a = {}", "[".repeat(100_000)), Some(deep)),
        (format!("a = {}", "[\n".repeat(100_000)), None),
        (format!("a = {}", "{x=".repeat(100_000)), None),
        ("[".repeat(100_000), None),
    ] {
        place.write("wrong.toml", &text);
        let run = place.run(&["config", "check", "wrong.toml"]);
        assert_eq!((run.code, run.err.lines().count()), (Some(2), 1), "{}", run.err);
        assert!(run.err.starts_with("leastwise: wrong.toml:"), "{}", run.err);
        assert!(told.is_none_or(|told| run.err == told), "{}", run.err);
    }
    // A line has one mistake, and twenty of them are enough.
    place.write("wrong.toml", "a = 1\na = 2\nb = \nc = [1\nd = 3\n");
    let run = place.run(&["config", "check", "wrong.toml"]).ends(2);
    let lines: Vec<&str> = run.err.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(lines, ["wrong.toml:2:1", "wrong.toml:3:5", "wrong.toml:5:1"]);
    place.write("wrong.toml", &"a=[1]]]]\n".repeat(20_000));
    let run = place.run(&["config", "check", "wrong.toml"]).ends(2);
    assert_eq!(run.err.lines().count(), 21);
    assert!(
        run.err
            .ends_with("wrong.toml:21:1: from here on 19980 more lines are wrong; mend those above first\n"),
        "{}",
        run.err
    );
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let config = "\
sorces = [\"x\"]
format = \"cvs\"
fail_on = [\"low\"]
all = \"yes\"
threads = -1

[[suppressions]]
ownr = \"jo\"
reason = \" \"
expires = 2026-02-30T00:00:00Z
[[suppressions]]
owner = \"jo\"
reason = \"r\"
expires = \"soon\"
action = \"TerminateInstances\"
account = \"12\"
finding = \"7f\"
tags = []
[[suppressions]]
owner = \"jo\"
reason = \"r\"
expires = 2027-01-01
";
    let wanted = [
        ("10:11", "`expires` is a day"),
        ("1:1", "`sorces` is no setting"),
        ("2:10", "`format`: invalid value 'cvs'"),
        ("3:1", "`fail_on` is one value"),
        ("4:7", "`all` is true or false"),
        ("5:11", "`threads`: invalid value '-1'"),
        ("7:1", "needs `owner`"),
        ("8:1", "`ownr` is no key of a suppression"),
        ("9:10", "`reason` is empty"),
        ("14:11", "`expires` is a day"),
        ("15:10", "`TerminateInstances` is no action"),
        ("16:11", "`12`"),
        ("17:11", "32 hexadecimal digits"),
        ("18:8", "`tags` is a table"),
        ("19:1", "would cover every finding"),
    ];
    // What is no TOML is said alone: the rest may be misread.
    let place = Place::new(config);
    let run = place.run(&["config", "check"]).ends(2);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    assert!(run.err.contains("leastwise.toml:10:"), "{}", run.err);

    let place = Place::new(&config.replace("02-30T00", "02-28T00"));
    let check = place.run(&["config", "check"]).ends(2);
    let lines: Vec<&str> = check.err.lines().collect();
    assert_eq!(lines.len(), wanted.len(), "{}", check.err);
    for (at, words) in wanted {
        let start = format!("leastwise: leastwise.toml:{at}: ");
        let line = lines.iter().find(|line| line.starts_with(&start));
        assert!(line.is_some_and(|line| line.contains(words)), "{at} {words}\n{}", check.err);
    }
    let audit = place.run(&["audit", &sample()]).ends(2);
    assert_eq!((audit.err, audit.out), (check.err, String::new()));
}

#[test]
fn hostile_keys_do_not_reach_the_terminal() {
    let place = Place::new("\"\\u001b[31m\\n\" = 1\n[[suppressions]]\n\"\\u202e\" = 1\nrule = \"\\u001b\\nx\"\n");
    let run = place.run(&["config", "check"]).ends(2);
    assert!(!run.err.contains(['\u{1b}', '\u{202e}']), "{}", run.err);
    assert!(
        run.err.lines().all(|line| line.starts_with("leastwise: leastwise.toml:")),
        "{}",
        run.err
    );
}

#[test]
fn the_command_line_wins_over_the_variable_and_that_over_the_file() {
    let place = Place::new(&format!(
        "sources = [\"{}\"]\nformat = \"csv\"\nall = true\naccount = [\"333344445555\", \"555566667777\"]\n",
        sample()
    ));
    let is_csv = |run: &Run| run.out.starts_with("rank,");
    let is_json = |run: &Run| run.out.starts_with('{');
    let file = place.run(&["audit"]);
    assert!(is_csv(&file) && file.out.contains(",\"denied\","), "{}{}", file.out, file.err);
    let variable = place.run_with(&["audit"], &[("LEASTWISE_FORMAT", "json"), ("LEASTWISE_ALL", "false")]);
    assert!(is_json(&variable));
    let accounts = |run: &Run| run.json().pointer("/facts/accounts").unwrap().as_u64();
    assert_eq!(accounts(&variable), Some(2));
    assert!(!variable.out.contains("\"verdict\":\"denied\""));
    let both = [
        ("LEASTWISE_FORMAT", "csv"),
        ("LEASTWISE_ACCOUNT", "111122223333\n222233334444\n444455556666"),
    ];
    let line = place.run_with(&["audit", "--format", "json"], &both);
    assert!(is_json(&line));
    assert_eq!(accounts(&line), Some(3), "the variable replaces the whole list");
    let line = place.run_with(&["audit", "--format", "json", "--account", "333344445555"], &both);
    assert_eq!(accounts(&line), Some(1));
    let source = place.run(&[
        "audit",
        "--format",
        "json",
        "--standalone",
        &format!("{}/../../../{BARE}", sample()),
        "--account",
        "333344445555",
    ]);
    assert!(
        is_json(&source),
        "a source of the command line replaces those of the file: {}",
        source.err
    );
    let run = place.run_with(&["audit"], &[("LEASTWISE_FORMAT", "cvs")]).ends(2);
    assert!(run.err.contains("invalid value 'cvs'"), "{}", run.err);
}

#[test]
fn every_flag_of_the_audit_is_a_variable_and_a_setting() {
    let help = leastwise(&["audit", "--help"]).ends(0).out;
    let place = Place::new("x = 1\n");
    let settings = place.run(&["config", "check"]).ends(2).err;
    let flags = help.lines().filter_map(|line| {
        let (_, rest) = line.split_once("--").filter(|(before, _)| before.trim().len() <= 3)?;
        rest.split([' ', '=']).next()
    });
    let mut count = 0;
    for flag in flags.filter(|flag| !matches!(*flag, "help" | "version")) {
        let key = flag.replace('-', "_");
        assert!(help.contains(&format!("[env: LEASTWISE_{}]", key.to_uppercase())), "{flag}");
        assert!(flag == "config" || settings.contains(&format!("`{key}`")), "{flag}");
        count += 1;
    }
    assert!(count > 15, "{count}");
}

#[test]
fn the_file_is_found_only_where_it_is_looked_for() {
    let place = Place::new("format = \"csv\"\n");
    assert!(place.run(&["demo"]).ends(0).out.starts_with("leastwise"));
    assert!(
        place
            .run(&["demo", "--config", "leastwise.toml"])
            .ends(0)
            .out
            .starts_with("rank,")
    );
    let variable = place.run_with(&["demo"], &[("LEASTWISE_CONFIG", "leastwise.toml")]);
    assert!(variable.ends(0).out.starts_with("rank,"));
    let run = place.run(&["audit", &sample(), "--config", "other.toml"]).ends(2);
    assert!(run.err.contains("other.toml"), "{}", run.err);
}

// Exit codes.

#[test]
fn the_table_of_exit_codes_is_true() {
    let guide = include_str!("../docs/configuration.md");
    let accepted = "[[suppressions]]\nidentity = \"*\"\nowner = \"jo\"\nreason = \"r\"\nexpires = 2999-01-01\n";
    let place = Place::new("");
    fs::remove_file(place.path().join("leastwise.toml")).unwrap();
    place.write("accepted.toml", accepted);
    place.write("expired.toml", &accepted.replace("2999", "2001"));
    place.write("broken.toml", "formt = \"csv\"\n");
    place.write("broken.json", "{\"schema\": \"leastwise-report/1\"}\n");
    let complete = Path::new(env!("CARGO_MANIFEST_DIR")).join(BARE).display().to_string();
    let same = place.run(&["audit", &complete, "--standalone", "--format", "json"]).ends(0);
    place.write("same.json", &same.out);
    let none = [
        "audit",
        &complete,
        "--standalone",
        "--format",
        "json",
        "--principal",
        "nobody",
    ];
    place.write("empty.json", &place.run(&none).ends(0).out);
    let allowing = |action: &str| {
        let statement = serde_json::json!({"Effect": "Allow", "Action": action, "Resource": "*"});
        serde_json::json!({"Version": "2012-10-17", "Statement": [statement]})
    };
    place.write("narrow.json", &allowing("ec2:TerminateInstances").to_string());
    place.write("wide.json", &allowing("ec2:*").to_string());
    let mut moot = allowing("ec2:*");
    moot["Statement"][0]["Condition"] =
        serde_json::json!({"StringEquals": {"aws:username": "a"}, "StringNotEquals": {"aws:username": "a"}});
    place.write("moot.json", &moot.to_string());
    for (name, expected) in [("passing.jsonl", "allowed"), ("failing.jsonl", "implicit_deny")] {
        let case = serde_json::json!({
            "format": "iamcase/1", "id": "1", "name": "a user may",
            "source": {"suite": "s", "repo": null, "path": "p"}, "truth": "none",
            "principal": {"kind": "user", "arn": "arn:aws:iam::111122223333:user/Kim", "account": "111122223333", "tags": {}},
            "identity_policies": [{"name": "ours", "document": allowing("ec2:*")}],
            "permission_boundary": null, "session_policy": null, "scps": null, "rcps": null,
            "resource_policy": null, "endpoint_policies": null,
            "request": {"action": "ec2:TerminateInstances",
                "resource": "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0",
                "resource_account": "111122223333", "context": {}, "derive": true, "resource_tags": {}},
            "expect": {"decision": expected}, "features": [],
        });
        place.write(name, &format!("{case}\n"));
    }
    let section = guide.split("## Exit codes").nth(1).unwrap();
    let rows = section.lines().filter_map(|line| {
        let (run, code) = line.strip_prefix("| `leastwise ")?.split_once("` | ")?;
        Some((run, code.trim_end_matches(" |").parse::<i32>().unwrap()))
    });
    let incomplete = sample();
    let mut seen = std::collections::BTreeSet::new();
    for (line, code) in rows {
        let arguments = line.split(' ').flat_map(|word| match word {
            "complete" => vec![complete.as_str(), "--standalone"],
            "incomplete" => vec![incomplete.as_str()],
            word => vec![word],
        });
        let arguments: Vec<&str> = arguments.collect();
        let run = place.run(&arguments);
        assert_eq!(run.code, Some(code), "{line}\n{}{}", run.out, run.err);
        seen.insert((command_of(line), code));
    }
    // Every code that these commands document has a row.
    for command in [
        &["audit"][..],
        &["diff"],
        &["compare"],
        &["lint"],
        &["evidence", "create"],
        &["evidence", "verify"],
    ] {
        let help = place.run(&[command, &["--help"]].concat()).ends(0).out;
        let list = help.split("Exit codes:\n").nth(1).unwrap();
        let codes: Vec<i32> = list
            .lines()
            .filter_map(|line| line.trim().split_once("  ")?.0.parse().ok())
            .collect();
        assert!(codes.len() >= 3, "{command:?}: {help}");
        for code in codes {
            let name = command.join(" ");
            assert!(seen.contains(&(name.clone(), code)), "no row for {code} of {name}");
        }
    }
}

/// `audit`, or `evidence create`.
fn command_of(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let count = if words[0] == "evidence" { 2 } else { 1 };
    words[..count].join(" ")
}
