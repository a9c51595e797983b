//! The signature by other people's tools.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::bundle::Desk;
use crate::python::environment;

fn envelope(bundle: &Path) -> Value {
    serde_json::from_slice(&fs::read(bundle.join("envelope.dsse.json")).unwrap()).unwrap()
}

fn decoded(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn openssl_accepts_the_signature_and_the_statement_names_the_manifest() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    let envelope = envelope(&bundle);
    let payload = decoded(&envelope["payload"]);
    let mut signed = format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len()).into_bytes();
    signed.extend(&payload);
    fs::write(desk.path("signature"), decoded(&envelope["signatures"][0]["sig"])).unwrap();
    let is_good = |bytes: &[u8]| {
        fs::write(desk.path("signed"), bytes).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args(["pkeyutl", "-verify", "-pubin", "-rawin"]);
        for (flag, name) in [("-inkey", "pub.pem"), ("-in", "signed"), ("-sigfile", "signature")] {
            openssl.arg(flag).arg(desk.path(name));
        }
        openssl.output().unwrap().status.success()
    };
    assert!(is_good(&signed));
    *signed.last_mut().unwrap() ^= 1;
    assert!(!is_good(&signed));

    let statement: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["subject"][0]["name"], "manifest.json");
    let mut openssl = Command::new("openssl");
    let digest = openssl
        .args(["dgst", "-sha256", "-r"])
        .arg(bundle.join("manifest.json"))
        .output()
        .unwrap();
    let digest = String::from_utf8(digest.stdout).unwrap();
    assert_eq!(statement["subject"][0]["digest"]["sha256"], digest.split(' ').next().unwrap());
    let run: Value = serde_json::from_slice(&fs::read(bundle.join("run.json")).unwrap()).unwrap();
    assert_eq!(statement["predicate"], run);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bundle")
}

#[test]
fn securesystemslib_accepts_the_envelope() {
    let python = match environment("bundle", &folder().join("requirements.txt"), "the tests of evidence") {
        Ok(python) => python,
        Err(problem) => {
            eprintln!("skipped: {problem}");
            return;
        }
    };
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    let path = bundle.join("envelope.dsse.json");
    let envelope = envelope(&bundle);
    let check = |key: &str| -> Output {
        let mut check = Command::new(&python);
        check.arg(folder().join("verify.py")).arg(&path).arg(desk.path(key));
        check
            .arg(envelope["signatures"][0]["keyid"].as_str().unwrap())
            .output()
            .unwrap()
    };
    let accepted = check("pub.pem");
    assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
    assert_eq!(accepted.stdout, decoded(&envelope["payload"]));
    // It refuses a changed one.
    let mut changed = decoded(&envelope["payload"]);
    changed[100] ^= 1;
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace(envelope["payload"].as_str().unwrap(), &STANDARD.encode(changed));
    fs::write(&path, text).unwrap();
    assert!(!check("pub.pem").status.success());
}
