//! `iam-policy`: the files under docs/ are what it prints, and the templates of the role grant its policy alone.

use std::fs;
use std::path::Path;

use super::emulator::check;
use crate::command::leastwise;

const TRUST: &str = "arn:aws:iam::111122223333:role/audit/runner";

/// The files, and what prints each.
const FILES: [(&str, &[&str]); 4] = [
    ("collector-policy.json", &[]),
    ("organization-policy.json", &["--organization"]),
    ("collector-role.cloudformation.yaml", &["--format", "cloudformation"]),
    ("collector-role.tf", &["--format", "terraform"]),
];

fn printed(options: &[&str]) -> String {
    leastwise(&[&["iam-policy"], options].concat()).ends(0).out
}

#[test]
fn the_files_of_the_documentation_are_what_the_command_prints() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, options) in FILES {
        let found = fs::read_to_string(docs.join(name)).unwrap();
        let remedy = format!("docs/{name} is old: leastwise iam-policy {} > docs/{name}", options.join(" "));
        assert_eq!(found, printed(options), "{remedy}");
    }
}

#[test]
fn the_templates_of_the_role_grant_the_policy_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for (trust, external_id) in [("", ""), (TRUST, "secret:of/ours")] {
        let mut files = Vec::new();
        for format in ["json", "cloudformation", "terraform"] {
            let mut options = vec!["--format", format];
            if format != "json" && !trust.is_empty() {
                options.extend(["--trust", trust, "--external-id", external_id]);
            }
            let path = folder.path().join(format);
            fs::write(&path, printed(&options)).unwrap();
            files.push(path.display().to_string());
        }
        let arguments: Vec<&str> = files.iter().map(String::as_str).chain([trust, external_id]).collect();
        check("check_role.py", &arguments);
    }
}

#[test]
fn what_would_break_a_template_is_refused() {
    for (options, words) in [
        (&["--format", "terraform", "--external-id", "a\"b"][..], "external id `a\"b`"),
        (&["--format", "terraform", "--external-id", "${path}"], "external id"),
        (
            &["--format", "cloudformation", "--trust", "arn:aws:iam::111122223333:group/g"],
            "can be trusted by no role",
        ),
        (
            &["--format", "cloudformation", "--trust", "arn:aws:iam::111122223333:role/${x}"],
            "can be trusted by no role",
        ),
        (&["--format", "cloudformation", "--role-name", "a b"], "role name `a b`"),
        (&["--organization", "--role-name", "x*"], "role name `x*`"),
        (&["--organization", "--format", "terraform"], "--format json"),
        (&["--trust", TRUST], "--format cloudformation"),
    ] {
        let run = leastwise(&[&["iam-policy"], options].concat()).ends(2);
        assert!(run.err.contains(words), "{words} in {}", run.err);
    }
}
