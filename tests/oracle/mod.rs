//! Our answers against those of an SMT solver: is there any request that succeeds? The encoding (`encoder.py`) is written
//! from the rules alone; that it fits the evaluator is shown too: every request that it finds succeeds there, and none of
//! many others does where it finds none.
//!
//! `LEASTWISE_ORACLE_QUESTIONS` says how many questions are asked, `LEASTWISE_ORACLE_SEED` which ones.

mod answers;
mod subject;

use std::collections::BTreeMap;
use std::env;

use answers::Line;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Outcome;
use leastwise::ident::Action;
use leastwise::solve::Question;
use leastwise::solve::Scope;
use leastwise::solve::Verdict;
use leastwise::solve::ask;

const QUESTIONS: usize = 300;
const SEED: &str = "1";

/// Enough for each flaw to show.
const FLAWED_QUESTIONS: usize = 200;

/// Beyond this share without an answer the comparison says too little.
const UNANSWERED_PERCENT: usize = 5;

/// What the comparison of one question gave.
struct Compared {
    what: &'static str,
    /// Where something is wrong: what, and all that is needed to look at it again.
    wrong: Option<String>,
}

#[test]
fn an_smt_solver_gives_the_same_answers() {
    let count = setting("LEASTWISE_ORACLE_QUESTIONS").map_or(QUESTIONS, |count| count.parse().unwrap());
    let seed = setting("LEASTWISE_ORACLE_SEED").unwrap_or_else(|| SEED.to_owned());
    let lines = match answers::lines(&seed, count, &[]) {
        Ok(lines) => lines,
        Err(why) => return skip(&why),
    };
    assert_eq!(lines.len(), count);
    let compared: Vec<Compared> = lines.iter().map(compare).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for compared in &compared {
        *counts.entry(compared.what).or_default() += 1;
    }
    eprintln!("{count} questions of seed {seed}: {counts:?}");
    let wrong: Vec<&str> = compared.iter().filter_map(|compared| compared.wrong.as_deref()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {count}: {counts:?}\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    let of = |what: &str| counts.get(what).copied().unwrap_or_default();
    let unanswered = of("we do not know") + of("the SMT solver ran out of time");
    assert!(unanswered * 100 <= count * UNANSWERED_PERCENT, "{counts:?}");
    // Questions that all have one answer would prove nothing.
    assert!(of("both can") * 5 > count && of("both cannot") * 5 > count, "{counts:?}");
}

/// The evaluator notices a wrong encoding, whatever our solver says: an absent key that fails a negated test, `IfExists` that
/// fails on an absent key, `NotResource` as "not all" instead of "none".
#[test]
fn a_flaw_of_the_encoding_is_noticed() {
    for flaw in ["absent", "if exists", "not resource"] {
        let lines = match answers::lines(SEED, FLAWED_QUESTIONS, &[flaw]) {
            Ok(lines) => lines,
            Err(why) => return skip(&why),
        };
        let noticed = lines.iter().filter(|line| replays(line).is_err()).count();
        eprintln!("{flaw}: noticed on {noticed} of {FLAWED_QUESTIONS}");
        assert!(noticed > 0, "{flaw}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the size of this test is set from outside")]
fn setting(name: &str) -> Option<String> {
    env::var(name).ok()
}

fn skip(why: &str) {
    assert!(setting("CI").is_none(), "{why}");
    eprintln!("skipped: {why}");
}

fn compare(line: &Line) -> Compared {
    let policies = subject::Policies::of(&line.question);
    let subject = policies.subject(&line.question);
    let action: Action = line.question.action.parse().unwrap();
    let facts = ActionFacts::of(&action);
    let answer = ask(&Question {
        subject: &subject,
        action: &facts,
        scope: Scope::Any,
        as_of: subject::as_of(),
        given: &[],
        resource_policy: policies.of_resource(),
        owner: None,
    });
    let (what, is_wrong) = match (answer.verdict, line.answer.as_str()) {
        (Verdict::Undetermined, _) => ("we do not know", false),
        (_, "unknown") => ("the SMT solver ran out of time", false),
        (Verdict::Allowed | Verdict::Conditional, "sat") => ("both can", false),
        (Verdict::Denied, "unsat") => ("both cannot", false),
        (Verdict::Denied, "sat") => ("we say cannot, the SMT solver can", true),
        (Verdict::Allowed | Verdict::Conditional, "unsat") => ("we say can, the SMT solver cannot", true),
        _ => ("no question", true),
    };
    let replayed = replays(line);
    let unknowns = if answer.verdict == Verdict::Undetermined {
        answer.unknowns.join("; ")
    } else {
        String::new()
    };
    if !unknowns.is_empty() {
        eprintln!("question {}: {unknowns}", line.question.number);
    }
    let wrong = (is_wrong || replayed.is_err()).then(|| {
        format!(
            "question {}: {what}; {}\n{}\nour verdict: {}, conditions {:?}, request {:?}\nSMT: {} {}",
            line.question.number,
            replayed.err().unwrap_or_default(),
            line.text,
            answer.verdict,
            answer.conditions.iter().map(|condition| &condition.words).collect::<Vec<_>>(),
            answer.request,
            line.answer,
            serde_json::to_string(&line.model).unwrap(),
        )
    });
    Compared { what, wrong }
}

/// The encoding against the evaluator: the request that it finds succeeds, and none does where it finds none.
fn replays(line: &Line) -> Result<(), String> {
    let policies = subject::Policies::of(&line.question);
    let subject = policies.subject(&line.question);
    if let Some(model) = &line.model {
        let outcome = subject::decide_request(&subject, &line.question, model);
        if outcome != Outcome::Allow {
            return Err(format!("the SMT solver's request is not allowed but {outcome:?}"));
        }
    }
    if line.answer == "unsat" {
        for request in &line.requests {
            let outcome = subject::decide_request(&subject, &line.question, request);
            if outcome == Outcome::Allow {
                let request = serde_json::to_string(request).unwrap();
                return Err(format!("the SMT solver finds no request, and this one is allowed: {request}"));
            }
        }
    }
    Ok(())
}
