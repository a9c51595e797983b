//! Whatever is changed in a bundle is found, and the first file that differs is named.

use std::fs;
use std::path::Path;

use leastwise::evidence::Bundle;
use leastwise::evidence::EvidenceError;
use leastwise::evidence::PrivateKey;
use leastwise::evidence::PublicKey;
use leastwise::evidence::verify;
use serde_json::json;

use crate::bundle::Desk;
use crate::bundle::files;

fn first_difference(bundle: &Path, key: &PublicKey) -> Option<String> {
    match verify(bundle, key) {
        Ok(_) => None,
        Err(EvidenceError::Differs { file, .. }) => Some(file),
        Err(error) => Some(format!("not a difference: {error}")),
    }
}

/// A bundle so small that every bit of it can be tried.
fn small(folder: &Path) -> PublicKey {
    let key = PrivateKey::generate().unwrap();
    let mut bundle = Bundle::new(&folder.join("small")).unwrap();
    for (name, text) in [("a", "1"), ("b/c", "two"), ("b/empty", ""), ("run.json", "{}\n")] {
        bundle.write(name, |out| out.write_all(text.as_bytes())).unwrap();
    }
    bundle.seal(json!({"run": 1}), &key).unwrap();
    key.public().clone()
}

#[test]
fn every_flipped_bit_of_every_file_is_found_and_its_file_named() {
    let folder = tempfile::tempdir().unwrap();
    let key = small(folder.path());
    let bundle = folder.path().join("small");
    assert_eq!(first_difference(&bundle, &key), None);
    let mut tried = 0;
    for name in files(&bundle) {
        let path = bundle.join(&name);
        let original = fs::read(&path).unwrap();
        for bit in 0..original.len() * 8 {
            let mut flipped = original.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, flipped).unwrap();
            assert_eq!(first_difference(&bundle, &key).as_ref(), Some(&name), "bit {bit}");
            tried += 1;
        }
        // A byte more, a byte less.
        fs::write(&path, [&original[..], b"\n"].concat()).unwrap();
        assert_eq!(first_difference(&bundle, &key).as_ref(), Some(&name));
        if let Some((_, shorter)) = original.split_last() {
            fs::write(&path, shorter).unwrap();
            assert_eq!(first_difference(&bundle, &key).as_ref(), Some(&name));
        }
        fs::write(&path, &original).unwrap();
    }
    assert!(tried > 8000, "{tried}");
    assert_eq!(first_difference(&bundle, &key), None);
}

#[test]
fn removed_renamed_added_and_exchanged_files_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let key = small(folder.path());
    let bundle = folder.path().join("small");
    let names = files(&bundle);
    for name in &names {
        let (path, aside) = (bundle.join(name), folder.path().join("aside"));
        // Removed.
        fs::rename(&path, &aside).unwrap();
        assert_eq!(first_difference(&bundle, &key).as_ref(), Some(name), "removed");
        // A link to the same bytes, and a folder, in its place.
        std::os::unix::fs::symlink(&aside, &path).unwrap();
        assert_eq!(first_difference(&bundle, &key).as_ref(), Some(name), "linked");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(first_difference(&bundle, &key).as_ref(), Some(name), "a folder");
        fs::remove_dir(&path).unwrap();
        // Renamed, to a name after and before it: the first of both in order is named, signature and manifest first.
        for new in [format!("{name}.x"), "0".to_owned()] {
            fs::rename(&aside, bundle.join(&new)).unwrap();
            let is_head = ["envelope.dsse.json", "manifest.json"].contains(&name.as_str());
            let first = if is_head {
                name.clone()
            } else {
                name.clone().min(new.clone())
            };
            assert_eq!(first_difference(&bundle, &key), Some(first), "renamed to {new}");
            fs::rename(bundle.join(&new), &aside).unwrap();
        }
        fs::rename(&aside, &path).unwrap();
        // A copy beside it.
        let copy = format!("{name}.copy");
        fs::copy(&path, bundle.join(&copy)).unwrap();
        assert_eq!(first_difference(&bundle, &key), Some(copy.clone()), "copied");
        fs::remove_file(bundle.join(copy)).unwrap();
    }
    for added in ["0", "b/d", ".hidden", "zz", "b/ENVELOPE.dsse.json", "A"] {
        fs::write(bundle.join(added), "").unwrap();
        assert_eq!(first_difference(&bundle, &key).as_deref(), Some(added));
        fs::remove_file(bundle.join(added)).unwrap();
        fs::create_dir(bundle.join(added)).unwrap();
        assert_eq!(first_difference(&bundle, &key).as_deref(), Some(added));
        fs::remove_dir(bundle.join(added)).unwrap();
    }
    // Two files that change places.
    fs::rename(bundle.join("a"), bundle.join("t")).unwrap();
    fs::rename(bundle.join("b/c"), bundle.join("a")).unwrap();
    fs::rename(bundle.join("t"), bundle.join("b/c")).unwrap();
    assert_eq!(first_difference(&bundle, &key).as_deref(), Some("a"));
    fs::rename(bundle.join("a"), bundle.join("t")).unwrap();
    fs::rename(bundle.join("b/c"), bundle.join("a")).unwrap();
    fs::rename(bundle.join("t"), bundle.join("b/c")).unwrap();
    assert_eq!(first_difference(&bundle, &key), None);
}

