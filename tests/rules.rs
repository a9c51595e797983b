//! Rules: the built-in ones are whole, and a wrong file is told its place and what to do.

use std::fs;
use std::path::Path;

use leastwise::finding::Impact;
use leastwise::finding::Loss;
use leastwise::rules::BUILTIN;
use leastwise::rules::Rule;
use leastwise::rules::RuleSet;

const GOOD: &str = "+++\nid = \"stop-databases\"\ntitle = \"Stop\"\nstatus = \"assumed\"\n\n[[actions]]\naction = \"rds:StopDBInstance\"\nresource_type = \"db\"\nimpact = \"low\"\nloss = \"interruption\"\n+++\n\n## What it finds\na\n## Why it matters\nb\n## Example\n```\n## not a heading\n```\n## Fix\nd\n";

fn error(text: &str) -> String {
    Rule::parse("my.md", text).unwrap_err().to_string()
}

fn error_with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    error(&GOOD.replace(from, to))
}

#[test]
fn the_built_in_rules_are_these() {
    let set = RuleSet::builtin().unwrap();
    let ids: Vec<_> = set.iter().map(|rule| rule.id.to_string()).collect();
    assert_eq!(ids, ["T1578.003"]);
}

#[test]
fn every_rule_file_is_built_in_and_in_the_index() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
    let index = include_str!("../rules/README.md");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if Path::new(&name).extension().is_some_and(|extension| extension == "md") && name != "README.md" {
            assert!(
                BUILTIN.iter().any(|(file, _)| *file == format!("rules/{name}")),
                "{name} is not in builtin.rs"
            );
            assert!(index.contains(&format!("]({name})")), "{name} is not in rules/README.md");
        }
    }
}

#[test]
fn the_rule_says_what_deleting_costs() {
    let set = RuleSet::builtin().unwrap();
    let rule = set.find(&"T1578.003".parse().unwrap()).unwrap();
    let actions: Vec<_> = rule
        .actions
        .iter()
        .map(|one| (one.action.as_str(), &*one.resource_type, one.impact, one.loss))
        .collect();
    let expected = [
        ("ec2:TerminateInstances", "instance", Impact::High, Loss::Irreversible),
        ("ecs:DeleteService", "service", Impact::Medium, Loss::Rebuildable),
    ];
    assert_eq!(actions, expected);
    let attack = rule.attack.as_ref().unwrap();
    assert_eq!(
        (&*attack.id, &*attack.version, &*attack.tactic),
        ("T1578.003", "19", "TA0112")
    );
}

#[test]
fn the_recipe_in_the_readme_is_a_rule() {
    let readme = include_str!("../rules/README.md");
    let (_, rest) = readme.split_once("```markdown\n").unwrap();
    let (example, _) = rest.split_once("\n```").unwrap();
    assert_eq!(Rule::parse("README.md", example).unwrap().id.as_str(), "stop-databases");
}

#[test]
fn a_heading_inside_a_code_block_is_text() {
    assert!(Rule::parse("my.md", GOOD).unwrap().text.example.contains("## not a heading"));
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_do_no_harm() {
    let text = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    assert_eq!(Rule::parse("my.md", &text).unwrap().id.as_str(), "stop-databases");
}

#[test]
fn a_wrong_file_is_told_its_place_and_what_to_do() {
    let cases = [
        (error(""), "my.md:1:1: a rule file begins with a line `+++`"),
        (error("+++\nid = 1\n"), "my.md:3:1: the front matter does not end"),
        (error_with("id = ", "id == "), "my.md:2:"),
        (error_with("title =", "titel ="), "my.md:3:1: unknown field `titel`"),
        (error_with("title = \"Stop\"\n", ""), "missing field `title`"),
        (
            error_with("\"Stop\"", "7"),
            "my.md:3:9: invalid type: integer `7`, expected a string",
        ),
        (error_with("\"Stop\"", "\" \""), "my.md:3:9: `title` is empty"),
        (
            error_with("stop-databases", "stop databases"),
            "my.md:2:6: `stop databases` is not a rule id",
        ),
        (
            error_with("assumed", "maybe"),
            "my.md:4:10: `maybe` is no status; write one of `confirmed`, `assumed`",
        ),
        (
            error_with("status", "attack_id = \"T1\"\nstatus"),
            "my.md:4:13: `attack_id` needs `attack_version`",
        ),
        (
            error_with("rds:StopDBInstance", "rds:Stop*"),
            "my.md:7:10: `rds:Stop*` is not an action",
        ),
        (
            error_with("rds:StopDBInstance", "StopDBInstance"),
            "my.md:7:10: `StopDBInstance` is not an action",
        ),
        (
            error_with("rds:StopDBInstance", "rds:StopDBInstances"),
            "my.md:7:10: `rds:StopDBInstances` is not in the action catalog of ",
        ),
        (
            error_with("\"db\"", "\"instance\""),
            "my.md:8:17: `instance` is no resource_type; write one of `db`",
        ),
        (
            error_with("\"low\"", "\"dire\""),
            "my.md:9:10: `dire` is no impact; write one of `critical`",
        ),
        (error_with("\"interruption\"", "\"\""), "my.md:10:8: `` is no loss"),
        (error_with("loss =", "cost = 1\nloss ="), "my.md:10:1: unknown field `cost`"),
        (
            error_with("+++\n\n## What", "+++\nhello\n## What"),
            "my.md:12:1: text before the first heading",
        ),
        (
            error_with("## Fix", "## Remedy"),
            "my.md:21:1: the heading `## Remedy` is not expected here",
        ),
        (error_with("## Fix\nd\n", ""), "my.md:21:1: the heading `## Fix` is missing"),
        (error_with("## Fix\nd\n", "## Fix\n"), "my.md:21:1: `Fix` is empty"),
        (
            error_with("d\n", "d\n## Notes\n"),
            "the heading `## Notes` is not expected here",
        ),
    ];
    for (error, expected) in cases {
        assert!(error.contains(expected), "got  {error}\nwant {expected}");
        assert!(!error.contains('\n'), "{error}");
    }
    let (head, rest) = GOOD.split_once("\n[[actions]]").unwrap();
    let (actions, tail) = rest.split_once("+++").unwrap();
    assert!(error(&format!("{head}\n+++{tail}")).contains("needs at least one `[[actions]]`"));
    let twice = format!(
        "{head}\n[[actions]]{actions}[[actions]]{}+++{tail}",
        actions.replace("rds:Stop", "RDS:stop")
    );
    assert!(
        error(&twice).contains("my.md:12:10: the action `rds:StopDBInstance` is listed twice"),
        "{}",
        error(&twice)
    );
}

#[test]
fn users_add_files_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    let mut set = RuleSet::builtin().unwrap();
    assert!(set.read(folder.path()).unwrap_err().to_string().contains("no rule file"));
    fs::write(folder.path().join("README.md"), "not a rule").unwrap();
    fs::write(folder.path().join("a.md"), GOOD).unwrap();
    set.read(folder.path()).unwrap();
    assert_eq!(set.len(), 2);
    let again = set.read(&folder.path().join("a.md")).unwrap_err().to_string();
    assert!(
        again.contains("a.md:2:6: the rule `stop-databases` is already defined in"),
        "{again}"
    );
    assert!(
        set.read(&folder.path().join("none.md"))
            .unwrap_err()
            .to_string()
            .contains("cannot read the rule file")
    );
    fs::write(folder.path().join("long.md"), "x".repeat((1 << 20) + 1)).unwrap();
    assert!(
        set.read(&folder.path().join("long.md"))
            .unwrap_err()
            .to_string()
            .contains("at most 1048576 bytes")
    );
}
