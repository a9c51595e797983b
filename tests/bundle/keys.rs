//! The private key is for its owner alone, and nowhere else than in its file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use leastwise::evidence::PrivateKey;

use crate::bundle::Desk;
use crate::bundle::files;
use crate::command::SAMPLE;
use crate::command::leastwise;
use crate::command::names_in;

#[test]
fn a_new_key_is_for_its_owner_alone_and_never_takes_the_place_of_another() {
    let desk = Desk::new();
    assert_eq!(
        fs::metadata(desk.path("key.pem")).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let before = fs::read(desk.path("key.pem")).unwrap();
    let keygen = |key: &str, public: &str| {
        let (key, public) = (desk.at(key), desk.at(public));
        leastwise(&["evidence", "keygen", "--key", &key, "--public-key", &public])
    };
    assert!(keygen("key.pem", "other.pem").ends(2).err.contains("never overwritten"));
    assert!(keygen("other.pem", "pub.pem").ends(2).err.contains("never overwritten"));
    keygen("same.pem", "same.pem").ends(2);
    // Half a pair is none.
    assert!(keygen("half.pem", "none/half.pem").ends(2).err.contains("none/half.pem"));
    assert!(keygen("none/half.pem", "half.pem").ends(2).err.contains("none/half.pem"));
    assert_eq!(fs::read(desk.path("key.pem")).unwrap(), before);
    assert_eq!(names_in(desk.folder.path()), ["key.pem", "pub.pem"]);
    // The library refuses too, where a file appears between the question and the answer.
    PrivateKey::generate().unwrap().write(&desk.path("key.pem")).unwrap_err();
    assert_eq!(fs::read(desk.path("key.pem")).unwrap(), before);
    // Two keys differ.
    keygen("second.pem", "second-pub.pem").ends(0);
    assert_ne!(fs::read(desk.path("second.pem")).unwrap(), before);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let desk = Desk::new();
    for mode in [0o644, 0o640, 0o604, 0o666] {
        fs::set_permissions(desk.path("key.pem"), fs::Permissions::from_mode(mode)).unwrap();
        let run = desk.create("bundle", SAMPLE, &[]).ends(2);
        assert!(
            run.err.contains(&format!("mode {mode:o}")) && run.err.contains("chmod 600"),
            "{}",
            run.err
        );
    }
    assert_eq!(names_in(desk.folder.path()), ["key.pem", "pub.pem"]);
    fs::set_permissions(desk.path("key.pem"), fs::Permissions::from_mode(0o400)).unwrap();
    desk.of_sample("bundle", &[]);
}

#[test]
fn keys_of_openssl_sign_and_openssl_reads_ours() {
    let desk = Desk::new();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    // Ours, read by OpenSSL: the public key that it derives is the one we wrote.
    let derived = openssl(&["pkey", "-in", &desk.at("key.pem"), "-pubout"]);
    assert_eq!(derived, fs::read(desk.path("pub.pem")).unwrap());
    // Theirs, in place of ours.
    for name in ["key.pem", "pub.pem"] {
        fs::remove_file(desk.path(name)).unwrap();
    }
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &desk.at("key.pem")]);
    openssl(&["pkey", "-in", &desk.at("key.pem"), "-pubout", "-out", &desk.at("pub.pem")]);
    let bundle = desk.of_sample("bundle", &[]);
    desk.verify(&bundle, &["--replay"]).ends(0);
    // A key of another kind, and no key at all, are named as such; what the file holds is not shown.
    fs::remove_file(desk.path("key.pem")).unwrap();
    openssl(&["genpkey", "-algorithm", "x25519", "-out", &desk.at("key.pem")]);
    let body = fs::read_to_string(desk.path("key.pem"))
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .to_owned();
    let run = desk.create("second", SAMPLE, &[]).ends(2);
    assert!(
        run.err.contains("no Ed25519 private key") && !run.err.contains(&body),
        "{}",
        run.err
    );
    fs::write(desk.path("pub.pem"), "no key").unwrap();
    assert!(desk.verify(&bundle, &[]).ends(2).err.contains("no Ed25519 public key"));
}

#[test]
fn the_private_key_is_in_no_bundle_no_output_and_no_debug_text() {
    let desk = Desk::new();
    let pem = fs::read_to_string(desk.path("key.pem")).unwrap();
    let body = pem.lines().nth(1).unwrap();
    let run = desk.create("bundle", SAMPLE, &[]).ends(3);
    for text in [&run.out, &run.err] {
        assert!(!text.contains(body) && !text.contains("PRIVATE KEY"));
    }
    for name in files(&desk.path("bundle")) {
        let text = String::from_utf8(fs::read(desk.path("bundle").join(&name)).unwrap()).unwrap();
        assert!(!text.contains(body) && !text.contains("PRIVATE KEY"), "{name}");
    }
    let key = PrivateKey::read(&desk.path("key.pem")).unwrap();
    assert_eq!(format!("{key:?}"), format!("PrivateKey(PublicKey({}))", key.public().id()));
    // A key that lies among the inputs is not taken; one that is taken for an input or a rule is refused.
    let source = desk.path("source");
    fs::create_dir(&source).unwrap();
    let dump = format!("{SAMPLE}/accounts/333344445555/account-authorization-details.json");
    fs::copy(&dump, source.join("account-authorization-details.json")).unwrap();
    fs::write(source.join("key.pem"), &pem).unwrap();
    desk.create("beside", &source.display().to_string(), &[]).ends(3);
    assert!(files(&desk.path("beside")).iter().all(|name| !name.contains("key")));
    fs::create_dir(desk.path("rules")).unwrap();
    fs::write(desk.path("rules/key.md"), format!("text before\n{pem}")).unwrap();
    let run = desk.create("third", &dump, &["--rules", &desk.at("rules")]).ends(2);
    assert!(run.err.contains("key.md: holds a private key"), "{}", run.err);
    assert!(!desk.path("third").exists());
}