#[test]
fn the_command_names_the_first_file_of_a_real_bundle_and_exits_with_one() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    for name in files(&bundle) {
        let path = bundle.join(&name);
        let original = fs::read(&path).unwrap();
        let mut flipped = original.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x20;
        fs::write(&path, flipped).unwrap();
        let run = desk.verify(&bundle, &[]).ends(1);
        assert!(run.err.starts_with(&format!("leastwise: {name}: ")), "{name}: {}", run.err);
        assert!(run.out.is_empty());
        fs::write(&path, original).unwrap();
    }
    let run = desk.verify(&bundle, &[]).ends(0);
    assert!(run.out.contains("files are as key "), "{}", run.out);
    fs::write(bundle.join("inputs/1/\u{1b}[31mred"), "").unwrap();
    let run = desk.verify(&bundle, &[]).ends(1);
    assert!(run.err.contains("red") && !run.err.contains('\u{1b}'), "{}", run.err);
}

#[test]
fn an_envelope_that_is_written_otherwise_counts_as_changed() {
    let folder = tempfile::tempdir().unwrap();
    let key = small(folder.path());
    let bundle = folder.path().join("small");
    let path = bundle.join("envelope.dsse.json");
    let original = fs::read_to_string(&path).unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&original).unwrap();
    let compact = parsed.to_string();
    let more = original.replacen('{', "{\"note\": \"approved\",", 1);
    let twice = original.replace("\"signatures\": [", "\"signatures\": [{\"keyid\": \"\", \"sig\": \"\"},");
    for changed in [
        compact,
        more,
        twice,
        format!(" {original}"),
        original.replace('\n', "\r\n"),
        "{}".to_owned(),
        String::new(),
    ] {
        assert_ne!(changed, original);
        fs::write(&path, changed).unwrap();
        assert_eq!(first_difference(&bundle, &key).as_deref(), Some("envelope.dsse.json"));
    }
    fs::write(&path, original).unwrap();
    assert_eq!(first_difference(&bundle, &key), None);
}

#[test]
fn a_bundle_that_somebody_else_signed_is_refused() {
    let (desk, other) = (Desk::new(), Desk::new());
    let theirs = other.of_sample("bundle", &[]);
    let run = desk.verify(&theirs, &[]).ends(1);
    assert!(run.err.contains("envelope.dsse.json: names the key "), "{}", run.err);
    // The same with our key's name written over theirs.
    let path = theirs.join("envelope.dsse.json");
    let text = fs::read_to_string(&path).unwrap();
    let id = |desk: &Desk| PublicKey::read(&desk.path("pub.pem")).unwrap().id().to_owned();
    fs::write(&path, text.replace(&id(&other), &id(&desk))).unwrap();
    assert!(desk.verify(&theirs, &[]).ends(1).err.contains("the signature does not fit"));
}

#[test]
fn a_report_that_does_not_follow_from_the_inputs_is_found_by_a_replay_though_it_is_signed() {
    let desk = Desk::new();
    let honest = desk.of_sample("honest", &[]);
    let key = PrivateKey::read(&desk.path("key.pem")).unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&fs::read(honest.join("run.json")).unwrap()).unwrap();
    let resign = |target: &str, facts: &serde_json::Value, change: &dyn Fn(&str, String) -> String| {
        let mut bundle = Bundle::new(&desk.path(target)).unwrap();
        for name in files(&honest) {
            if !["envelope.dsse.json", "manifest.json"].contains(&name.as_str()) {
                let text = if name == "run.json" {
                    serde_json::to_string_pretty(facts).unwrap()
                } else {
                    fs::read_to_string(honest.join(&name)).unwrap()
                };
                let text = change(&name, text);
                bundle.write(&name, |out| out.write_all(text.as_bytes())).unwrap();
            }
        }
        bundle.seal(facts.clone(), &key).unwrap();
        desk.verify(&desk.path(target), &[]).ends(0);
        desk.verify(&desk.path(target), &["--replay"])
    };
    let derived: Vec<&str> = facts["derived"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert!(derived.contains(&"reports/report.csv") && derived.len() >= 6, "{derived:?}");
    for (number, wanted) in derived.iter().enumerate() {
        let longer = |name: &str, text: String| if name == *wanted { text + "\n" } else { text };
        let run = resign(&format!("longer{number}"), &facts, &longer).ends(1);
        assert!(
            run.err.contains(&format!("{wanted}: the audit gives something else")),
            "{}",
            run.err
        );
    }
    let milder = |name: &str, text: String| {
        if name == "reports/report.csv" {
            text.replacen("critical", "low", 1)
        } else {
            text
        }
    };
    assert!(
        resign("milder", &facts, &milder)
            .ends(1)
            .err
            .contains("reports/report.csv: the audit gives something else")
    );
    // Signed arguments lead nowhere else than into the bundle.
    for source in ["/etc", "../honest/inputs/1", "inputs/../../honest/inputs/1"] {
        let mut facts = facts.clone();
        facts["arguments"] = json!(["audit", "--", source]);
        let run = resign(&format!("out{}", source.len()), &facts, &|_, text| text).ends(1);
        assert!(run.err.contains("outside of the bundle"), "{}", run.err);
    }
}
