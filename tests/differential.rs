//! Answers of other tools, where they are at hand: every disagreement is one that we know, with the rule that decides it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use leastwise::cases::Case;
use leastwise::cases::run_case;
use sha2::Digest as _;
use sha2::Sha256;

/// Cases on which we differ, by the first half of the SHA-256 of their ids, since the ids are not ours to copy; and the rule
/// that says we are right.
const KNOWN: [(&str, &str); 37] = [
    // A tag is a string, and so is `s3:x-amz-copy-source`: other operators never match them, negated or not.
    ("472f1dfceb6f6c0d", "E121"),
    ("8bbc71c46e8ef099", "E121"),
    ("921f153c0c376fc6", "E121"),
    ("0ce2b208b544f8c3", "E121"),
    ("6d036505aa81bf64", "E121"),
    ("4272e47bd3a07afc", "E121"),
    ("37099dad137e8835", "E121"),
    ("ab534339ded59a6f", "E121"),
    ("a2164f819987df47", "E121"),
    ("df74091df766e3c0", "E121"),
    ("f14454a361f92196", "E121"),
    // A Boolean key under a string operator.
    ("82272253e69d2c61", "E121"),
    // The root user starts from full access.
    ("afa285cbad3d5f95", "E181"),
    // The root user cannot assume roles.
    ("0069a0f95ff6cb0f", "E247"),
    // NotPrincipal lists the role and not its account.
    ("f4f2064019088a4b", "E84"),
    // NotPrincipal with Allow.
    ("ef907a2ec03bb211", "E21"),
    ("ce49d1d2e14d156d", "E21"),
    // A principal as a bare text other than `*`.
    ("5741e076ddb42f1d", "E35"),
    // Resource in a trust policy.
    ("d2b2bf8ec7765925", "E260"),
    ("6dab8ded0730ac58", "E260"),
    ("e00dc74d4160ffde", "E260"),
    ("ec5eb26c0e55f1c6", "E260"),
    ("2d8b8dedd5514931", "E260"),
    // Blanks at the end of an action: not documented (U28).
    ("c2c45d7e354e5417", "E40"),
    ("a56d603ee6a195c6", "E40"),
    // An ARN of fewer than six fields in a condition: not documented (U16).
    ("e6d19c411e28598f", "E142"),
    // A multivalued key without a set operator: not documented (U10).
    ("d1957dfbec1ab50b", "E119"),
    // An incomplete ARN in a session policy: the call fails.
    ("b70dd900a2550f76", "E57"),
    ("d4ce88daeeecf48a", "E57"),
    ("51f8febca0f32b31", "E57"),
    ("4c590308c22d6965", "E57"),
    ("57f7491b95d65b0d", "E57"),
    // An incomplete ARN in a resource policy or SCP: not documented (U4).
    ("6a6468ce96ffbadb", "E58"),
    ("d0393d09a88719cf", "E58"),
    ("ccb0cafb5b01e7f6", "E58"),
    ("4016f2ff7e9bacab", "E58"),
    ("9a2c701a9bda5c7d", "E58"),
];

#[test]
fn every_disagreement_with_other_tools_is_a_known_one() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    };
    let mut known: BTreeMap<&str, &str> = BTreeMap::from(KNOWN);
    let mut new = Vec::new();
    let files = entries.map(|entry| entry.unwrap().path());
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")) {
        for line in fs::read_to_string(&file)
            .unwrap()
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let result = run_case(&Case::parse(line).unwrap()).unwrap();
            if !result.holds && known.remove(key_of(&result.id).as_str()).is_none() {
                new.push(format!(
                    "{}: expected {}, we say {}: {}",
                    result.id,
                    result.expected.unwrap_or_default(),
                    result.actual,
                    result.reason
                ));
            }
        }
    }
    assert!(new.is_empty(), "new disagreements:\n{}", new.join("\n"));
    assert!(known.is_empty(), "no longer disagreements, or no longer there: {known:?}");
}

fn key_of(id: &str) -> String {
    let mut key = String::new();
    for byte in Sha256::digest(id).iter().take(8) {
        write!(key, "{byte:02x}").unwrap();
    }
    key
}
