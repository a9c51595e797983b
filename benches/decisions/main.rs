//! What one answer costs, with nothing kept from the ones before: `cargo bench --bench decisions -- DIRECTORY`.
//!
//! Asks the built-in rules' questions about every identity of a snapshot, each three times, of which the fastest counts, since
//! what else runs on the machine only adds. Prints the median, the 99th percentile and the slowest of those that some policy
//! speaks of, the share that is undetermined, and a digest of all answers: the same policies give the same digest on every
//! machine. Nothing here passes or fails.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not a library")]

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use jiff::Timestamp;
use leastwise::estate::AccountEstate;
use leastwise::estate::Organization;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Subject;
use leastwise::rules::Questions;
use leastwise::rules::RuleSet;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use leastwise::solve::EveryAction;
use leastwise::solve::Memo;
use leastwise::solve::Question;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use leastwise::solve::ask_in;
use leastwise::solve::catalog_actions;
use sha2::Digest;
use sha2::Sha256;

/// The time that the questions are asked for: a digest must not depend on the day.
const AS_OF: &str = "2026-11-01T00:00:00Z";

fn main() {
    let directory = std::env::args().skip(1).find(|word| word != "--bench");
    let Some(directory) = directory else {
        println!("a snapshot is wanted: cargo bench --bench decisions -- DIRECTORY");
        return;
    };
    let as_of: Timestamp = AS_OF.parse().unwrap();
    let rules = RuleSet::builtin().unwrap();
    let questions = Questions::of(&rules);
    let snapshot = Snapshot::open(vec![Source::Directory(PathBuf::from(&directory))]).unwrap();
    let files = snapshot.read_organization();
    let organization = files.records().organization.as_ref().map(Organization::of);
    let mut digest = Sha256::new();
    let mut spent: Vec<Duration> = Vec::new();
    let (mut silent, mut unknown) = (0_u32, 0_u32);
    let mut whole = Whole::default();
    let mut together = Duration::ZERO;
    for account in snapshot.accounts() {
        let files = account.read();
        let estate = AccountEstate::of(&files.records(), None);
        let scope = AccountScope::of(organization.as_ref(), estate.account);
        let subjects = Subject::all_of(&estate, &scope);
        whole.add(&subjects, as_of);
        for action in questions.actions() {
            let facts = ActionFacts::of(action);
            let question_of = |subject| Question::about(subject, &facts, as_of);
            for subject in &subjects {
                let question = question_of(subject);
                let asked = || {
                    let start = Instant::now();
                    let answer = ask(&question);
                    (start.elapsed(), answer)
                };
                let (first, answer) = asked();
                let fastest = [asked().0, asked().0].into_iter().fold(first, Duration::min);
                let witness = answer.witness.as_ref().map(|witness| (&witness.target, &witness.context));
                let line = format!("{} {action} {} {witness:?}\n", subject.principal.arn, answer.verdict);
                digest.update(line.as_bytes());
                if answer.decision.is_none() {
                    silent += 1;
                } else {
                    spent.push(fastest);
                }
                unknown += u32::from(answer.verdict == Verdict::Undetermined);
            }
            let start = Instant::now();
            let mut memo = Memo::new(false);
            for subject in &subjects {
                let _ = ask_in(&mut memo, &question_of(subject));
            }
            together += start.elapsed();
        }
    }
    spent.sort_unstable();
    let at = |percent: usize| spent.get(spent.len() * percent / 100).copied().unwrap_or_default();
    let alone: Duration = spent.iter().sum();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!("{directory}");
    println!(
        "  answers         {} that some policy speaks of, {silent} that none does",
        spent.len()
    );
    println!(
        "  each alone      {:.0} µs median, {:.0} µs 99th percentile",
        micros(at(50)),
        micros(at(99))
    );
    println!(
        "  slowest         {:.0} µs",
        micros(spent.last().copied().unwrap_or_default())
    );
    println!(
        "  all alone       {:.3} s; with what like identities share {:.3} s",
        alone.as_secs_f64(),
        together.as_secs_f64()
    );
    println!("  undetermined    {unknown}");
    println!("  digest          {:x}", digest.finalize());
    println!(
        "  all actions     {:.3} s for {} actions, {:.0} times one; {} classes an identity; {} allowed",
        whole.all.as_secs_f64(),
        catalog_actions().len(),
        whole.all.as_secs_f64() / whole.one.as_secs_f64(),
        whole.classes / whole.identities.max(1),
        whole.allowed
    );
}

/// One action, and all of the catalog, for each account with nothing known before.
#[derive(Default)]
struct Whole {
    one: Duration,
    all: Duration,
    identities: usize,
    classes: usize,
    allowed: usize,
}

impl Whole {
    fn add(&mut self, subjects: &[Subject<'_>], as_of: Timestamp) {
        let action = "ec2:TerminateInstances".parse().unwrap();
        let start = Instant::now();
        let facts = ActionFacts::of(&action);
        let mut memo = Memo::new(false);
        for subject in subjects {
            let question = Question::about(subject, &facts, as_of);
            let _ = ask_in(&mut memo, &question);
        }
        self.one += start.elapsed();
        let _ = catalog_actions();
        let start = Instant::now();
        let mut every = EveryAction::default();
        for subject in subjects {
            let answer = every.ask(subject, as_of);
            self.identities += 1;
            self.classes += answer.classes.len();
            let allowed = answer.classes.iter().filter(|class| class.told.verdict == Verdict::Allowed);
            self.allowed += allowed.map(|class| class.actions.len()).sum::<usize>();
        }
        self.all += start.elapsed();
    }
}
