//! `explain`: why and why not, layer by layer, with the statement's text and place.

use std::io;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use leastwise::estate::DocumentState;
use leastwise::estate::Policy;
use leastwise::estate::Problem;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Formula;
use leastwise::evaluate::LayerOutcome;
use leastwise::evaluate::Request;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::Subject;
use leastwise::evaluate::trace_statement;
use leastwise::finding::Blockers;
use leastwise::finding::Citation;
use leastwise::finding::Interner;
use leastwise::finding::WeakestCondition;
use leastwise::ident::Action;
use leastwise::ident::Arn;
use leastwise::ident::Ternary;
use leastwise::policy::PolicyDocument;
use leastwise::policy::Statement;
use leastwise::report::visible;
use leastwise::rules;
use leastwise::solve::Answer;
use leastwise::solve::Question;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use leastwise::solve::blockers;
use leastwise::solve::condition;
use serde::Serialize;

use crate::args::Destination;
use crate::args::Format;
use crate::args::Reading;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::inputs::account_of;
use crate::inputs::context;
use crate::output;
use crate::who_can::Asked;
use crate::who_can::agrees;
use crate::who_can::asked_resource;
use crate::who_can::fits;
use crate::who_can::question;
use crate::witness::Witness;

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The ARN of the user, role or root user.
    pub(crate) principal: Arn,
    /// The action, such as ec2:TerminateInstances.
    pub(crate) action: Action,
    /// The resource's ARN (optional), then the sources.
    #[arg(value_name = "RESOURCE] [SOURCE")]
    pub(crate) rest: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Fix a condition key (repeatable; a key of several values is given several times).
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// The explanation, as JSON gives it.
#[derive(Debug, Serialize)]
struct Explanation {
    principal: String,
    account: String,
    action: String,
    resource: Option<String>,
    verdict: &'static str,
    conditions: Vec<String>,
    /// The weakest condition, where one is all that is missing.
    condition: Option<WeakestCondition>,
    unknowns: Vec<String>,
    reachable: Option<usize>,
    total: Option<usize>,
    /// The keys of the request that was decided, as far as a statement looks at them.
    context: Vec<String>,
    /// For what can be done: a request that succeeds.
    witness: Option<Witness>,
    /// For what is denied: what blocks every request.
    blockers: Option<Blockers>,
    /// The layers that these belong to.
    #[serde(skip)]
    blocking: Vec<String>,
    layers: Vec<LayerWords>,
}

/// One layer in words.
#[derive(Debug, Serialize)]
struct LayerWords {
    layer: String,
    says: &'static str,
    note: Option<String>,
    statements: Vec<StatementWords>,
}

/// One statement that speaks of the action.
#[derive(Debug, Serialize)]
struct StatementWords {
    policy: String,
    via: Option<String>,
    statement: usize,
    sid: Option<String>,
    effect: &'static str,
    applies: &'static str,
    /// Why it does not apply, or under what it may.
    because: Vec<String>,
    file: String,
    line: u32,
    column: u32,
    text: String,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// The verdict and its proof: the witness, or the layers that block.
    Proof,
    /// Every layer and statement.
    Full,
}

