//! What an auditor who trusts nobody tries: hostile manifests, envelopes and keys, and a signer who leaves things out.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use leastwise::evidence::Bundle;
use leastwise::evidence::FileHash;
use leastwise::evidence::PrivateKey;
use leastwise::evidence::PublicKey;
use serde_json::Value;
use serde_json::json;

use crate::bundle::Desk;
use crate::bundle::files;
use crate::command::Run;

const STATEMENT: &str = "application/vnd.in-toto+json";

/// Signs as the tool does, without its help: whoever has the key can sign anything.
fn signature(desk: &Desk, kind: &str, payload: &str) -> Value {
    let pem = fs::read_to_string(desk.path("key.pem")).unwrap();
    let key = SigningKey::from_pkcs8_pem(&pem).unwrap();
    let signed = format!("DSSEv1 {} {kind} {} {payload}", kind.len(), payload.len());
    let id = PublicKey::read(&desk.path("pub.pem")).unwrap().id().to_owned();
    json!({"keyid": id, "sig": STANDARD.encode(key.sign(signed.as_bytes()).to_bytes())})
}

fn envelope(bundle: &Path, kind: &str, payload: &str, signatures: &[Value]) {
    let envelope = json!({"payload": STANDARD.encode(payload), "payloadType": kind, "signatures": signatures});
    fs::write(bundle.join("envelope.dsse.json"), format!("{envelope:#}\n")).unwrap();
}

