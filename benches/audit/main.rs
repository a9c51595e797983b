//! What an audit costs beside reading the same files: `cargo bench --bench audit -- DIRECTORY [RUNS]`.
//!
//! Runs `leastwise audit --format csv` and, as the measure, a parse of the same JSON files into typed records with
//! `serde_json`, each in a process of its own, in turns; prints the medians of CPU time (user and system), wall time
//! and peak memory, and the ratio. Nothing here passes or fails.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not a library")]

mod typed;

use std::fs;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

// The parse has what the command has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The kernel counts the CPU time of processes in hundredths of a second.
const TICK: f64 = 0.01;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--parse", directory] => {
            typed::parse(Path::new(directory));
        }
        [directory] => compare(directory, 5),
        [directory, runs] => compare(directory, runs.parse().unwrap()),
        _ => println!("a directory to audit is wanted: cargo bench --bench audit -- DIRECTORY [RUNS]"),
    }
}

fn compare(directory: &str, runs: usize) {
    let (mut audits, mut parses) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let mut audit = Command::new(env!("CARGO_BIN_EXE_leastwise"));
        audit.args(["audit", "--format", "csv", directory]);
        audits.push(measure(audit));
        let mut parse = Command::new(std::env::current_exe().unwrap());
        parse.args(["--parse", directory]);
        parses.push(measure(parse));
    }
    let audit = Cost::median(&audits);
    let parse = Cost::median(&parses);
    println!("{directory}, medians of {runs}:");
    println!("  audit           {audit}");
    println!("  serde_json      {parse}");
    println!("  ratio of CPU    {:.2}", audit.cpu / parse.cpu);
}

/// What one process took.
#[derive(Clone, Copy)]
struct Cost {
    cpu: f64,
    wall: f64,
    peak_kib: u64,
}

impl Cost {
    fn median(costs: &[Self]) -> Self {
        let middle = |of: fn(&Self) -> f64| {
            let mut values: Vec<f64> = costs.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap()
        };
        let peak = costs.iter().map(|cost| cost.peak_kib).max().unwrap_or_default();
        Self {
            cpu: middle(|cost| cost.cpu),
            wall: middle(|cost| cost.wall),
            peak_kib: peak,
        }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mib = self.peak_kib / 1024;
        write!(f, "{:7.2} s CPU  {:7.2} s wall  {mib:5} MiB at most", self.cpu, self.wall)
    }
}

/// Runs a process to its end. Its peak memory is looked up while it runs; the last look may miss its last milliseconds.
fn measure(mut command: Command) -> Cost {
    let before = cpu_of_children();
    let start = Instant::now();
    let mut child: Child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    while child.try_wait().unwrap().is_none() {
        peak_kib = peak_of(&status).unwrap_or(peak_kib);
        std::thread::sleep(Duration::from_millis(2));
    }
    Cost {
        wall: start.elapsed().as_secs_f64(),
        cpu: cpu_of_children() - before,
        peak_kib,
    }
}

fn peak_of(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// User and system time of all processes that this one waited for, in seconds (`proc_pid_stat(5)`, fields 16 and 17).
fn cpu_of_children() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = text.rsplit_once(')').unwrap();
    let ticks = |at: usize| -> f64 { fields.split_whitespace().nth(at).unwrap().parse().unwrap() };
    (ticks(13) + ticks(14)) * TICK
}