pub(crate) fn run(explain: &Explain, length: Length) -> Result<ExitCode, Failure> {
    let command = if length == Length::Full { "explain" } else { "can" };
    output::no_csv(&explain.destination, command)?;
    let (resource, sources) = resource_and_sources(&explain.rest)?;
    let inputs = Inputs::open(&sources, &explain.reading)?;
    fits(&explain.action, resource.as_ref())?;
    let account = account_of(&explain.principal)?;
    let facts = ActionFacts::of(&explain.action);
    let given = facts.with_linked(context(&explain.context)?);
    agrees(&given, resource.as_ref())?;
    let asked = Asked {
        action: &explain.action,
        facts,
        resource: resource.as_ref().map(|arn| asked_resource(&inputs, &explain.action, arn)),
        given,
    };
    let explained = inputs.one(account, |estate, scope| {
        let principal = estate.principal(&explain.principal)?;
        let subject = Subject::of(principal, estate, scope);
        let question = question(&asked, inputs.as_of, estate, &subject);
        let answer = ask(&question);
        let mut explanation = explanation(&asked, &question, &answer, resource.as_ref());
        if length == Length::Proof {
            keep_proof(&mut explanation);
        }
        Some((explanation, estate.problems.len()))
    });
    let Some((explanation, gaps)) = explained.flatten() else {
        return Err(Failure::Usage(format!(
            "{} is in none of the sources; `leastwise who-can {} --all` lists the identities",
            explain.principal, explain.action
        )));
    };
    output::write(&explain.destination, |out| match explain.destination.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &explanation)?;
            writeln!(out)
        }
        Format::Table | Format::Csv => text(&explanation, out),
    })?;
    let of_account = |problem: &&Problem| problem.account.is_none_or(|about| about == account);
    Ok(output::completeness(inputs.problems.iter().filter(of_account).count() + gaps))
}

/// Keeps the layers that block, and of what can be done none: there the witness is the proof.
fn keep_proof(explanation: &mut Explanation) {
    let is_denied = explanation.verdict == Verdict::Denied.as_str();
    explanation.context.clear();
    let blocking = std::mem::take(&mut explanation.blocking);
    let blocks = |layer: &LayerWords| match blocking.as_slice() {
        [] => matches!(layer.says, "denies" | "does not allow"),
        named => named.contains(&layer.layer),
    };
    explanation.layers.retain(|layer| is_denied && blocks(layer));
}

/// The first argument is the resource when it is an ARN, or `*`.
fn resource_and_sources(rest: &[PathBuf]) -> Result<(Option<Arn>, Vec<PathBuf>), Failure> {
    let Some((first, others)) = rest.split_first() else {
        return Ok((None, Vec::new()));
    };
    let text = first.to_string_lossy();
    if text == "*" {
        return Ok((None, others.to_vec()));
    }
    if text.starts_with("arn:") {
        let arn = text
            .parse()
            .map_err(|error: leastwise::ident::InvalidArn| Failure::Usage(error.to_string()))?;
        return Ok((Some(arn), others.to_vec()));
    }
    Ok((None, rest.to_vec()))
}

fn explanation(asked: &Asked<'_>, question: &Question<'_>, answer: &Answer<'_>, resource: Option<&Arn>) -> Explanation {
    let subject = question.subject;
    let mut caller = subject.caller.clone();
    let request = answer.request.as_ref().map(|decided| {
        caller.credentials = decided.credentials;
        Request {
            caller: &caller,
            action: asked.action,
            target: decided.target.clone(),
            context: decided.context.clone(),
        }
    });
    let layers = answer.decision.iter().flat_map(|decision| {
        decision
            .layers
            .iter()
            .map(|layer| layer_words(layer, asked, subject, request.as_ref()))
    });
    let mut layers: Vec<LayerWords> = layers.collect();
    if layers.is_empty() {
        layers.push(LayerWords {
            layer: "identity policies".into(),
            says: "does not allow",
            note: Some(format!("no policy of the identity or its groups allows {}", asked.action)),
            statements: spoken(subject.stack.identity.iter().copied(), asked, subject, &[], None),
        });
    }
    let blockers = (answer.verdict == Verdict::Denied).then(|| blockers(question)).flatten();
    Explanation {
        principal: subject.principal.arn.to_string(),
        account: subject.caller.account.map(|account| account.to_string()).unwrap_or_default(),
        action: asked.action.to_string(),
        resource: resource.or(answer.representative.as_ref()).map(ToString::to_string),
        verdict: answer.verdict.as_str(),
        conditions: answer
            .conditions
            .iter()
            .map(|condition| condition.words.to_string())
            .collect(),
        condition: condition(question, answer).map(|found| rules::weakest(&found, asked.action, &mut Interner::new())),
        unknowns: answer.unknowns.iter().map(ToString::to_string).collect(),
        reachable: answer.reached.as_ref().map(|reached| reached.indices.len()),
        total: answer.reached.as_ref().map(|reached| reached.total),
        context: answer
            .request
            .iter()
            .flat_map(|request| context_words(&request.context))
            .collect(),
        witness: answer.witness.as_ref().map(|request| {
            let policy = asked.resource.as_ref().and_then(|resource| resource.policy.as_deref());
            Witness::of(subject, asked.action, request, policy)
        }),
        blocking: blockers
            .iter()
            .flat_map(|found| &found.members)
            .map(|blocker| blocker.layer.to_string())
            .collect(),
        blockers: blockers
            .as_ref()
            .map(|found| rules::blockers(found, subject, false, &mut Interner::new())),
        layers,
    }
}

