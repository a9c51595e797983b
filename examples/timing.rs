use leastwise::{estate::*, evaluate::*, ident::*, snapshot::*, solve::*};
use std::time::Instant;
fn main() {
    let t0 = Instant::now();
    let src = Source::of_path(std::path::Path::new(&std::env::args().nth(1).unwrap())).unwrap();
    let snap = Snapshot::open(vec![src]).unwrap();
    let of = snap.read_organization();
    let orr = of.records();
    let org = orr.organization.as_ref().map(Organization::of);
    let as_of: jiff::Timestamp = "2026-11-01T06:00:00Z".parse().unwrap();
    println!("open {:?}", t0.elapsed());
    let acts: Vec<(Action, &str)> = [("ec2:TerminateInstances", "instance"), ("ecs:DeleteService", "service")]
        .map(|(a, b)| (a.parse().unwrap(), b))
        .into();
    let factsv: Vec<(Action, ActionFacts<'_>, &str)> = acts.iter().map(|(a, t)| (a.clone(), ActionFacts::of(a), *t)).collect();
    for a in snap.accounts() {
        let t = Instant::now();
        let files = a.read();
        let t1 = t.elapsed();
        let rec = files.records();
        let t2 = t.elapsed();
        let est = AccountEstate::of(&rec);
        let t3 = t.elapsed();
        let scope = AccountScope::of(org.as_ref(), a.id());
        let mut subj = std::time::Duration::ZERO;
        let mut asks = std::time::Duration::ZERO;
        let mut trivial = std::time::Duration::ZERO;
        let mut n = 0;
        let mut m = 0;
        for p in &est.principals {
            let q = Instant::now();
            let s = Subject::of(p, &est, &scope);
            subj += q.elapsed();
            for (action, facts, ty) in &factsv {
                let q = Instant::now();
                let inv = est.inventory.as_ref().and_then(|i| i.of_type(action.service(), ty));
                let ans = ask(&Question {
                    subject: &s,
                    action: facts,
                    scope: inv.map_or(Scope::Any, Scope::Counted),
                    as_of,
                    given: &[],
                    resource_policy: None,
                });
                let e = q.elapsed();
                if ans.decision.is_none() {
                    trivial += e;
                    m += 1
                } else {
                    asks += e;
                    n += 1
                }
            }
        }
        println!(
            "read {:?} records {:?} estate {:?} subject {:?} trivial({m}) {:?} asks({n}) {:?}",
            t1,
            t2 - t1,
            t3 - t2,
            subj,
            trivial,
            asks
        );
    }
}
