//! Who may import whom, door files without logic, and guides that name files that are there.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The rooms in the order of the data's way, the policy tests last; the row is the whole permission.
const ROWS: [(&str, &[&str]); 17] = [
    ("ident", &[]),
    ("policy", &["ident"]),
    ("catalog", &["ident"]),
    ("snapshot", &["ident"]),
    ("collect", &["ident", "snapshot"]),
    ("estate", &["ident", "policy", "catalog", "snapshot"]),
    ("evaluate", &["ident", "policy", "catalog", "estate"]),
    ("solve", &["ident", "policy", "catalog", "estate", "evaluate"]),
    ("finding", &["ident", "policy", "evaluate"]),
    // Both mark findings and look at nothing else: who accepts one, and what an earlier report said of it.
    ("config", &["ident", "finding"]),
    ("baseline", &["ident", "finding"]),
    ("controls", &["finding"]),
    (
        "rules",
        &["ident", "policy", "catalog", "estate", "evaluate", "solve", "finding"],
    ),
    ("rank", &["ident", "estate", "finding"]),
    ("report", &["ident", "finding", "controls", "rank", "rules"]),
    ("evidence", &[]),
    ("cases", &["ident", "policy", "catalog", "estate", "evaluate"]),
];

/// Parts that are targets of their own: they see the library from outside, as `leastwise::`.
const OTHER_TARGETS: [&str; 3] = ["src/cli", "src/catalog/refresh.rs", "src/catalog/maintain"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of a folder with the extension, with their texts, in order.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut todo: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|found| found == extension) {
            let name = path.strip_prefix(root()).unwrap().display().to_string().replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn library_files() -> Vec<(String, String)> {
    let mut files = files("src", "rs");
    files.retain(|(name, _)| !OTHER_TARGETS.iter().any(|target| name.starts_with(target)));
    files
}

/// The rooms that a line names, by `use` or in place.
fn rooms_named(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default()
    })
}

#[test]
fn a_room_imports_only_what_its_row_allows() {
    let mut wrong = Vec::new();
    for (name, text) in library_files() {
        let Some(room) = name
            .strip_prefix("src/")
            .and_then(|rest| rest.split_once('/'))
            .map(|(room, _)| room)
        else {
            continue;
        };
        let row = ROWS.iter().find(|(known, _)| *known == room);
        let Some((_, allowed)) = row else {
            wrong.push(format!("{name} is in a room without a row"));
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for named in rooms_named(line) {
                if named != room && !allowed.contains(&named) {
                    wrong.push(format!("{name}:{} imports `{named}`", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_stand_in_the_order_of_the_rows() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let expected: Vec<&str> = ROWS
        .iter()
        .map(|(room, _)| *room)
        .filter(|room| rooms.contains(room))
        .collect();
    assert_eq!(rooms, expected);
}

#[test]
fn one_import_a_line() {
    let mut wrong = Vec::new();
    for (name, text) in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        for (number, line) in text.lines().enumerate() {
            let import = line.trim().trim_start_matches("pub ").strip_prefix("use ");
            let Some(import) = import else { continue };
            let is_ours = ["crate::", "super::", "leastwise::"]
                .iter()
                .any(|start| import.starts_with(start));
            if is_ours && (import.contains('{') || (import.ends_with("*;") && import != "super::*;")) {
                wrong.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn door_files_hold_no_logic() {
    let mut wrong = Vec::new();
    let doors = library_files()
        .into_iter()
        .filter(|(name, _)| name.ends_with("/mod.rs") || name == "src/lib.rs");
    for (name, text) in doors {
        assert!(text.starts_with("//! "), "{name} has no header");
        for (number, line) in text.lines().enumerate() {
            let is_door = [
                "//",
                "mod ",
                "pub mod ",
                "pub(crate) mod ",
                "pub use ",
                "pub(crate) use ",
                "pub(super) use ",
                "#[",
            ];
            if !line.is_empty() && !is_door.iter().any(|start| line.starts_with(start)) {
                wrong.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Texts between backticks or in links that look like paths of the repository.
fn paths_named(text: &str) -> Vec<&str> {
    let in_ticks = text.split('`').skip(1).step_by(2);
    let in_links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let folders = [
        "src/",
        "tests/",
        "docs/",
        "rules/",
        "fixtures/",
        "benches/",
        "examples/",
        ".ci/",
    ];
    in_ticks
        .chain(in_links)
        .map(|path| path.split('#').next().unwrap_or_default())
        .filter(|path| folders.iter().any(|folder| path.starts_with(folder)))
        .filter(|path| !path.contains([' ', '*', '<', '…', '\n']))
        .collect()
}

#[test]
fn guides_name_files_that_are_there() {
    let mut wrong = Vec::new();
    let mut guides = Vec::new();
    for folder in ["docs", "rules", "fixtures"] {
        if root().join(folder).is_dir() {
            guides.extend(files(folder, "md"));
        }
    }
    for name in ["README.md", "CHANGELOG.md", "AGENTS.md"] {
        guides.extend(fs::read_to_string(root().join(name)).map(|text| (name.to_owned(), text)));
    }
    for (name, text) in &guides {
        for path in paths_named(text) {
            if !root().join(path).exists() {
                wrong.push(format!("{name} names {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