/// The keys of a context in words.
fn context_words(context: &RequestContext) -> Vec<String> {
    let words = |value: &ContextValue| match value {
        ContextValue::Absent => "absent".to_owned(),
        ContextValue::Single(value) => value.to_string(),
        ContextValue::Many(values) => values.join(", "),
        ContextValue::Prefix(prefix) => format!("{prefix}…, the rest chosen when the session is issued"),
        ContextValue::Unknown(class) => format!("not fixed (control class {})", class.letter()),
        ContextValue::Open(point) => point.to_string(),
        ContextValue::MfaNotProven | ContextValue::MfaAgeNotProven => "not proven in a role session [E246]".to_owned(),
        ContextValue::OneOf(values) => format!("one of {}", values.join(", ")),
    };
    context
        .iter()
        .map(|(key, value)| format!("{key} = {}", words(value)))
        .collect()
}

/// Why a statement applies or not, element by element.
fn because(policy: &Policy, document: &PolicyDocument, statement: &Statement, request: Option<&Request<'_>>) -> Vec<String> {
    let Some(request) = request else { return Vec::new() };
    let trace = trace_statement(statement, document, policy.policy_type, request);
    let mut found = Vec::new();
    if trace.resource.is_false() {
        found.push("its resources do not cover this one".to_owned());
    } else if !trace.resource.is_true() {
        found.push(format!("its resources: {}", open_words(&trace.resource)));
    }
    for (test, holds) in trace.tests {
        let words = format!("{} {} [{}]", test.operator_text(), test.key, test.values.join(", "));
        if holds.is_false() {
            found.push(format!("{words} is false"));
        } else if !holds.is_true() {
            found.push(format!("{words} is open: {}", open_words(&holds)));
        }
    }
    found
}

fn open_words(formula: &Formula) -> String {
    formula.atoms().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn layer_words(
    outcome: &LayerOutcome<'_>,
    asked: &Asked<'_>,
    subject: &Subject<'_>,
    request: Option<&Request<'_>>,
) -> LayerWords {
    let says = match (&outcome.deny, &outcome.allow) {
        (Formula::True, _) => "denies",
        (_, Formula::False) => "does not allow",
        (Formula::False, Formula::True) => "allows",
        _ => "allows under conditions, or what it says is not known",
    };
    let policies = policies_of(outcome, subject);
    LayerWords {
        layer: outcome.layer.to_string(),
        says,
        note: outcome.note.as_ref().map(ToString::to_string),
        statements: spoken(policies.into_iter(), asked, subject, &outcome.hits, request),
    }
}

/// The policies of a layer, also those of which no statement applies.
fn policies_of<'p>(outcome: &LayerOutcome<'p>, subject: &Subject<'p>) -> Vec<&'p Policy> {
    use leastwise::evaluate::Guardrails;
    use leastwise::evaluate::Layer;
    let level = |guardrails: &Guardrails<'p>, target: &str| match guardrails {
        Guardrails::Levels(levels) => levels
            .iter()
            .filter(|level| &*level.target == target)
            .flat_map(|level| level.policies.iter().flatten().copied())
            .collect(),
        Guardrails::None | Guardrails::NotCollected(_) => Vec::new(),
    };
    match &outcome.layer {
        Layer::Identity => subject.stack.identity.clone(),
        Layer::Boundary => subject.stack.boundary.into_iter().collect(),
        Layer::ServiceControl(target) => level(&subject.stack.scps, target),
        // Those of another account's path are not the identity's own (E205).
        Layer::ResourceControl(target) => match level(&subject.stack.rcps, target) {
            own if own.is_empty() => outcome.hits.iter().map(|hit| hit.policy).collect(),
            own => own,
        },
        Layer::Session | Layer::Resource | Layer::Endpoint | Layer::ServiceRule => {
            outcome.hits.iter().map(|hit| hit.policy).collect()
        }
    }
}

