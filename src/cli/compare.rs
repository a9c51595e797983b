//! `compare`: what a policy document allows that another does not.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use leastwise::catalog::Catalog;
use leastwise::estate::Attachment;
use leastwise::estate::Policy;
use leastwise::estate::PolicyText;
use leastwise::estate::Principal;
use leastwise::estate::PrincipalKind;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Subject;
use leastwise::ident::AccountId;
use leastwise::ident::Action;
use leastwise::ident::Arn;
use leastwise::ident::Ternary;
use leastwise::policy::PolicyDocument;
use leastwise::policy::PolicyType;
use leastwise::report::visible;
use leastwise::solve::Question;
use leastwise::solve::Verdict;
use leastwise::solve::ask_beyond;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use serde::Serialize;
use serde_json::Value;

use crate::args::Destination;
use crate::args::Format;
use crate::args::time;
use crate::document;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::account_of;
use crate::output;
use crate::witness::Witness;

/// The text of `compare --help` about exit codes.
pub(crate) const COMPARE_EXIT_CODES: &str = "\
Exit codes:
  0  the new document allows nothing that the old one does not
  1  it allows something more, or that is not known
  2  wrong usage, or nothing could be read or written";

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The policy document that is in force.
    pub(crate) old: PathBuf,
    /// The policy document that would take its place.
    pub(crate) new: PathBuf,
    /// Look at this action (repeatable). Otherwise at all that a statement of either document covers.
    #[arg(long = "action", value_name = "ACTION")]
    pub(crate) actions: Vec<Action>,
    /// The user or role that the documents are attached to. Otherwise a role whose sessions carry any tags.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<Arn>,
    /// The time from which on requests count, RFC 3339; without it now.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) as_of: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// What one document allows that the other does not.
#[derive(Debug, Serialize)]
struct Difference {
    action: String,
    /// `allowed` and `conditional`: there is such a request; `undetermined`: it is not known.
    verdict: &'static str,
    conditions: Vec<String>,
    unknowns: Vec<String>,
    resource: Option<String>,
    /// The condition keys of a request that one document allows and the other does not; others are absent.
    context: Option<Value>,
}

#[derive(Debug, Serialize)]
struct Comparison {
    /// The identity that the documents were attached to.
    principal: String,
    /// How many actions were looked at.
    actions: usize,
    /// What the new document allows and the old one does not.
    added: Vec<Difference>,
    /// What the old document allows and the new one does not.
    removed: Vec<Difference>,
}

pub(crate) fn run(compare: &Compare) -> Result<ExitCode, Failure> {
    output::no_csv(&compare.destination, "compare")?;
    let read = |path| -> Result<Arc<Policy>, Failure> { Ok(Arc::new(document::read(path, PolicyType::Identity)?.0)) };
    let (old, new) = (read(&compare.old)?, read(&compare.new)?);
    let principal: Arn = match &compare.principal {
        Some(principal) => principal.clone(),
        None => example_role(&old, &new)?,
    };
    let account = account_of(&principal)?;
    let as_of = compare.as_of.unwrap_or_else(Timestamp::now);
    let actions = actions(&compare.actions, &old, &new);
    let scope = AccountScope::standalone();
    let beyond = |mine: &Arc<Policy>, other: &Policy| -> Vec<Difference> {
        let holder = holder(&principal, mine);
        let subject = Subject::in_account(&holder, account, &scope);
        actions
            .par_iter()
            .filter_map(|action| difference(action, &subject, other, as_of))
            .collect()
    };
    let comparison = Comparison {
        added: beyond(&new, &old),
        removed: beyond(&old, &new),
        principal: principal.to_string(),
        actions: actions.len(),
    };
    output::write(&compare.destination, |out| match compare.destination.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &comparison)?;
            writeln!(out)
        }
        Format::Table | Format::Csv => text(&comparison, out),
    })?;
    Ok(if comparison.added.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Found
    })
}

/// A role of the account that the documents name first, or of an invented one.
fn example_role(old: &Policy, new: &Policy) -> Result<Arn, Failure> {
    let named = [new, old].into_iter().find_map(|policy| {
        let fields = policy.text.text.split([':', '"']);
        let mut accounts = fields.filter_map(|field| field.parse::<AccountId>().ok());
        accounts.next()
    });
    let account = named.map_or_else(|| "111122223333".to_owned(), |account| account.to_string());
    format!("arn:aws:iam::{account}:role/example")
        .parse()
        .map_err(|error: leastwise::ident::InvalidArn| Failure::Usage(error.to_string()))
}