fn payload(bundle: &Path) -> String {
    let text = fs::read(bundle.join("envelope.dsse.json")).unwrap();
    let envelope: Value = serde_json::from_slice(&text).unwrap();
    String::from_utf8(STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap()
}

/// Puts another manifest in place and signs it.
fn with_manifest(desk: &Desk, bundle: &Path, manifest: &str) -> Run {
    let old = FileHash::of("", &mut fs::File::open(bundle.join("manifest.json")).unwrap()).unwrap();
    let new = FileHash::of("", &mut manifest.as_bytes()).unwrap();
    let payload = payload(bundle).replace(&old.sha256, &new.sha256);
    fs::write(bundle.join("manifest.json"), manifest).unwrap();
    envelope(bundle, STATEMENT, &payload, &[signature(desk, STATEMENT, &payload)]);
    desk.verify(bundle, &[])
}

/// Found, and said of this file in words.
fn is_found(run: Run, file: &str, words: &str) {
    let run = run.ends(1);
    assert!(run.err.starts_with(&format!("leastwise: {file}: ")), "{}", run.err);
    assert!(run.err.contains(words), "{}", run.err);
    assert!(!run.err.contains("panicked") && run.out.is_empty());
}

#[test]
fn names_in_a_signed_manifest_lead_nowhere_and_stand_once_in_order() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    let text = fs::read_to_string(bundle.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    // Our own way of signing is right: the same again is accepted.
    with_manifest(&desk, &bundle, &text).ends(0);
    let outside = desk.path("outside");
    fs::write(&outside, "x").unwrap();
    let mut hash = FileHash::of("", &mut "x".as_bytes()).unwrap();
    for name in [
        "../outside",
        &outside.display().to_string(),
        "./run.json",
        "inputs//1",
        "",
        "a\\b",
        "a\0b",
        "manifest.json",
    ] {
        hash.name = name.to_owned();
        let mut manifest = manifest.clone();
        manifest["files"]
            .as_array_mut()
            .unwrap()
            .insert(0, serde_json::to_value(&hash).unwrap());
        let run = with_manifest(&desk, &bundle, &manifest.to_string());
        is_found(run, "manifest.json", "no name of a file in evidence");
    }
    for (from, to) in [(0, 0), (0, 1), (1, 0)] {
        let mut manifest = manifest.clone();
        let files = manifest["files"].as_array_mut().unwrap();
        let file = if from == to { files[from].clone() } else { files.remove(from) };
        files.insert(to, file);
        let run = with_manifest(&desk, &bundle, &manifest.to_string());
        is_found(run, "manifest.json", "twice or out of order");
    }
    for (changed, words) in [
        (
            text.replacen("\"schema\":", "\"schema\": \"leastwise-evidence/1\", \"schema\":", 1),
            "duplicate field",
        ),
        (
            text.replacen("\"sha256\":", "\"sha256\": \"00\", \"sha256\":", 1),
            "duplicate field",
        ),
        (text.replacen('{', "{\"files\": [],", 1), "duplicate field"),
        (text.replacen("evidence/1", "evidence/2", 1), "format leastwise-evidence/2"),
        ("[".repeat(100_000), "cannot be read"),
        (String::new(), "cannot be read"),
    ] {
        is_found(with_manifest(&desk, &bundle, &changed), "manifest.json", words);
    }
}

#[test]
fn only_one_signature_over_one_kind_of_statement_counts() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    let honest = payload(&bundle);
    let good = signature(&desk, STATEMENT, &honest);
    let of_another = Desk::new();
    let other = signature(&of_another, STATEMENT, &honest);
    let write = |kind: &str, payload: &str, signatures: &[Value]| {
        envelope(&bundle, kind, payload, signatures);
        desk.verify(&bundle, &[])
    };
    write(STATEMENT, &honest, std::slice::from_ref(&good)).ends(0);
    for signatures in [
        &[][..],
        &[good.clone(), other.clone()],
        &[other.clone(), good.clone()],
        &[good.clone(), good.clone()],
    ] {
        is_found(
            write(STATEMENT, &honest, signatures),
            "envelope.dsse.json",
            "not just one signature",
        );
    }
    // Signed as another kind, and called one.
    for kind in [
        "text/plain",
        "application/vnd.in-toto+json; v=2",
        "APPLICATION/VND.IN-TOTO+JSON",
    ] {
        let signed = signature(&desk, kind, &honest);
        is_found(
            write(kind, &honest, std::slice::from_ref(&signed)),
            "envelope.dsse.json",
            "something else",
        );
        is_found(write(STATEMENT, &honest, &[signed]), "envelope.dsse.json", "does not fit");
    }
    // Another's signature under our key's name, and the other way round.
    let mut mixed = other.clone();
    mixed["keyid"] = good["keyid"].clone();
    is_found(write(STATEMENT, &honest, &[mixed]), "envelope.dsse.json", "does not fit");
    let mut mixed = good.clone();
    mixed["keyid"] = other["keyid"].clone();
    is_found(write(STATEMENT, &honest, &[mixed]), "envelope.dsse.json", "names the key");
    // Signed, and about something else, or written so that readers may disagree.
    for (changed, words) in [
        (
            honest.replace("Statement/v1", "Statement/v0.1"),
            "something else than a bundle",
        ),
        (
            honest.replace("urn:leastwise:evidence:1", "https://slsa.dev/provenance/v1"),
            "something else than a bundle",
        ),
        (
            honest.replace("\"name\":\"manifest.json\"", "\"name\":\"other.json\""),
            "something else than a bundle",
        ),
        (honest.replacen('{', "{\"_type\":\"x\",", 1), "duplicate field"),
        (
            honest.replacen("\"predicate\":{", "\"predicate\":{\"tool\":\"0\",", 1),
            "stands twice",
        ),
        (honest.replacen('{', "{ ", 1), "is not written as this tool writes it"),
        ("[".repeat(100_000), "no statement"),
        ("null".to_owned(), "no statement"),
        (String::new(), "no statement"),
    ] {
        assert_ne!(changed, honest);
        let signed = signature(&desk, STATEMENT, &changed);
        is_found(write(STATEMENT, &changed, &[signed]), "envelope.dsse.json", words);
    }
}

#[test]
fn files_of_any_size_take_no_memory_unless_they_are_signed() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    for (name, words) in [
        ("envelope.dsse.json", "is larger than any envelope"),
        ("manifest.json", "was changed"),
    ] {
        let path = bundle.join(name);
        let original = fs::read(&path).unwrap();
        // Holes: a gigabyte that takes no place on the disk.
        fs::File::options().write(true).open(&path).unwrap().set_len(1 << 30).unwrap();
        let mut limited = Command::new("sh");
        limited
            .args([
                "-c",
                "ulimit -v 900000; exec \"$@\"",
                "sh",
                env!("CARGO_BIN_EXE_leastwise"),
                "evidence",
                "verify",
            ])
            .arg(&bundle)
            .arg("--public-key")
            .arg(desk.path("pub.pem"));
        let output = limited.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.starts_with(&format!("leastwise: {name}: {words}")), "{err}");
        fs::write(&path, original).unwrap();
    }
    desk.verify(&bundle, &[]).ends(0);
}