/// The statements that speak of the action, with whether they apply.
fn spoken<'p>(
    policies: impl Iterator<Item = &'p Policy>,
    asked: &Asked<'_>,
    subject: &Subject<'_>,
    hits: &[leastwise::evaluate::StatementHit<'_>],
    request: Option<&Request<'_>>,
) -> Vec<StatementWords> {
    let mut found = Vec::new();
    for policy in policies {
        let document = match &policy.document {
            DocumentState::Parsed(document) => document,
            DocumentState::Invalid(invalid) => {
                let offset = invalid.first().map_or(0, |problem| problem.offset);
                found.push(unread(
                    policy,
                    subject,
                    offset,
                    &format!("the document is not valid: {invalid}"),
                ));
                continue;
            }
            DocumentState::Missing(why) => {
                found.push(unread(policy, subject, 0, &format!("the document is missing: {why}")));
                continue;
            }
        };
        for (index, statement) in document.statements.iter().enumerate() {
            if statement.action.matches(asked.action) == Ternary::No {
                continue;
            }
            let hit = hits.iter().find(|hit| std::ptr::eq(hit.policy, policy) && hit.index == index);
            let (line, column) = policy.text.place(statement.span.start);
            found.push(StatementWords {
                policy: policy.name.to_string(),
                via: subject.group_of(policy).map(|group| format!("group {group}")),
                statement: index + 1,
                sid: statement.sid.as_ref().map(ToString::to_string),
                effect: statement.effect.as_str(),
                applies: match hit.map(|hit| &hit.applies) {
                    Some(Formula::True) => "applies",
                    Some(_) => "may apply",
                    None => "does not apply to this request",
                },
                because: because(
                    policy,
                    document,
                    statement,
                    request.filter(|_| hit.is_none_or(|hit| !hit.applies.is_true())),
                ),
                file: policy.text.file.to_string(),
                line,
                column,
                text: policy
                    .text
                    .text
                    .get(statement.span.start..statement.span.end)
                    .unwrap_or_default()
                    .to_owned(),
            });
        }
    }
    found
}

fn unread(policy: &Policy, subject: &Subject<'_>, offset: usize, text: &str) -> StatementWords {
    let (line, column) = policy.text.place(offset);
    StatementWords {
        policy: policy.name.to_string(),
        via: subject.group_of(policy).map(|group| format!("group {group}")),
        statement: 0,
        sid: None,
        effect: "unknown",
        applies: "may apply",
        because: Vec::new(),
        file: policy.text.file.to_string(),
        line,
        column,
        text: text.to_owned(),
    }
}

