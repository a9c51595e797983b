//! Answers of other tools, where they are at hand: every disagreement is one that we know, with the rule that decides it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use leastwise::cases::Case;
use leastwise::cases::run_case;

/// Cases on which we differ, and the rule that says we are right.
const KNOWN: [(&str, &str); 37] = [
    // A tag is a string, and so is `s3:x-amz-copy-source`: other operators never match them, negated or not.
    ("iam-rs/operator_eval/evaluate_condition_numeric_operators#3", "E121"),
    ("iam-rs/operator_eval/numeric_equals_exact#1", "E121"),
    ("iam-rs/operator_eval/evaluate_condition_date_operators#0", "E121"),
    ("iam-rs/operator_eval/evaluate_condition_date_operators#2", "E121"),
    ("iam-rs/operator_eval/evaluate_condition_date_operators#3", "E121"),
    ("iam-rs/operator_eval/evaluate_condition_ip_address#1", "E121"),
    ("iam-rs/operator_eval/evaluate_condition_for_any_value#2", "E121"),
    ("iam-rs/operator_eval/arn_operators#1", "E121"),
    ("iam-rs/operator_eval/arn_operators#2", "E121"),
    ("minio/condition/stringfunc/TestBinaryEqualsFuncEvaluate#0", "E121"),
    ("minio/condition/stringfunc/TestBinaryEqualsFuncEvaluate#13", "E121"),
    // A Boolean key under a string operator.
    ("iam-rs/engine/deny_with_negated_condition_on_missing_key#0", "E121"),
    // The root user starts from full access.
    ("iam-rs/engine/account_id_principal_matches_root_arn_any_partition#0", "E181"),
    // The root user cannot assume roles.
    ("iam-simulate/integration/edgeCases/allowNotArnLike.json#0", "E247"),
    // NotPrincipal lists the role and not its account.
    ("iam-simulate/core/boundaryNotPrincipalDenyResource.json#0", "E84"),
    // NotPrincipal with Allow.
    ("iam-simulate/core/notPrincipal.json#2", "E21"),
    ("iam-simulate/core/notPrincipal.json#3", "E21"),
    // A principal as a bare text other than `*`.
    ("iam-simulate/core/permissionBoundaries-SameAccount.json#11", "E35"),
    // Resource in a trust policy.
    ("iam-simulate/core/sts/assumeRole/sameAccount.json#1", "E260"),
    ("iam-simulate/core/sts/assumeRole/sameAccount.json#3", "E260"),
    ("iam-simulate/core/sts/assumeRole/sameAccount.json#4", "E260"),
    ("iam-simulate/core/sts/assumeRole/sameAccount.json#5", "E260"),
    ("iam-simulate/core/sts/assumeRole/sameAccount.json#6", "E260"),
    // Blanks at the end of an action: not documented (U28).
    ("iam-simulate/integration/edgeCases/whitespaceActions.json#6", "E40"),
    ("iam-simulate/unit/action/action.test.ts#17", "E40"),
    // An ARN of fewer than six fields in a condition: not documented (U16).
    ("iam-simulate/unit/condition/arn/ArnLike.test.ts#1", "E142"),
    // A multivalued key without a set operator: not documented (U10).
    ("iam-simulate/unit/condition/condition.test.ts#3", "E119"),
    // An incomplete ARN in a session policy: the call fails.
    ("iam-simulate/unit/resource/resource.test.ts#56", "E57"),
    ("iam-simulate/unit/resource/resource.test.ts#60", "E57"),
    ("iam-simulate/unit/resource/resource.test.ts#62", "E57"),
    ("iam-simulate/unit/resource/resource.test.ts#63", "E57"),
    ("iam-simulate/unit/resource/resource.test.ts#115", "E57"),
    // An incomplete ARN in a resource policy or SCP: not documented (U4).
    ("iam-simulate/unit/resource/resource.test.ts#76", "E58"),
    ("iam-simulate/unit/resource/resource.test.ts#79", "E58"),
    ("iam-simulate/unit/resource/resource.test.ts#80", "E58"),
    ("iam-simulate/unit/resource/resource.test.ts#90", "E58"),
    ("iam-simulate/unit/resource/resource.test.ts#117", "E58"),
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
            if !result.holds && known.remove(result.id.as_str()).is_none() {
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
