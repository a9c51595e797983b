//! How long 200 accounts take at 50 ms a call, and in how much memory. Not a part of the usual run:
//!
//! `cargo test --release --test tests -- --ignored --nocapture collect::latency`, on a machine that does nothing else: a
//! debug build works longer than 50 ms on some answers, and so do the emulator's neighbours.
//!
//! The ideal is what nobody can beat who reads that many accounts at a time: the calls to Organizations at the rate that
//! `collect` keeps to, then for each round of accounts the longest chain of calls, of which each has to wait for the
//! answer to the one before, seen in the run itself. Nothing of the own work is in it.

use std::fs;
use std::process::Command;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;
use std::time::Instant;

use super::Desk;
use super::SECRET;
use super::emulator::Emulator;
use super::emulator::run;
use super::replay::Recorder;
use super::text;

const LATENCY: f64 = 0.05;
const CONCURRENCY: usize = 8;
/// Calls a second to Organizations.
const ORGANIZATIONS_RATE: f64 = 10.0;
const SIZES: [usize; 3] = [50, 100, 200];

/// Wall time, the own work of that in clock ticks of the processor (usually a hundredth of a second), and peak memory in MiB.
fn measured(endpoint: &str, members: &[&str]) -> (f64, u64, u64) {
    let desk = Desk::at(endpoint, "testing", SECRET);
    let output = desk.output();
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_leastwise"))
        .args(["collect", "--organization", "--role-name", "reader", "--usage", "none"])
        .args(["--concurrency", &CONCURRENCY.to_string(), "--accounts", &members.join(",")])
        .args(["--output", output.to_str().unwrap()])
        .env_clear()
        .envs(desk.environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut peak, mut work) = (0, 0);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let memory = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = memory.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let found = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = found.unwrap_or(0).max(peak);
        let times = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        let times = times
            .split_whitespace()
            .skip(13)
            .take(2)
            .filter_map(|time| time.parse::<u64>().ok());
        work = times.sum::<u64>().max(work);
        sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
    (started.elapsed().as_secs_f64(), work, peak / 1024)
}

#[test]
#[ignore = "a measurement of minutes"]
#[expect(clippy::cast_precision_loss, clippy::print_stdout, reason = "small numbers, for people")]
fn two_hundred_accounts_take_what_their_calls_take_and_no_more_memory_than_fifty() {
    let emulator = Emulator::with_pages(1000);
    let folder = tempfile::tempdir().unwrap();
    let most = SIZES.into_iter().max().unwrap();
    let arguments = [&emulator.endpoint(), folder.path().to_str().unwrap(), &most.to_string(), "10"];
    let members = run("big_organization.py", &arguments);
    let members: Vec<&str> = members.as_array().unwrap().iter().map(text).collect();
    let recorder = Recorder::start(&[&emulator.port().to_string(), &LATENCY.to_string()]);
    let endpoint = recorder.endpoint();
    measured(&endpoint, &members);
    recorder.seen();

    println!("accounts  calls  wall s  ideal s  ratio  own work (ticks)  peak MiB");
    let mut results = Vec::new();
    for size in SIZES {
        let (wall, work, peak) = measured(&endpoint, &members[..size]);
        let seen = recorder.seen();
        assert_eq!(seen["new"], 0, "all was recorded");
        let depths = seen["depth"].as_object().unwrap();
        let depth = depths.values().map(|depth| depth.as_u64().unwrap()).max().unwrap() + 1; // and AssumeRole
        let organization = seen["organization"].as_u64().unwrap() as f64 / ORGANIZATIONS_RATE;
        let ideal = organization + size.div_ceil(CONCURRENCY) as f64 * depth as f64 * LATENCY;
        let ratio = wall / ideal;
        println!(
            "{size:8}  {:5}  {wall:6.1}  {ideal:7.1}  {ratio:5.2}  {work:16}  {peak:8}   ({depth} calls deep, {organization:.1} s of Organizations)",
            seen["calls"]
        );
        results.push((ratio, peak));
    }
    assert!(results.iter().all(|(ratio, _)| *ratio < 1.5), "{results:?}");
    assert!(results[2].1 < results[0].1 * 3 / 2, "{results:?}");
}