#[test]
fn links_and_names_that_differ_in_case_are_found() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    // A second name for a file's bytes, inside of the bundle.
    fs::hard_link(bundle.join("run.json"), bundle.join("run2.json")).unwrap();
    is_found(desk.verify(&bundle, &[]), "run2.json", "was added");
    fs::remove_file(bundle.join("run2.json")).unwrap();
    // A name for another file's bytes in the place of one.
    let aside = desk.path("aside");
    fs::rename(bundle.join("review.csv"), &aside).unwrap();
    fs::hard_link(bundle.join("run.json"), bundle.join("review.csv")).unwrap();
    is_found(desk.verify(&bundle, &[]), "review.csv", "was changed");
    fs::remove_file(bundle.join("review.csv")).unwrap();
    for other in [
        "Review.csv",
        "REVIEW.CSV",
        "review.csv ",
        "revіew.csv",
        "reports/../review.csv ",
    ] {
        fs::rename(&aside, bundle.join(other)).unwrap();
        let run = desk.verify(&bundle, &[]).ends(1);
        assert!(
            run.err.contains("review.csv: is missing") || run.err.contains("was added"),
            "{other}: {}",
            run.err
        );
        fs::rename(bundle.join(other), &aside).unwrap();
    }
    fs::rename(&aside, bundle.join("review.csv")).unwrap();
    // A folder that is a link to itself moved away, a pipe and a socket that nobody answers.
    fs::rename(bundle.join("reports"), &aside).unwrap();
    std::os::unix::fs::symlink(&aside, bundle.join("reports")).unwrap();
    is_found(desk.verify(&bundle, &[]), "reports", "no ordinary file");
    fs::remove_file(bundle.join("reports")).unwrap();
    fs::rename(&aside, bundle.join("reports")).unwrap();
    for name in ["envelope.dsse.json", "manifest.json", "run.json", "0"] {
        let path = bundle.join(name);
        let original = fs::read(&path).ok();
        drop(fs::remove_file(&path));
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let run = desk.verify(&bundle, &[]).ends(1);
        assert!(run.err.starts_with(&format!("leastwise: {name}: is ")), "{}", run.err);
        fs::remove_file(&path).unwrap();
        if let Some(original) = original {
            fs::write(&path, original).unwrap();
        }
    }
    desk.verify(&bundle, &[]).ends(0);
}

#[test]
fn a_key_of_another_kind_is_refused_by_name() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    let openssl = |arguments: &[&str]| {
        let made = Command::new("openssl")
            .args(arguments)
            .current_dir(desk.folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    openssl(&["genpkey", "-algorithm", "rsa", "-out", "rsa.pem"]);
    openssl(&["pkey", "-in", "rsa.pem", "-pubout", "-out", "rsa-pub.pem"]);
    openssl(&["genpkey", "-algorithm", "x25519", "-out", "x.pem"]);
    openssl(&["pkey", "-in", "x.pem", "-pubout", "-out", "x-pub.pem"]);
    // A point of small order, under which anything could be signed.
    let der = [
        &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..],
        &[0; 32],
    ]
    .concat();
    let weak = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(der)
    );
    fs::write(desk.path("weak.pem"), weak).unwrap();
    fs::write(
        desk.path("two.pem"),
        [
            fs::read(desk.path("x-pub.pem")).unwrap(),
            fs::read(desk.path("pub.pem")).unwrap(),
        ]
        .concat(),
    )
    .unwrap();
    fs::write(desk.path("bytes.pem"), [0xff; 64]).unwrap();
    for (name, codes) in [
        ("rsa-pub.pem", &[2][..]),
        ("x-pub.pem", &[2]),
        ("key.pem", &[2]),
        ("two.pem", &[2]),
        ("bytes.pem", &[2]),
        ("nowhere.pem", &[2]),
        ("weak.pem", &[1, 2]),
    ] {
        let (key, bundle) = (desk.at(name), bundle.display().to_string());
        let run = crate::command::leastwise(&["evidence", "verify", &bundle, "--public-key", &key]);
        assert!(
            run.code.is_some_and(|code| codes.contains(&code)),
            "{name}: {:?} {}",
            run.code,
            run.err
        );
        assert!(
            run.out.is_empty() && !run.err.contains("PRIVATE") && run.err.lines().count() == 1,
            "{name}: {}",
            run.err
        );
    }
    for name in ["rsa.pem", "x.pem", "pub.pem"] {
        let mut open = fs::File::options().append(true).open(desk.path(name)).unwrap();
        open.write_all(b"\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(desk.path(name), mode).unwrap();
        let (key, output) = (desk.at(name), desk.at("none"));
        let run = crate::command::leastwise(&[
            "evidence",
            "create",
            crate::command::SAMPLE,
            "--key",
            &key,
            "--output",
            &output,
        ])
        .ends(2);
        assert!(run.err.contains("no Ed25519 private key"), "{name}: {}", run.err);
    }
}