fn text(explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let show = |text: &str| visible(text).into_owned();
    let resource = explanation
        .resource
        .as_deref()
        .map(|resource| format!(" on {}", show(resource)))
        .unwrap_or_default();
    writeln!(
        out,
        "{}: {} {}{resource}",
        explanation.verdict,
        show(&explanation.principal),
        show(&explanation.action)
    )?;
    if let (Some(reachable), Some(total)) = (explanation.reachable, explanation.total) {
        writeln!(out, "  reaches {reachable} of {total} counted resources")?;
    }
    if let Some(condition) = &explanation.condition {
        writeln!(out, "  condition: {}", show(&condition.words))?;
    }
    // The whole condition says what these say of one way to call.
    let of_one_way = explanation.conditions.iter().filter(|_| explanation.condition.is_none());
    for condition in of_one_way {
        let word = if explanation.verdict == Verdict::Allowed.as_str() {
            "the holder chooses"
        } else {
            "condition"
        };
        writeln!(out, "  {word}: {}", show(condition))?;
    }
    for unknown in &explanation.unknowns {
        writeln!(out, "  not known: {}", show(unknown))?;
    }
    for key in &explanation.context {
        writeln!(out, "  asked with: {}", show(key))?;
    }
    if let Some(witness) = &explanation.witness {
        writeln!(out)?;
        writeln!(out, "a request that succeeds:")?;
        for line in witness.lines() {
            writeln!(out, "  {}", show(&line))?;
        }
        writeln!(out, "as a policy test (leastwise test):")?;
        writeln!(out, "  {}", show(&witness.case()))?;
        writeln!(out, "in AWS's simulator (identity policies and boundary only):")?;
        writeln!(out, "  {}", show(witness.command()))?;
    }
    if let Some(blockers) = &explanation.blockers {
        blocked_by(blockers, out)?;
    }
    for layer in &explanation.layers {
        writeln!(out)?;
        writeln!(out, "{}: {}", show(&layer.layer), layer.says)?;
        if let Some(note) = &layer.note {
            writeln!(out, "  {}", show(note))?;
        }
        if layer.statements.is_empty() && layer.note.is_none() {
            writeln!(out, "  no statement speaks of {}", show(&explanation.action))?;
        }
        for statement in &layer.statements {
            let via = statement
                .via
                .as_deref()
                .map(|via| format!(", through {}", show(via)))
                .unwrap_or_default();
            let sid = statement
                .sid
                .as_deref()
                .map(|sid| format!(" ({})", show(sid)))
                .unwrap_or_default();
            let place = match &*statement.file {
                "" => String::new(),
                file => format!("at {}:{}:{}", show(file), statement.line, statement.column),
            };
            match statement.statement {
                0 => writeln!(out, "  {}{via}: {} {place}", show(&statement.policy), show(&statement.text))?,
                number => {
                    writeln!(
                        out,
                        "  {} {}: statement {number}{sid} of {}{via}",
                        statement.effect,
                        statement.applies,
                        show(&statement.policy)
                    )?;
                    for reason in &statement.because {
                        writeln!(out, "    since {}", show(reason))?;
                    }
                    writeln!(out, "    {place}")?;
                    for line in dedented(&statement.text) {
                        writeln!(out, "    | {}", show(line))?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// What blocks every request, and what of it alone is in the way.
fn blocked_by(blockers: &Blockers, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    match (&*blockers.members, blockers.is_minimal) {
        ([], _) => {
            return writeln!(
                out,
                "no policy blocks it: a rule of the service does, or there is nothing that it could be called on"
            );
        }
        ([_], true) => writeln!(out, "what blocks every request:")?,
        (_, true) => writeln!(out, "what blocks every request, all of it needed:")?,
        (_, false) => writeln!(out, "what blocks every request; less may suffice:")?,
    }
    for blocker in &blockers.members {
        let is_fix = |fixes: &[Citation]| fixes.contains(&blocker.by);
        let fix = match (&blockers.single_fixes, blocker.by.statement) {
            (Some(fixes), Some(_)) if is_fix(fixes) => "; without it some request would succeed",
            (Some(fixes), None) if is_fix(fixes) => "; if it allowed, some request would succeed",
            _ => "",
        };
        let by = match blocker.by.statement {
            Some(_) => blocker.by.to_string(),
            None => blocker.by.policy.to_string(),
        };
        let words = match (blocker.by.statement, &*blocker.keys) {
            (Some(_), []) => String::new(),
            (Some(_), keys) => format!(", by {}", keys.join(", ")),
            (None, _) => format!(": {}", blocker.words),
        };
        writeln!(out, "  {}{}{fix}", visible(&by), visible(&words))?;
    }
    Ok(())
}

/// The lines of a statement without the indent that the file gave them.
fn dedented(text: &str) -> Vec<&str> {
    let indent = text
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let first = text.lines().take(1);
    first
        .chain(text.lines().skip(1).map(|line| line.get(indent..).unwrap_or(line)))
        .collect()
}
