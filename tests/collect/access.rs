//! Whose credentials are used, and what is said at once where there are none that work.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

use serde_json::json;

use super::Desk;
use super::SECRET;
use super::code;
use super::errors;

/// Runs, and expects an error with these words at once and no directory.
fn fails_fast(desk: &Desk, more: &[&str], words: &[&str]) {
    let output = desk.output();
    let output = output.to_str().unwrap();
    for command in [
        &["collect", "--output", output][..],
        &["audit", "--snapshot", output],
        &["doctor"],
    ] {
        ends_fast(desk, &[command, more].concat(), words);
    }
}

fn ends_fast(desk: &Desk, arguments: &[&str], words: &[&str]) {
    let start = Instant::now();
    let done = desk.run(arguments);
    let took = start.elapsed();
    let errors = errors(&done);
    assert_eq!(code(&done), 2, "{errors}");
    for word in words {
        assert!(errors.contains(word), "`{word}` in {errors}");
    }
    assert!(!errors.contains(SECRET));
    assert!(!errors.contains("\\n"), "one line expected: {errors}");
    assert!(took < Duration::from_secs(3), "took {took:?}: {errors}");
    assert!(!desk.output().exists());
}

#[test]
fn without_credentials_it_says_what_was_tried_and_what_to_do() {
    fails_fast(
        &Desk::new(),
        &[],
        &[
            "no AWS credentials found; tried AWS_ACCESS_KEY_ID",
            "--profile",
            "aws sso login",
        ],
    );
}

#[test]
fn a_metadata_service_that_says_nothing_is_not_waited_for() {
    // It takes connections, which the system does for it, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let desk = Desk::new()
        .without("AWS_EC2_METADATA_DISABLED")
        .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &address);
    fails_fast(
        &desk,
        &[],
        &["no AWS credentials found; tried AWS_ACCESS_KEY_ID", "aws sso login"],
    );
}

#[test]
fn a_login_that_is_missing_or_over_says_how_to_log_in() {
    let session = "[sso-session ours]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n";
    let profile =
        "[profile work]\nsso_session = ours\nsso_account_id = 111122223333\nsso_role_name = audit\nregion = eu-west-1\n";
    let desk = Desk::new();
    fs::write(desk.folder.path().join("config"), format!("{session}{profile}")).unwrap();
    fails_fast(
        &desk,
        &["--profile", "work"],
        &["profile `work` gives no credentials", "aws sso login --profile work"],
    );
    let desk = desk.with("AWS_PROFILE", "work");
    fails_fast(
        &desk,
        &[],
        &["the AWS credentials cannot be loaded", "SSO", "run `aws sso login`"],
    );

    let desk_of_login = Desk::new();
    let profile = "[profile new]\nlogin_session = arn:aws:iam::111122223333:user/ann\n";
    fs::write(desk_of_login.folder.path().join("config"), profile).unwrap();
    fails_fast(&desk_of_login, &["--profile", "new"], &["`aws configure export-credentials"]);

    // What is left of yesterday's login; its name is the SHA-1 of the session's.
    let cache = desk.folder.path().join("home/.aws/sso/cache");
    fs::create_dir_all(&cache).unwrap();
    let token = json!({"accessToken": SECRET, "expiresAt": "2026-01-01T00:00:00Z", "startUrl": "https://example.awsapps.com/start",
        "region": "eu-west-1"});
    fs::write(cache.join("48537f613ab85111413f2369616ae97481429bd1.json"), token.to_string()).unwrap();
    fails_fast(&desk, &[], &["the AWS credentials cannot be loaded", "run `aws sso login`"]);
}

#[test]
fn credentials_that_expired_or_are_unknown_are_told_apart() {
    fails_fast(
        &Desk::with_key("EXPIRED"),
        &[],
        &["have expired (ExpiredToken)", "log in again"],
    );
    fails_fast(
        &Desk::with_key("UNKNOWNKEY"),
        &["--region", "eu-central-1"],
        &["rejects the credentials in Region eu-central-1 (InvalidClientTokenId)"],
    );
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    let words = [
        "profile `nobody` gives no credentials: it is not defined",
        "aws configure list-profiles",
    ];
    fails_fast(&Desk::with_key("testing"), &["--profile", "nobody"], &words);

    let desk = Desk::with_key("testing");
    fs::write(desk.folder.path().join("config"), "[profile other]\nregion = eu-west-1\n").unwrap();
    let words = ["profile `nobody` gives no credentials", "profile `nobody` was not defined"];
    fails_fast(&desk, &["--profile", "nobody"], &words);

    let words = [
        "no AWS credentials found",
        "AWS_PROFILE names `nobody`",
        "aws configure list-profiles",
    ];
    fails_fast(&Desk::new().with("AWS_PROFILE", "nobody"), &[], &words);
}

#[test]
fn a_profile_comes_before_the_keys_of_the_environment() {
    let desk = Desk::with_key("EXPIRED");
    let profile = format!("[audit]\naws_access_key_id = testing\naws_secret_access_key = {SECRET}\n");
    fs::write(desk.folder.path().join("credentials"), profile).unwrap();
    let done = desk.collect(&["--profile", "audit"]);
    assert_eq!(code(&done), 0, "{}", errors(&done));
}

#[test]
fn a_region_that_nobody_serves_is_named() {
    // Without the emulator's address the name has to be looked up, and it is none.
    let desk = Desk::new()
        .with("AWS_ACCESS_KEY_ID", "testing")
        .with("AWS_SECRET_ACCESS_KEY", SECRET);
    fails_fast(
        &desk,
        &["--region", "xx-nowhere-1"],
        &["does not answer in Region xx-nowhere-1", "--region"],
    );
}

#[test]
fn an_endpoint_where_nobody_listens_fails_at_once() {
    fails_fast(
        &Desk::at("http://127.0.0.1:9", "testing", SECRET),
        &[],
        &["does not answer in Region us-east-1"],
    );
}