/// Signs a bundle again with other facts and files.
fn again(desk: &Desk, from: &Path, name: &str, facts: &Value, change: &dyn Fn(&str) -> Option<Vec<u8>>) -> Run {
    let key = PrivateKey::read(&desk.path("key.pem")).unwrap();
    let mut bundle = Bundle::new(&desk.path(name)).unwrap();
    let mut names = files(from);
    names.push("reports/more.csv".to_owned());
    for file in names
        .iter()
        .filter(|file| !["envelope.dsse.json", "manifest.json"].contains(&file.as_str()))
    {
        if let Some(bytes) = change(file) {
            bundle.write(file, |out| out.write_all(&bytes)).unwrap();
        }
    }
    bundle.seal(facts.clone(), &key).unwrap();
    desk.verify(&desk.path(name), &["--replay"])
}

#[test]
fn a_signer_who_leaves_something_out_of_the_replay_is_found() {
    let desk = Desk::new();
    let honest = desk.of_sample("honest", &[]);
    let facts: Value = serde_json::from_slice(&fs::read(honest.join("run.json")).unwrap()).unwrap();
    let kept = |name: &str| fs::read(honest.join(name)).ok();
    let with = |facts: &Value| {
        let run = serde_json::to_vec_pretty(facts).unwrap();
        move |name: &str| if name == "run.json" { Some(run.clone()) } else { kept(name) }
    };
    again(&desk, &honest, "same", &facts, &kept).ends(0);
    // A report that the replay would not compare.
    let mut fewer = facts.clone();
    fewer["derived"]
        .as_array_mut()
        .unwrap()
        .retain(|name| name != "reports/report.csv");
    is_found(
        again(&desk, &honest, "fewer", &fewer, &with(&fewer)),
        "reports/report.csv",
        "neither an input nor",
    );
    let none = |name: &str| (name != "reports/report.csv").then(|| with(&fewer)(name)).flatten();
    is_found(
        again(&desk, &honest, "none", &fewer, &none),
        "reports/report.csv",
        "is missing: the audit gives it",
    );
    // A report of the signer's own making.
    let more = |name: &str| {
        if name == "reports/more.csv" {
            Some(b"all is well".to_vec())
        } else {
            kept(name)
        }
    };
    is_found(
        again(&desk, &honest, "more", &facts, &more),
        "reports/more.csv",
        "neither an input nor",
    );
    for name in ["../../../etc/passwd", "/etc/passwd", "reports/more.csv"] {
        let mut other = facts.clone();
        other["derived"].as_array_mut().unwrap().push(name.into());
        let target = format!("derived{}", name.len());
        is_found(
            again(&desk, &honest, &target, &other, &with(&other)),
            name,
            "does not write such a file",
        );
    }
    // What is signed as the facts and what lies beside it are one.
    let mut milder = facts.clone();
    milder["tool"] = "9.9.9".into();
    is_found(
        again(&desk, &honest, "two-facts", &milder, &kept),
        "run.json",
        "something else than the statement",
    );
    let without = |name: &str| (name != "run.json").then(|| kept(name)).flatten();
    is_found(again(&desk, &honest, "no-facts", &facts, &without), "run.json", "is missing");
    // Inputs that the facts do not speak of, and frameworks and baselines from elsewhere.
    let mut inputs = facts.clone();
    inputs["inputs"].as_array_mut().unwrap().pop();
    is_found(
        again(&desk, &honest, "inputs", &inputs, &with(&inputs)),
        "run.json",
        "lists other inputs",
    );
    for (number, change) in [
        json!({"controls": ["/etc/house.toml"]}),
        json!({"controls": ["frameworks/../../x.toml"]}),
        json!({"arguments": ["audit", "--baseline=/etc/passwd", "--", "inputs/1"]}),
        json!({"arguments": ["audit", "--rules=/etc", "--", "inputs/1"]}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut other = facts.clone();
        other.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let run = again(&desk, &honest, &format!("outside{number}"), &other, &with(&other));
        is_found(run, "run.json", "outside of the bundle");
    }
}
