//! What the room promises, on texts made here.

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use base64::Engine;

use super::*;

const DETAILS: &str = "accounts/111122223333/account-authorization-details.json";

/// A page with one role whose members beyond name and ARN are given.
fn role_page(members: &str) -> String {
    page(&format!(
        r#"{{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r"{members}}}"#
    ))
}

fn page(roles: &str) -> String {
    format!(r#"{{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{roles}]}}"#)
}

/// A directory with these files.
fn directory(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    directory
}

fn open(directory: &Path) -> Result<Snapshot, SnapshotError> {
    Snapshot::open(vec![Source::of_path(directory)?])
}

/// Reads the only account of a snapshot of one authorization-details file.
fn with_records<T>(details: &[u8], check: impl FnOnce(AccountRecords<'_>) -> T) -> T {
    let directory = directory(&[(DETAILS, details)]);
    let snapshot = open(directory.path()).unwrap();
    let files = snapshot.accounts()[0].read();
    check(files.records())
}

fn gaps_of(details: &str) -> Vec<String> {
    with_records(details.as_bytes(), |records| {
        records.gaps.iter().map(ToString::to_string).collect()
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn a_whole_account_reads_without_gaps() {
    let details = r#"{
        "UserDetailList": [{"Path": "/p/", "UserName": "ann", "UserId": "AIDA1", "Arn": "arn:aws:iam::111122223333:user/p/ann",
            "CreateDate": "2020-01-01T00:00:00+00:00", "GroupList": ["ops"], "AttachedManagedPolicies": [],
            "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b"},
            "UserPolicyList": [{"PolicyName": "in", "PolicyDocument": {"Version": "2012-10-17"}}],
            "Tags": [{"Key": "team", "Value": "a"}], "Unknown": {"kept": ["as", "it", "is"]}}],
        "GroupDetailList": [{"GroupName": "ops", "Arn": "arn:aws:iam::111122223333:group/ops", "AttachedManagedPolicies":
            [{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}],
        "RoleDetailList": [{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": {"a": "}"},
            "InstanceProfileList": [{"InstanceProfileName": "r", "Arn": "arn:aws:iam::111122223333:instance-profile/r"}],
            "AttachedManagedPolicies": [], "RoleLastUsed": {}, "MaxSessionDuration": 3600, "Description": null}],
        "Policies": [{"Arn": "arn:aws:iam::111122223333:policy/b", "DefaultVersionId": "v2", "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": false, "Document": {}},
            {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"x": 1}}]}],
        "IsTruncated": false}"#;
    with_records(details.as_bytes(), |records| {
        assert_eq!(records.gaps, []);
        let user = &records.users.as_ref().unwrap()[0];
        assert_eq!(user.groups.as_deref().unwrap(), ["ops"]);
        assert_eq!(
            user.permissions_boundary,
            Some(BoundaryRecord::Policy("arn:aws:iam::111122223333:policy/b".into()))
        );
        assert!(matches!(user.head.arn, Cow::Borrowed(_)));
        let document = user.inline_policies.as_ref().unwrap()[0].document.as_ref().unwrap();
        assert_eq!(document.text, r#"{"Version": "2012-10-17"}"#);
        let offset = document.place.offset().unwrap();
        assert_eq!(
            details.get(offset..offset + document.text.len()),
            Some(document.text.as_ref())
        );
        assert_eq!(
            (document.place.place_of(0).line, document.place.place_of(1).column),
            (Some(5), Some(72))
        );
        let role = &records.roles.as_ref().unwrap()[0];
        assert_eq!(role.trust_document.as_ref().unwrap().text, r#"{"a": "}"}"#);
        assert!(role.last_used.as_ref().unwrap().date.is_none());
        assert_eq!((role.max_session_seconds, &role.description), (Some(3600), &None));
        let policy = &records.policies.as_ref().unwrap()[0];
        assert_eq!(policy.head.name, "b");
        assert_eq!(
            policy.default_version().unwrap().document.as_ref().unwrap().text,
            r#"{"x": 1}"#
        );
    });
}

#[test]
fn what_aws_leaves_out_when_empty_is_empty_and_what_it_always_writes_is_a_gap() {
    with_records(role_page("").as_bytes(), |records| {
        let role = &records.roles.as_ref().unwrap()[0];
        assert_eq!(role.tags.as_deref(), Some([].as_slice()));
        assert_eq!(role.inline_policies.as_ref().unwrap().len(), 0);
        assert_eq!(role.instance_profiles.as_ref().unwrap().len(), 0);
        assert_eq!(role.permissions_boundary, Some(BoundaryRecord::Absent));
        assert!(role.attached_policies.is_none() && role.trust_document.is_none() && role.last_used.is_none());
        let subjects: Vec<&str> = records.gaps.iter().map(|gap| gap.subject.as_str()).collect();
        assert_eq!(
            subjects,
            [
                "AssumeRolePolicyDocument of arn:aws:iam::111122223333:role/r",
                "AttachedManagedPolicies of arn:aws:iam::111122223333:role/r"
            ]
        );
    });
    assert_eq!(gaps_of("{}").len(), 4);
}

#[test]
fn a_wrong_shape_costs_the_member_and_names_its_place() {
    let members =
        ", \"AssumeRolePolicyDocument\": {}, \"AttachedManagedPolicies\": [],\n  \"Tags\": 7, \"PermissionsBoundary\": []";
    with_records(role_page(members).as_bytes(), |records| {
        let role = &records.roles.as_ref().unwrap()[0];
        assert_eq!((&role.tags, &role.permissions_boundary), (&None, &None));
        let place = records.gaps[0].place.as_ref().unwrap();
        assert_eq!(
            (place.path.as_str(), place.line, place.column),
            ("RoleDetailList[0].Tags", Some(2), Some(11))
        );
        assert!(
            records.gaps[0].detail.contains("a list expected, a number found"),
            "{}",
            records.gaps[0]
        );
        assert_eq!(records.gaps.len(), 2);
    });
}

#[test]
fn a_list_with_one_unreadable_value_is_unknown_and_other_records_stay() {
    let good = r#"{"Arn": "arn:aws:iam::111122223333:role/good", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {}}"#;
    let bad = r#"{"Arn": "arn:aws:iam::111122223333:role/bad", "AttachedManagedPolicies": [{"PolicyName": "x"}],
        "AssumeRolePolicyDocument": {}, "RolePolicyList": ["x"]}"#;
    with_records(
        page(&format!("{bad}, 5, {{\"RoleName\": \"no arn\"}}, {good}")).as_bytes(),
        |records| {
            let roles = records.roles.as_ref().unwrap();
            assert_eq!(roles.len(), 2);
            assert!(roles[0].attached_policies.is_none());
            assert!(roles[0].inline_policies.as_ref().unwrap()[0].document.is_none());
            assert_eq!(roles[1].head.name, "good");
            assert_eq!(records.gaps.len(), 4, "{:?}", records.gaps);
        },
    );
}

#[test]
fn a_repeated_member_is_a_gap_and_the_first_stands() {
    let members = r#", "AssumeRolePolicyDocument": {}, "AttachedManagedPolicies": [], "Path": "/a/", "Path": "/b/""#;
    with_records(role_page(members).as_bytes(), |records| {
        assert_eq!(records.roles.as_ref().unwrap()[0].head.path.as_deref(), Some("/a/"));
        assert!(records.gaps[0].detail.contains("twice"), "{}", records.gaps[0]);
    });
}

#[test]
fn a_truncated_text_keeps_what_was_read_and_says_so() {
    let whole = role_page(r#", "AssumeRolePolicyDocument": {"S": []}, "AttachedManagedPolicies": []"#);
    let second = whole.replace(
        "[{\"RoleName\": \"r\"",
        "[{\"RoleName\": \"r\", \"Arn\": \"arn:aws:iam::111122223333:role/x\"}, {\"RoleName\": \"r\"",
    );
    for length in 0..second.len() {
        let text = second.get(..length).unwrap();
        with_records(text.as_bytes(), |records| {
            assert!(!records.gaps.is_empty(), "{text}");
            let is_told = records.gaps.iter().any(|gap| gap.detail.contains("ends in the middle"));
            assert!(is_told, "{text}: {:?}", records.gaps);
        });
    }
    let cut = second.find("role/r").unwrap();
    with_records(&second.as_bytes()[..cut], |records| {
        assert_eq!(records.roles.as_ref().unwrap().len(), 1);
        assert!(records.users.is_some());
    });
}

#[test]
fn any_damage_to_the_bytes_ends_in_records_and_gaps() {
    let whole =
        role_page(r#", "AssumeRolePolicyDocument": {"é": []}, "AttachedManagedPolicies": [], "Tags": [{"Key": "\u00e9"}]"#);
    for at in 0..whole.len() {
        for byte in [0x00, b'"', b'{', b'}', b'[', b']', b',', b':', b'\\', b'7', 0x80, 0xff] {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = byte;
            let files = Snapshot::open(vec![Source::Stdin(bytes.clone())]);
            drop(files);
            let name: std::sync::Arc<str> = "x".into();
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let text = FileText::new(&name, Cow::Owned(text));
            let mut gaps = Vec::new();
            account_records::read_file(&text, "x", GapScope::Snapshot, &mut gaps, |reader| {
                let mut found = None;
                reader.object(&json_path::JsonPath::TOP, &["RoleDetailList"], |reader, at, _| {
                    found = reader.list(at, identity_reading::role)?;
                    Ok(())
                })?;
                Ok(())
            });
        }
    }
}

#[test]
fn fifty_megabytes_of_brackets_are_a_quick_clear_error() {
    let started = Instant::now();
    let inside = r#"{"RoleDetailList": [{"AssumeRolePolicyDocument": "#;
    // Without optimization a byte costs fifty times as much: only the plain case is of full size then.
    let small = if cfg!(debug_assertions) { 2_000_000 } else { 50_000_000 };
    for (start, size) in [("", 50_000_000), (r#"{"RoleDetailList": ["#, small), (inside, small)] {
        for bracket in ["[", "{", "[{\"a\":"] {
            let text = format!("{start}{}", bracket.repeat(size / bracket.len()));
            with_records(text.as_bytes(), |records| {
                let first = records.gaps[0].to_string();
                assert!(first.contains("not valid JSON"), "{first}");
            });
        }
    }
    let balanced = role_page(&format!(
        r#", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {}{}"#,
        "{\"a\":".repeat(small / 5),
        "}".repeat(small / 5)
    ));
    // Cut out and kept: its parser is the one to refuse it.
    let balanced = balanced.replace(":}", ":1}");
    with_records(balanced.as_bytes(), |records| assert_eq!(records.gaps, []));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_flood_of_wrong_shapes_is_counted_not_listed() {
    let text = page(&"0,".repeat(500_000));
    let gaps = gaps_of(&text.replace(",]", "]"));
    assert_eq!(gaps.len(), 1001);
    assert!(gaps[1000].contains("499000 more places"), "{}", gaps[1000]);
}

#[test]
fn a_broken_document_spoils_only_itself() {
    let members = r#", "AssumeRolePolicyDocument": {"Statement": [}, "AttachedManagedPolicies": []"#;
    with_records(role_page(members).as_bytes(), |records| {
        assert_eq!(records.gaps, []);
        assert_eq!(
            records.roles.as_ref().unwrap()[0].trust_document.as_ref().unwrap().text,
            r#"{"Statement": [}"#
        );
    });
    // An open string runs into what follows: the place told is where it went wrong, not where it was noticed.
    let members = ",\n\"AssumeRolePolicyDocument\": {\"a\n\": 1}, \"AttachedManagedPolicies\": [}]";
    let gaps = gaps_of(&role_page(members));
    assert!(gaps[0].contains(":2:"), "{}", gaps[0]);
}

#[test]
fn documents_come_as_values_as_text_and_percent_encoded() {
    let cases = [
        (
            r#"{"Version": "2012-10-17"}"#,
            DocumentForm::Value,
            r#"{"Version": "2012-10-17"}"#,
        ),
        (r#""{\"A\": \"100%25\"}""#, DocumentForm::Text, r#"{"A": "100%25"}"#),
        (
            r#""%7B%22A%22%3A%20%22a+b%2Fc/d%22%7D""#,
            DocumentForm::PercentEncoded,
            r#"{"A": "a+b/c/d"}"#,
        ),
        (
            r#""%7B%22A%22%3A%22%C3%A9%%22%7D""#,
            DocumentForm::PercentEncoded,
            r#"{"A":"é%"}"#,
        ),
        (r#""not a document""#, DocumentForm::Text, "not a document"),
        ("[1, 2]", DocumentForm::Value, "[1, 2]"),
    ];
    for (value, form, text) in cases {
        let members = format!(r#", "AssumeRolePolicyDocument": {value}, "AttachedManagedPolicies": []"#);
        with_records(role_page(&members).as_bytes(), |records| {
            assert_eq!(records.gaps, []);
            let document = records.roles.as_ref().unwrap()[0].trust_document.as_ref().unwrap();
            assert_eq!((document.text.as_ref(), document.place.form()), (text, form));
            assert_eq!(document.place.offset().is_some(), form == DocumentForm::Value);
        });
    }
    let gaps = gaps_of(&role_page(
        r#", "AssumeRolePolicyDocument": "%7B%FF%7D", "AttachedManagedPolicies": []"#,
    ));
    assert!(gaps[0].contains("not UTF-8"), "{}", gaps[0]);
}

#[test]
fn strings_with_and_without_escapes_are_read_alike() {
    for (written, read) in [
        ("plain", "plain"),
        (r"\\\\\\", "\\\\\\"),
        (r"a\u0000\n\u001b[31m", "a\0\n\u{1b}[31m"),
        (r"\u202e=cmd<b>", "\u{202e}=cmd<b>"),
        (r"\ud83d\ude00é", "😀é"),
        ("", ""),
    ] {
        let members =
            format!(r#", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {{}}, "Path": "{written}", "RoleId": "x""#);
        with_records(role_page(&members).as_bytes(), |records| {
            let head = &records.roles.as_ref().unwrap()[0].head;
            assert_eq!((head.path.as_deref(), head.id.as_deref()), (Some(read), Some("x")));
            assert_eq!(records.gaps, []);
        });
    }
}

#[test]
fn pages_of_an_account_are_merged_and_the_last_must_say_so() {
    let page = |name: &str, is_cut: bool| {
        let role = format!(
            r#"{{"Arn": "arn:aws:iam::444455556666:role/{name}", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {{}}}}"#
        );
        page(&role)
            .replacen('{', &format!("{{\"IsTruncated\": {is_cut}, "), 1)
            .into_bytes()
    };
    let bare = directory(&[
        ("1.json", &page("a", true)),
        ("2.json", &gzip(&page("b", false))),
        ("notes.txt", b""),
    ]);
    let snapshot = open(bare.path()).unwrap();
    assert_eq!(snapshot.accounts().len(), 1);
    assert_eq!(snapshot.accounts()[0].id().as_str(), "444455556666");
    let files = snapshot.accounts()[0].read();
    let records = files.records();
    assert_eq!((records.roles.unwrap().len(), records.gaps), (2, vec![]));

    let cut = directory(&[("1.json", &page("a", true)), ("2.json", &page("a", true))]);
    let files = open(cut.path()).unwrap().accounts()[0].read();
    let records = files.records();
    assert_eq!(records.roles.unwrap().len(), 1);
    assert!(records.gaps[0].detail.contains("more follow"), "{}", records.gaps[0]);
    assert!(records.gaps[1].detail.contains("more than once"), "{}", records.gaps[1]);

    let stream = [page("a", true), b"\n".to_vec(), page("b", false)].concat();
    let snapshot = Snapshot::open(vec![Source::Stdin(stream)]).unwrap();
    let files = snapshot.accounts()[0].read();
    assert_eq!((files.records().roles.unwrap().len(), files.records().gaps), (2, vec![]));
}

#[test]
fn gzip_zstd_byte_order_marks_and_utf_16_read_alike() {
    let plain = role_page(r#", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {}"#);
    let marked = format!("\u{feff}{plain}");
    let little = marked.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = marked.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let twice = [zstd(plain.as_bytes()), zstd(b"\n")].concat();
    let packed = gzip(plain.as_bytes());
    for bytes in [
        plain.as_bytes(),
        marked.as_bytes(),
        &little,
        &big,
        &packed,
        &zstd(plain.as_bytes()),
        &twice,
    ] {
        with_records(bytes, |records| {
            assert_eq!((records.roles.unwrap().len(), records.gaps), (1, vec![]));
        });
        let snapshot = Snapshot::open(vec![Source::Stdin(bytes.to_vec())]).unwrap();
        assert_eq!(snapshot.accounts()[0].id().as_str(), "111122223333");
    }
    let named = directory(&[(&format!("{DETAILS}.zst"), &zstd(plain.as_bytes()))]);
    assert_eq!(
        open(named.path()).unwrap().accounts()[0]
            .files(FileKind::AuthorizationDetails)
            .len(),
        1
    );
    for broken in [
        &packed[..packed.len() / 2],
        &zstd(plain.as_bytes())[..20],
        b"\x1f\x8bxx",
        b"\x28\xb5\x2f\xfd",
    ] {
        with_records(broken, |records| {
            assert!(records.gaps[0].detail.contains("does not decompress"), "{}", records.gaps[0]);
        });
    }
}

#[test]
fn a_compression_bomb_is_an_error() {
    // 80 MB of zeros in 80 kB, packed again: over the ratio, over the size that is always allowed.
    let bomb = zstd(&vec![b' '; 80 << 20]);
    assert!(bomb.len() < 80 << 10, "{}", bomb.len());
    with_records(&bomb, |records| {
        assert!(records.gaps[0].detail.contains("holds more than"), "{}", records.gaps[0]);
    });
}

#[test]
fn bytes_that_are_not_utf_8_are_told_with_their_place() {
    with_records(b"{\n  \"a\": \"\xc3\xa9\xff\"}", |records| {
        assert!(
            records.gaps[0].detail.contains("byte 12, line 2, column 10"),
            "{}",
            records.gaps[0]
        );
        assert!(records.users.is_none());
    });
}

#[test]
fn one_broken_account_does_not_stop_the_others() {
    let good = role_page(r#", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {}"#);
    let directory = directory(&[
        (DETAILS, good.as_bytes()),
        ("accounts/444455556666/account-authorization-details.json", b"{\xff"),
        ("accounts/222233334444/credential-report.csv", b"user,arn\n"),
        ("accounts/old/account-authorization-details.json", b"{}"),
        ("accounts/.DS_Store", b""),
        ("organization.json", b"{"),
    ]);
    let snapshot = open(directory.path()).unwrap();
    let ids: Vec<String> = snapshot.accounts().iter().map(|entry| entry.id().to_string()).collect();
    assert_eq!(ids, ["111122223333", "222233334444", "444455556666"]);
    assert!(snapshot.gaps()[0].detail.contains("accounts/old"), "{:?}", snapshot.gaps());
    let gaps: Vec<usize> = snapshot
        .accounts()
        .iter()
        .map(|entry| entry.read().records().gaps.len())
        .collect();
    assert_eq!(gaps, [0, 1, 1]);
    let organization = snapshot.read_organization();
    assert!(organization.records().gaps[0].detail.contains("not valid JSON"));
}

#[test]
fn what_is_no_snapshot_is_a_clear_error() {
    let message = |result: Result<Snapshot, SnapshotError>| result.unwrap_err().to_string();
    let empty = directory(&[("readme.md", b"x"), ("package.json", b"{}")]);
    assert!(message(open(empty.path())).contains("holds no accounts: expected accounts/<id>/"));
    let lone = directory(&[("organization.json", b"{}")]);
    assert!(message(open(lone.path())).contains("holds no accounts"));
    assert!(message(open(&lone.path().join("organization.json"))).contains("is not the output of"));
    assert!(message(open(&PathBuf::from("/no/such/place"))).contains("cannot read"));
    assert!(message(Snapshot::open(vec![])).contains("no source"));
    assert!(message(Snapshot::open(vec![Source::Stdin(vec![])])).contains("`standard input` is empty"));
    assert!(message(Snapshot::open(vec![Source::Stdin(page("").into_bytes())])).contains("does not tell its account"));
    let newer = directory(&[("manifest.json", br#"{"schema": "leastwise-snapshot/2"}"#), (DETAILS, b"{}")]);
    assert!(message(open(newer.path())).contains("`leastwise-snapshot/2`; this version reads `leastwise-snapshot/1`"));
    let one = directory(&[("organization.json", b"{}"), (DETAILS, b"{}")]);
    let two = directory(&[("organization.json", b"{}"), (DETAILS, b"{}")]);
    let both = [&one, &two]
        .map(|directory| Source::Directory(directory.path().to_path_buf()))
        .to_vec();
    assert!(message(Snapshot::open(both)).contains("one organization at a time"));
}

#[test]
fn the_folder_of_one_account_is_a_source_with_all_its_files() {
    let details = role_page(r#", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {}"#);
    let directory = directory(&[
        ("account-authorization-details.json", details.as_bytes()),
        ("credential-report.csv", b"user,arn\nann,arn:aws:iam::111122223333:user/ann\n"),
        ("access-analyzer-findings.json", br#"{"findings": []}"#),
    ]);
    let snapshot = open(directory.path()).unwrap();
    let files = snapshot.accounts()[0].read();
    let records = files.records();
    assert_eq!(
        (
            records.credential_report.unwrap().len(),
            records.access_analyzer.unwrap().findings.len()
        ),
        (1, 0)
    );
    assert_eq!(records.gaps, []);
}

#[test]
fn a_file_under_the_wrong_account_is_a_gap() {
    let details = role_page(r#", "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {}"#);
    let directory = directory(&[("accounts/444455556666/account-authorization-details.json", details.as_bytes())]);
    let files = open(directory.path()).unwrap().accounts()[0].read();
    let records = files.records();
    assert_eq!(records.roles.unwrap().len(), 0);
    assert!(
        records.gaps[0].detail.contains("1 identity of other accounts"),
        "{}",
        records.gaps[0]
    );
}

#[test]
fn the_manifest_passes_its_gaps_on() {
    static FILES: &[(&str, &str)] = &[
        (
            "manifest.json",
            r#"{"schema": "leastwise-snapshot/1", "collected_at": "2026-01-02T03:04:05Z", "sources": ["iam"],
                "gaps": [{"account": "111122223333", "subject": "iam:GetCredentialReport", "detail": "access denied"}]}"#,
        ),
        (DETAILS, "{}"),
    ];
    let snapshot = Snapshot::open(vec![Source::Memory {
        directory: "sample",
        files: FILES,
    }])
    .unwrap();
    assert_eq!(snapshot.manifests()[0].collected_at.as_deref(), Some("2026-01-02T03:04:05Z"));
    assert_eq!(
        snapshot.gaps()[0].to_string(),
        "account 111122223333: iam:GetCredentialReport: access denied, at sample/manifest.json"
    );
}

#[test]
fn credential_reports_are_read_by_header() {
    let report = "new_column,user,arn,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_used_date\r\n\
        x,<root_account>,arn:aws:iam::111122223333:root,not_supported,no_information,TRUE,false,N/A\r\n\
        \"a,\"\"b\"\"\n\",ann,arn:aws:iam::111122223333:user/ann,true,2024-01-01T00:00:00+00:00,false,true,N/A\n\
        short,row\n";
    let encoded = base64::engine::general_purpose::STANDARD.encode(report);
    let printed = format!(r#"{{"Content": "{encoded}", "ReportFormat": "text/csv"}}"#);
    for (name, text) in [("credential-report.csv", report), ("credential-report.json", &printed)] {
        let directory = directory(&[(&format!("accounts/111122223333/{name}"), text.as_bytes())]);
        let files = open(directory.path()).unwrap().accounts()[0].read();
        let records = files.records();
        let rows = records.credential_report.unwrap();
        assert_eq!(
            (rows.len(), rows[0].user.as_ref(), rows[1].user.as_ref()),
            (2, ROOT_USER, "ann")
        );
        assert_eq!(
            (rows[0].password_enabled, rows[0].mfa_active),
            (ReportFlag::NotSupported, ReportFlag::Yes)
        );
        assert_eq!(rows[0].password_last_used, ReportValue::NoInformation);
        assert_eq!(rows[1].password_last_used.text(), Some("2024-01-01T00:00:00+00:00"));
        assert_eq!(rows[1].access_keys[0].last_used_date, ReportValue::NotApplicable);
        assert_eq!(rows[1].access_keys[1].active, ReportFlag::Unknown);
        let gap = records
            .gaps
            .iter()
            .find(|gap| gap.detail.contains("a row of 2 fields under 8 columns"))
            .unwrap();
        assert_eq!(gap.place.as_ref().unwrap().line, Some(5));
    }
}

#[test]
fn findings_keep_what_they_do_not_know_and_get_their_details() {
    let text = br#"{"findings": [{"id": "1", "resource": "arn:aws:iam::111122223333:role/r", "status": "NEW_WORD",
            "findingType": "UnusedPermission"}, {"noid": 1}, 7],
        "findingDetails": [{"id": "1", "resource": "arn:aws:iam::111122223333:role/r", "findingDetails": [
                {"unusedPermissionDetails": {"serviceNamespace": "ec2", "actions": [{"action": "TerminateInstances"}]}},
                {"brandNewDetails": {"x": 1}}]},
            {"id": "2", "findingDetails": [{"externalAccessDetails": {"isPublic": false, "principal": {"AWS": "444455556666"},
                "condition": {"sts:ExternalId": "e"}, "action": ["sts:AssumeRole"]}}]}]}"#;
    let directory = directory(&[("accounts/111122223333/access-analyzer-findings.json", text)]);
    let files = open(directory.path()).unwrap().accounts()[0].read();
    let records = files.records();
    let found = records.access_analyzer.unwrap();
    assert!(found.analyzers.is_none());
    assert_eq!(
        (found.findings.len(), found.findings[0].status.as_deref()),
        (2, Some("NEW_WORD"))
    );
    let details = found.findings[0].details.as_ref().unwrap();
    assert!(matches!(&details[0], FindingDetailRecord::UnusedPermission { actions, .. } if actions == &["TerminateInstances"]));
    assert!(matches!(&details[1], FindingDetailRecord::Other { kind } if kind == "brandNewDetails"));
    let external = found.findings[1].details.as_ref().unwrap();
    assert!(matches!(&external[0], FindingDetailRecord::ExternalAccess(access) if access.principal["AWS"] == "444455556666"));
    assert_eq!(records.gaps.len(), 3, "{:?}", records.gaps);
}

#[test]
fn inventories_come_as_ours_and_as_the_aws_cli_prints_them() {
    let ours = r#"{"Instances": [{"InstanceId": "i-1", "Arn": "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "Region": "eu-west-1",
            "State": {"Name": "running"}, "DisableApiTermination": true, "Tags": []}, {"InstanceId": "i-2"}],
        "Services": [{"serviceArn": "arn:aws:ecs:eu-west-1:111122223333:service/c/s", "desiredCount": 2,
            "tags": [{"key": "team", "value": "a"}]}]}"#;
    let cli = r#"{"Reservations": [{"Instances": [{"InstanceId": "i-1", "Placement": {"AvailabilityZone": "us-gov-west-1b"}},
        {"InstanceId": "i-2", "Placement": {"AvailabilityZone": "us-west-2-lax-1a"}}, {"InstanceId": "i-3"}], "OwnerId": "111122223333"}]}"#;
    let directory = directory(&[
        ("accounts/111122223333/inventory.json", ours.as_bytes()),
        ("accounts/444455556666/inventory.json", cli.as_bytes()),
    ]);
    let snapshot = open(directory.path()).unwrap();
    let files = snapshot.accounts()[0].read();
    let inventory = files.records().inventory.unwrap();
    let instances = inventory.instances.unwrap();
    assert_eq!(
        (instances[0].disable_api_termination, instances[0].tags.as_deref()),
        (Some(true), Some([].as_slice()))
    );
    assert_eq!((&instances[1].tags, &instances[1].arn), (&None, &None));
    let service = &inventory.services.unwrap()[0];
    assert_eq!(
        (service.desired_count, service.tags.as_ref().unwrap()[0].key.as_ref()),
        (Some(2), "team")
    );

    let files = snapshot.accounts()[1].read();
    let inventory = files.records().inventory.unwrap();
    let instances = inventory.instances.unwrap();
    assert!(inventory.services.is_none());
    assert_eq!(
        instances[0].arn.as_deref(),
        Some("arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/i-1")
    );
    assert_eq!(instances[1].region.as_deref(), Some("us-west-2"));
    assert_eq!(
        (&instances[2].arn, instances[2].tags.as_deref()),
        (&None, Some([].as_slice()))
    );
}

#[test]
fn the_organization_tells_not_collected_from_none() {
    static FILES: &[(&str, &str)] = &[
        (DETAILS, "{}"),
        (
            "organization.json",
            r#"{"Organization": {"Id": "o-1", "MasterAccountId": "111122223333", "FeatureSet": "ALL"},
                "Roots": [{"Id": "r-1", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
                    {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"}]}],
                "Accounts": [{"Id": "111122223333", "ParentId": "r-1", "Paths": ["o-1/r-1/111122223333/"]}],
                "Policies": [{"PolicySummary": {"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false},
                    "Content": "{\"Statement\":[]}"}],
                "PoliciesForTarget": {"SERVICE_CONTROL_POLICY": {"r-1": ["p-1"], "111122223333": 5, "ou-1": [], "ou-1": ["p-1"]}},
                "OrganizationalUnits": []}"#,
        ),
        ("access-analyzer-findings.json", r#"{"findings": [{"id": "1"}]}"#),
    ];
    let snapshot = Snapshot::open(vec![Source::Memory {
        directory: "sample",
        files: FILES,
    }])
    .unwrap();
    let files = snapshot.read_organization();
    let records = files.records();
    let organization = records.organization.unwrap();
    assert_eq!(organization.management_account_id.as_deref(), Some("111122223333"));
    assert_eq!(organization.organizational_units.as_ref().unwrap().len(), 0);
    assert!(organization.delegated_administrators.is_none());
    let attached = organization.policies_for_target.as_ref().unwrap();
    let attached = attached["SERVICE_CONTROL_POLICY"].as_ref().unwrap();
    assert_eq!(
        (attached["r-1"].as_ref().unwrap().len(), &attached["111122223333"]),
        (1, &None)
    );
    assert_eq!(attached["ou-1"], None);
    assert_eq!(
        organization.policies.as_ref().unwrap()[0].content.as_ref().unwrap().text,
        r#"{"Statement":[]}"#
    );
    assert_eq!(
        (
            organization.is_enabled("RESOURCE_CONTROL_POLICY"),
            organization.is_enabled("TAG_POLICY")
        ),
        (Some(true), Some(false))
    );
    let subjects: Vec<&str> = records.gaps.iter().map(|gap| gap.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "PoliciesForTarget.SERVICE_CONTROL_POLICY.111122223333",
            "PoliciesForTarget.SERVICE_CONTROL_POLICY.ou-1",
            "DelegatedAdministrators",
            "RESOURCE_CONTROL_POLICY"
        ]
    );
    assert_eq!(records.access_analyzer.unwrap().findings.len(), 1);
}

#[test]
fn lines_and_columns_count_characters_from_one() {
    let text = "aé\n\nb";
    let index = LineIndex::new(text);
    let places: Vec<_> = [0, 1, 3, 4, 5, 6, 99]
        .map(|offset| index.line_and_column(text, offset))
        .to_vec();
    assert_eq!(places, [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (3, 2)]);
    let long = format!("é\n{}x", "é".repeat(10_000));
    let index = LineIndex::new(&long);
    assert_eq!(index.line_and_column(&long, 3 + 2 * 9_999), (2, 10_000));
    assert_eq!(index.line_and_column(&long, long.len() - 1), (2, 10_001));
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let directory = directory(&[("report.csv", b"old")]);
    let path = directory.path().join("report.csv");
    let failed = write_atomically(&path, |out| {
        out.write_all(b"half")?;
        Err(std::io::Error::other("no more"))
    });
    assert_eq!(failed.unwrap_err().to_string(), "no more");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    write_atomically(&path, |out| out.write_all(b"new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    assert!(write_atomically(&directory.path().join("no/such/report"), |_| Ok(())).is_err());
}

#[test]
fn places_are_found_across_blocks() {
    // Newlines and long characters on and beside the borders of what is counted at once.
    let mut text = String::new();
    for number in 0..2_500_usize {
        text.push_str(&"xy".repeat(number % 7));
        text.push(if number % 11 == 0 { 'é' } else { 'z' });
        text.push(if number % 5 == 0 { '\n' } else { ' ' });
    }
    text.truncate(text.floor_char_boundary(3 * 4096));
    text.push_str(&"a".repeat(3 * 4096 - text.len()));
    for text in [&*text, &text.replace('é', "e"), &text.replace('\n', " ")] {
        let index = LineIndex::new(text);
        let is_near = |offset: &usize| (offset + 40) % 4096 < 80 || offset.is_multiple_of(101);
        let offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
        for offset in offsets.filter(is_near) {
            let before = text.get(..offset).unwrap();
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            assert_eq!(index.line_and_column(text, offset), (line, column), "{offset}");
        }
    }
}
