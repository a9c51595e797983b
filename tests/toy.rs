//! Small worlds: one user, few letters, three keys that stand in each other's tests. Every request of such a world is tried.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use leastwise::estate::Attachment;
use leastwise::estate::Policy;
use leastwise::estate::PolicyText;
use leastwise::estate::Principal;
use leastwise::estate::PrincipalKind;
use leastwise::estate::Tags;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Decision;
use leastwise::evaluate::DerivedFacts;
use leastwise::evaluate::Guardrails;
use leastwise::evaluate::Level;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::Request;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::Subject;
use leastwise::evaluate::Target;
use leastwise::evaluate::decide;
use leastwise::evaluate::derive_into;
use leastwise::ident::Action;
use leastwise::policy::PolicyType;
use leastwise::solve::Answer;
use leastwise::solve::Question;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use serde_json::Value;
use serde_json::json;

use crate::agreement::Random;
use crate::reach::TERMINATE;
use crate::reach::policy;

/// What a world calls its things.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    pub account: &'static str,
    pub user: &'static str,
    pub tags: [&'static str; 2],
    pub letters: [&'static str; 2],
}

pub const NAMES: Names = Names {
    account: "111122223333",
    user: "ab",
    tags: ["k", "j"],
    letters: ["a", "b"],
};

/// The policies of a world, as statements; the same seed with other names gives the same world with other names.
#[derive(Debug, Clone)]
pub struct World {
    pub names: Names,
    pub identity: Vec<Vec<Value>>,
    pub boundary: Option<Vec<Value>>,
    pub scps: Vec<Vec<Value>>,
}

impl World {
    pub fn random(random: &mut Random, names: Names) -> Self {
        let identity = (0..=random.next() % 2).map(|_| document(random, names, 2)).collect();
        let boundary = random.chance(20).then(|| document(random, names, 1));
        let scps = if random.chance(30) {
            vec![document(random, names, 1)]
        } else {
            Vec::new()
        };
        Self {
            names,
            identity,
            boundary,
            scps,
        }
    }

    /// All policies as one text.
    pub fn text(&self) -> String {
        json!([self.identity, self.boundary, self.scps]).to_string()
    }
}

pub fn document(random: &mut Random, names: Names, allows: u64) -> Vec<Value> {
    let mut statements: Vec<Value> = (0..=random.next() % allows)
        .map(|_| statement(random, names, "Allow"))
        .collect();
    statements.extend((0..random.next() % 3).map(|_| statement(random, names, "Deny")));
    statements
}

/// A statement that speaks of the action.
pub fn statement(random: &mut Random, names: Names, effect: &str) -> Value {
    let mut statement = json!({"Effect": effect});
    match random.next() % 4 {
        0 => statement["Action"] = json!("*"),
        1 => statement["NotAction"] = json!("iam:*"),
        _ => statement["Action"] = json!([TERMINATE]),
    }
    let resource = if random.chance(20) { "NotResource" } else { "Resource" };
    statement[resource] = if random.chance(50) && resource == "Resource" {
        json!("*")
    } else {
        let account = *random.pick(&[names.account, "*"]);
        let instance = random.pick(&["i-*", "i-0*", "i-*a", "i-0", "i-??", "i-*0*a*"]);
        json!([format!("arn:aws:ec2:*:{account}:instance/{instance}")])
    };
    for _ in 0..random.next() % 4 {
        let (operator, key, values) = test(random, names);
        statement["Condition"][operator][key] = json!(values);
    }
    statement
}

fn test(random: &mut Random, names: Names) -> (String, String, Vec<String>) {
    let some = |random: &mut Random| 1 + random.next() % 2;
    if random.chance(20) {
        let blocks = ["203.0.113.0/24", "203.0.113.0/25", "0.0.0.0/0", "2001:db8::/32"];
        let operator = random.pick(&["IpAddress", "NotIpAddress"]);
        let if_exists = if random.chance(25) { "IfExists" } else { "" };
        let values = (0..some(random)).map(|_| (*random.pick(&blocks)).to_owned()).collect();
        return (format!("{operator}{if_exists}"), "aws:SourceIp".to_owned(), values);
    }
    let own = usize::from(random.chance(40));
    let prefix = random.pick(&["aws", "aws", "ec2"]);
    let key = format!("{prefix}:ResourceTag/{}", names.tags[own]);
    if random.chance(15) {
        let value = random.pick(&["true", "false"]);
        return ("Null".to_owned(), key, vec![(*value).to_owned()]);
    }
    let operator = *random.pick(&[
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ]);
    let qualifier = if random.chance(10) {
        *random.pick(&["ForAllValues:", "ForAnyValue:"])
    } else {
        ""
    };
    let if_exists = if random.chance(25) { "IfExists" } else { "" };
    let values = (0..some(random)).map(|_| value(random, names, own, operator)).collect();
    (format!("{qualifier}{operator}{if_exists}"), key, values)
}

fn value(random: &mut Random, names: Names, own: usize, operator: &str) -> String {
    if random.chance(15) {
        let other = names.tags[1 - own];
        return match random.next() % 3 {
            0 => "${aws:username}".to_owned(),
            1 => format!("${{aws:ResourceTag/{other}}}"),
            _ => format!("${{aws:ResourceTag/{other}, '{}'}}", names.letters[0]),
        };
    }
    let [a, b] = names.letters;
    let pieces: &[&str] = if operator.ends_with("Like") {
        &[a, b, "*", "?"]
    } else {
        &[a, b]
    };
    (0..=random.next() % 2)
        .map(|_| pieces[usize::try_from(random.next()).unwrap_or_default() % pieces.len()])
        .collect()
}

/// A world as the evaluator and the solver take it.
pub struct Built {
    principal: Principal,
    scps: Vec<Policy>,
    scope: AccountScope,
    account: &'static str,
}

fn parsed(statements: &[Value], policy_type: PolicyType) -> Policy {
    let text = PolicyText {
        text: policy(&json!(statements)).to_string().into(),
        ..PolicyText::default()
    };
    let policy = Policy::parse("p", policy_type, text);
    assert!(policy.parsed().is_some(), "{:?} {statements:?}", policy.document);
    policy
}

pub fn as_of() -> Timestamp {
    "2026-11-01T06:00:00Z".parse().unwrap()
}

pub fn terminate() -> Action {
    TERMINATE.parse().unwrap()
}

impl Built {
    pub fn of(world: &World) -> Self {
        let names = world.names;
        let attachments = world.identity.iter().map(|statements| Attachment {
            policy: Arc::new(parsed(statements, PolicyType::Identity)),
            group: None,
        });
        let boundary = world.boundary.as_deref();
        Self {
            principal: Principal {
                kind: PrincipalKind::IamUser,
                arn: format!("arn:aws:iam::{}:user/{}", names.account, names.user).parse().unwrap(),
                unique_id: None,
                tags: Some(Tags::default().into()),
                created: None,
                attachments: attachments.collect(),
                boundary: boundary.map(|statements| Arc::new(parsed(statements, PolicyType::PermissionsBoundary))),
                trust: None,
                role_last_used: None,
                password_last_used: None,
                gaps: Vec::new(),
            },
            scps: world
                .scps
                .iter()
                .map(|statements| parsed(statements, PolicyType::ServiceControl))
                .collect(),
            scope: AccountScope::standalone(),
            account: names.account,
        }
    }

    pub fn subject(&self) -> Subject<'_> {
        let mut subject = Subject::in_account(&self.principal, self.account.parse().unwrap(), &self.scope);
        if !self.scps.is_empty() {
            let levels = self.scps.iter().map(|policy| Level {
                target: "level".into(),
                policies: Some(vec![policy]),
            });
            subject.stack.scps = Guardrails::Levels(levels.collect());
        }
        subject
    }

    /// Whether any request succeeds.
    pub fn verdict(&self) -> Verdict {
        self.answer(|answer| answer.verdict)
    }

    pub fn answer<R>(&self, look: impl FnOnce(&Answer<'_>) -> R) -> R {
        let action = terminate();
        look(&ask(&Question::about(&self.subject(), &ActionFacts::of(&action), as_of())))
    }
}

/// A request of a toy world: the instance's name, its tags (both, in the order of the names), and the address.
#[derive(Debug, Clone)]
pub struct Call {
    pub instance: String,
    pub tags: [Option<String>; 2],
    pub address: Option<&'static str>,
}

impl Call {
    pub fn target(&self, names: Names) -> Target {
        let arn = format!("arn:aws:ec2:us-east-1:{}:instance/{}", names.account, self.instance);
        Target::resource(arn.parse().unwrap())
    }

    pub fn tags(&self, names: Names) -> Tags {
        let tags = names.tags.iter().zip(&self.tags);
        let there = tags.filter_map(|(key, value)| Some((Box::from(*key), Box::from(value.as_deref()?))));
        there.collect::<BTreeMap<_, _>>()
    }

    pub fn context(&self, subject: &Subject<'_>, names: Names) -> RequestContext {
        let action = terminate();
        let tags = self.tags(names);
        let facts = DerivedFacts {
            time: as_of(),
            region: None,
            resource_tags: Some(&tags),
            resource_organization: None,
        };
        let mut keys = vec![
            "aws:sourceip".to_owned(),
            "aws:sourcevpce".to_owned(),
            "aws:username".to_owned(),
        ];
        for tag in names.tags {
            keys.extend(["aws", "ec2"].map(|prefix| format!("{prefix}:resourcetag/{tag}")));
        }
        let wanted = keys.into_iter().map(Box::from).collect::<BTreeSet<_>>();
        let mut context = RequestContext::only(Arc::new(wanted));
        derive_into(
            &mut context,
            &subject.caller,
            &ActionFacts::of(&action),
            &self.target(names),
            &facts,
        );
        match self.address {
            Some(address) => context.set("aws:SourceIp", ContextValue::single(address)),
            None => context.set("aws:SourceVpce", ContextValue::single("vpce-1")),
        }
        context
    }
}

pub fn decided<'s>(subject: &'s Subject<'_>, target: Target, context: RequestContext) -> Decision<'s> {
    let action = terminate();
    let request = Request {
        caller: &subject.caller,
        action: &action,
        target,
        context,
    };
    decide(&subject.stack, &request)
}

/// All texts over the letters up to a length.
fn texts(letters: &[&str], length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        last = last
            .iter()
            .flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")))
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

pub const ADDRESSES: [Option<&str>; 6] = [
    Some("8.8.8.8"),
    Some("203.0.113.7"),
    Some("203.0.113.200"),
    Some("2001:db8::1"),
    Some("2a00::1"),
    None,
];

/// A request that succeeds, of all those of the toy world that its policies can tell apart by what they mention.
fn first_success(world: &World, subject: &Subject<'_>) -> Option<Call> {
    let text = world.text();
    let [a, b] = world.names.letters;
    let values = |tag: &str, length: usize| -> Vec<Option<String>> {
        let is_named = text.contains(&format!("ResourceTag/{tag}"));
        let texts = if is_named { texts(&[a, b, "x"], length) } else { Vec::new() };
        std::iter::once(None).chain(texts.into_iter().map(Some)).collect()
    };
    let instances: Vec<String> = if text.contains("instance/") {
        let names = texts(&["0", "a", "1"], 3).into_iter().skip(1);
        names.map(|name| format!("i-{name}")).collect()
    } else {
        vec!["i-0".to_owned()]
    };
    let addresses: &[Option<&str>] = if text.contains("SourceIp") {
        &ADDRESSES
    } else {
        &ADDRESSES[..1]
    };
    // One tag alone may be longer.
    let [one, other] = world.names.tags;
    let length = if text.contains(&format!("ResourceTag/{one}")) && text.contains(&format!("ResourceTag/{other}")) {
        2
    } else {
        3
    };
    let (first, second) = (values(one, length), values(other, length));
    // Of names that the patterns do not tell apart one is enough.
    let patterns = ["i-0*", "i-*a", "i-0", "i-??", "i-*0*a*"].map(leastwise::ident::Glob::from_policy_text);
    let kinds: BTreeMap<Vec<bool>, String> = instances
        .into_iter()
        .rev()
        .map(|name| (patterns.iter().map(|pattern| pattern.matches(&name)).collect(), name))
        .collect();
    for instance in kinds.into_values() {
        for address in addresses {
            let mut call = Call {
                instance: instance.clone(),
                tags: [None, None],
                address: *address,
            };
            let bare = call.context(subject, world.names);
            for one in &first {
                for other in &second {
                    call.tags = [one.clone(), other.clone()];
                    let mut context = bare.clone();
                    for (key, value) in call.tags(world.names) {
                        context.set_resource_tag(&key, &ContextValue::Single(value));
                    }
                    if decided(subject, call.target(world.names), context).outcome == Outcome::Allow {
                        return Some(call);
                    }
                }
            }
        }
    }
    None
}

const WORLDS: usize = 60;

#[test]
fn the_answer_is_that_of_trying_every_request() {
    let random = &mut Random::new(8);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..WORLDS {
        let world = World::random(random, NAMES);
        let built = Built::of(&world);
        let subject = built.subject();
        let succeeds = first_success(&world, &subject);
        if let Some(call) = &succeeds {
            let whole = call.context(&subject, NAMES);
            assert_eq!(
                decided(&subject, call.target(NAMES), whole).outcome,
                Outcome::Allow,
                "{call:?}"
            );
        }
        let what = built.answer(|answer| match (answer.verdict, &succeeds) {
            (Verdict::Allowed | Verdict::Conditional, Some(_)) => "can",
            (Verdict::Denied, None) => "cannot",
            (Verdict::Denied, Some(call)) => panic!("denied, and yet {call:?} succeeds\n{}", world.text()),
            (Verdict::Undetermined, _) => "not known",
            (Verdict::Allowed | Verdict::Conditional, None) => {
                // Then it is a request that is none of the toy world's.
                let witness = answer.witness.as_ref().unwrap();
                let outcome = decided(&subject, witness.target.clone(), witness.context.clone()).outcome;
                assert_eq!(outcome, Outcome::Allow, "{witness:?}\n{}", world.text());
                "can, by another request"
            }
        });
        *counts.entry(what).or_default() += 1;
    }
    eprintln!("{counts:?}");
    let of = |what: &str| counts.get(what).copied().unwrap_or_default();
    assert!(of("can") * 5 > WORLDS && of("cannot") * 5 > WORLDS, "{counts:?}");
    assert!(
        of("not known") * 10 < WORLDS && of("can, by another request") * 10 < WORLDS,
        "{counts:?}"
    );
}
