use leastwise::{estate::*, evaluate::*, ident::*, snapshot::*, solve::*};
fn main() {
    let src = Source::of_path(std::path::Path::new(&std::env::args().nth(1).unwrap())).unwrap();
    let snap = Snapshot::open(vec![src]).unwrap();
    let of = snap.read_organization();
    let orr = of.records();
    let org = orr.organization.as_ref().map(Organization::of);
    let as_of: jiff::Timestamp = "2026-11-01T06:00:00Z".parse().unwrap();
    let mut exp = std::collections::BTreeMap::new();
    if let Some(p) = std::env::args().nth(2) {
        let t = std::fs::read_to_string(p).unwrap();
        for l in t.lines().skip(1) {
            let f: Vec<&str> = l.splitn(7, ',').collect();
            exp.insert(
                (f[0].to_string(), f[2].to_string()),
                (f[3].to_string(), f[4].to_string(), f[5].to_string(), f[6].to_string()),
            );
        }
    }
    let mut n = 0;
    for a in snap.accounts() {
        let files = a.read();
        let rec = files.records();
        let est = AccountEstate::of(&rec);
        let scope = AccountScope::of(org.as_ref(), a.id());
        for p in &est.problems {
            if !exp.is_empty() {
                println!("PROBLEM {} {}", p.subject, p.detail);
            }
        }
        for p in &est.principals {
            let s = Subject::of(p, &est, &scope);
            for (act, ty) in [("ec2:TerminateInstances", "instance"), ("ecs:DeleteService", "service")] {
                let action: Action = act.parse().unwrap();
                let inv = est.inventory.as_ref().and_then(|i| i.of_type(action.service(), ty));
                let ans = ask(&Question {
                    subject: &s,
                    action: &action,
                    scope: inv.map_or(Scope::Any, Scope::Counted),
                    as_of,
                    given: &[],
                    resource_policy: None,
                });
                n += 1;
                let r = ans
                    .reached
                    .as_ref()
                    .map(|r| (r.indices.len().to_string(), r.total.to_string()))
                    .unwrap_or_default();
                if let Some(e) = exp.get(&(p.arn.to_string(), act.to_string())) {
                    if e.0 != ans.verdict.as_str() || e.1 != r.0 || e.2 != r.1 {
                        println!(
                            "DIFF {} {act} expected {:?} got {} {:?} cond={:?} unk={:?}",
                            p.arn,
                            e,
                            ans.verdict,
                            r,
                            ans.conditions.iter().map(|c| c.words.to_string()).collect::<Vec<_>>(),
                            ans.unknowns
                        );
                    }
                } else if !exp.is_empty() {
                    println!("NOEXP {} {act} {}", p.arn, ans.verdict);
                }
                if exp.is_empty() {
                    println!(
                        "{} {act} {} {:?} {:?}",
                        p.arn,
                        ans.verdict,
                        ans.conditions.iter().map(|c| c.words.to_string()).collect::<Vec<_>>(),
                        ans.unknowns
                    );
                }
            }
        }
    }
    println!("{n}");
}