/// The asked actions, or all that a statement of either document names.
fn actions(asked: &[Action], old: &Policy, new: &Policy) -> Vec<Action> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    let documents: Vec<&PolicyDocument> = [old, new].into_iter().filter_map(|policy| policy.parsed()).collect();
    let statements = || documents.iter().flat_map(|document| &document.statements);
    let catalog = Catalog::bundled();
    let mut found = BTreeSet::new();
    for service in catalog.services() {
        for action in service.actions() {
            let Ok(action) = format!("{}:{}", service.prefix, action.name).parse::<Action>() else {
                continue;
            };
            if statements().any(|statement| statement.action.matches(&action) != Ternary::No) {
                found.insert(action);
            }
        }
    }
    // What the catalog does not know and a document spells out.
    let spelled = statements()
        .flat_map(|statement| statement.action.patterns())
        .filter_map(|pattern| pattern.to_string().parse::<Action>().ok());
    found.extend(spelled.filter(|action| catalog.action(action.service(), action.name()).is_none()));
    found.into_iter().collect()
}

/// An identity with one policy. A role's sessions may carry any tags, so that no tag is ruled out.
fn holder(arn: &Arn, policy: &Arc<Policy>) -> Principal {
    let is_role = arn.resource().starts_with("role/");
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}]}"#;
    let trust = PolicyText {
        text: trust.into(),
        ..PolicyText::default()
    };
    Principal {
        kind: if is_role {
            PrincipalKind::IamRole
        } else {
            PrincipalKind::IamUser
        },
        arn: arn.clone(),
        unique_id: None,
        tags: Some(Arc::default()),
        created: None,
        attachments: vec![Attachment {
            policy: policy.clone(),
            group: None,
        }],
        boundary: None,
        trust: is_role.then(|| Arc::new(Policy::parse("trust policy", PolicyType::Trust, trust))),
        role_last_used: None,
        password_last_used: None,
        gaps: Vec::new(),
    }
}

fn difference<'e>(action: &'e Action, subject: &'e Subject<'e>, other: &'e Policy, as_of: Timestamp) -> Option<Difference> {
    let facts = ActionFacts::of(action);
    let answer = ask_beyond(&Question::about(subject, &facts, as_of), other);
    (answer.verdict != Verdict::Denied).then(|| Difference {
        action: action.to_string(),
        verdict: answer.verdict.as_str(),
        conditions: answer
            .conditions
            .iter()
            .map(|condition| condition.words.to_string())
            .collect(),
        unknowns: answer.unknowns.iter().map(ToString::to_string).collect(),
        resource: answer.representative.as_ref().map(ToString::to_string),
        context: answer
            .witness
            .as_ref()
            .map(|request| Witness::of(subject, action, request, None).into_context()),
    })
}

/// How many actions of one kind the text lists; JSON lists all.
const SHOWN: usize = 20;

fn text(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let show = |text: &str| visible(text).into_owned();
    writeln!(
        out,
        "{} actions looked at, for {}",
        comparison.actions,
        show(&comparison.principal)
    )?;
    for (title, differences) in [
        ("the new document allows, the old one does not", &comparison.added),
        ("the old document allows, the new one does not", &comparison.removed),
    ] {
        writeln!(out)?;
        if differences.is_empty() {
            writeln!(out, "{title}: nothing")?;
            continue;
        }
        writeln!(out, "{title}: {} actions", differences.len())?;
        for difference in differences.iter().take(SHOWN) {
            let resource = difference.resource.as_deref().unwrap_or("*");
            writeln!(
                out,
                "  {}: {} on {}",
                difference.verdict,
                show(&difference.action),
                show(resource)
            )?;
            for condition in &difference.conditions {
                writeln!(out, "    condition: {}", show(condition))?;
            }
            for unknown in &difference.unknowns {
                writeln!(out, "    not known: {}", show(unknown))?;
            }
            if let Some(context) = &difference.context {
                writeln!(out, "    for instance with: {}", show(&context.to_string()))?;
            }
        }
        if differences.len() > SHOWN {
            writeln!(out, "  and {} more (--format json lists all)", differences.len() - SHOWN)?;
        }
    }
    Ok(())
}
