//! `who-can`: everybody who can call an action.

use std::borrow::Cow;
use std::io;
use std::io::Write;
use std::sync::Arc;

use clap::Args;
use leastwise::catalog::Catalog;
use leastwise::catalog::ResourceFit;
use leastwise::estate::AccountEstate;
use leastwise::estate::Policy;
use leastwise::estate::Principal;
use leastwise::estate::Resource;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Subject;
use leastwise::evaluate::Target;
use leastwise::finding::Blockers;
use leastwise::finding::Interner;
use leastwise::finding::WeakestCondition;
use leastwise::ident::Action;
use leastwise::ident::Arn;
use leastwise::policy::ContextKey;
use leastwise::policy::PolicyType;
use leastwise::report::Column;
use leastwise::report::defused;
use leastwise::report::visible;
use leastwise::report::write_grid;
use leastwise::rules;
use leastwise::solve::Question;
use leastwise::solve::Scope;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use leastwise::solve::blockers;
use leastwise::solve::blockers_at_hand;
use leastwise::solve::condition;
use leastwise::solve::given_region;
use leastwise::solve::has_resource_policies;
use leastwise::solve::subject_type;
use serde::Serialize;

use crate::answers;
use crate::args::Destination;
use crate::args::Format;
use crate::args::Sources;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::inputs::context;
use crate::output;
use crate::output::remark;

#[derive(Debug, Args)]
pub(crate) struct WhoCan {
    /// The action, such as ec2:TerminateInstances.
    pub(crate) action: Action,
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// Ask about this resource.
    #[arg(long, value_name = "ARN")]
    pub(crate) resource: Option<Arn>,
    /// Fix a condition key (repeatable; a key of several values is given several times).
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
    /// List those who cannot, too.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// One answer, as JSON and CSV give it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    principal: String,
    account: String,
    action: String,
    verdict: &'static str,
    /// What must hold, or what the holder has to choose or wait for.
    conditions: Vec<Arc<str>>,
    /// The weakest condition, where one is all that is missing.
    condition: Option<WeakestCondition>,
    /// What is not known and decides.
    unknowns: Vec<Arc<str>>,
    /// What blocks every request, for a denied row.
    blockers: Option<Blockers>,
    /// A resource on which the verdict holds.
    resource: Option<String>,
    /// How many of the counted resources it holds on; none without an inventory.
    reachable: Option<usize>,
    /// How many resources were counted.
    total: Option<usize>,
}

/// What is asked about: the action, and where it is known the resource with all that belongs to it.
pub(crate) struct Asked<'a> {
    pub(crate) action: &'a Action,
    pub(crate) facts: ActionFacts<'a>,
    pub(crate) resource: Option<AskedResource>,
    pub(crate) given: Vec<(ContextKey, ContextValue)>,
}

/// A resource that was named.
pub(crate) struct AskedResource {
    target: Target,
    counted: Option<Resource>,
    tags: Option<leastwise::estate::Tags>,
    pub(crate) policy: Option<Arc<Policy>>,
    /// The place of the account that owns it, where the ARN names one.
    owner: Option<AccountScope>,
}

pub(crate) fn run(who_can: &WhoCan) -> Result<ExitCode, Failure> {
    let inputs = Inputs::open(&who_can.sources.sources, &who_can.sources.reading)?;
    fits(&who_can.action, who_can.resource.as_ref())?;
    let facts = ActionFacts::of(&who_can.action);
    let given = facts.with_linked(context(&who_can.context)?);
    agrees(&given, who_can.resource.as_ref())?;
    let asked = Asked {
        action: &who_can.action,
        facts,
        resource: who_can
            .resource
            .as_ref()
            .map(|arn| asked_resource(&inputs, &who_can.action, arn)),
        given,
    };
    let mut gaps = inputs.problems.len();
    let mut rows: Vec<Row> = Vec::new();
    let answer = |estate: &AccountEstate, scope: &AccountScope| {
        let mut texts = Interner::new();
        let with_blockers = who_can.all && who_can.destination.format == Format::Json;
        let answers = estate.principals.iter().map(|principal| {
            let texts = with_blockers.then_some(&mut texts);
            row(&asked, &inputs, estate, scope, principal, texts)
        });
        let kept = answers.filter(|row| who_can.all || row.verdict != Verdict::Denied.as_str());
        (kept.collect::<Vec<Row>>(), estate.problems.len())
    };
    inputs.each(answer, |(answered, problems)| {
        rows.extend(answered);
        gaps += problems;
    })?;
    output::write(&who_can.destination, |out| match who_can.destination.format {
        Format::Table => table(&rows, out),
        Format::Csv => csv(&rows, out),
        Format::Json => answers::json(&rows, out),
    })?;
    Ok(output::completeness(gaps))
}

/// A question that no request could answer is the asker's slip, not a "no".
pub(crate) fn fits(action: &Action, resource: Option<&Arn>) -> Result<(), Failure> {
    let catalog = Catalog::bundled();
    let Some(entry) = catalog.action(action.service(), action.name()) else {
        remark(&format!(
            "the action catalog ({}) does not know {action}; it is taken as it is",
            catalog.version()
        ));
        return Ok(());
    };
    let Some(arn) = resource else { return Ok(()) };
    let types: Vec<&str> = entry.resource_types.iter().map(|row| row.resource_type).collect();
    match catalog.resource_fit(action.service(), action.name(), arn.as_str()) {
        ResourceFit::NoResourceTypes => Err(Failure::Usage(format!("{action} takes no resource; ask without one [E290]"))),
        ResourceFit::NotListed => Err(Failure::Usage(format!(
            "{action} is not called on {arn}; it takes resources of type {} [E291]",
            types.join(", ")
        ))),
        ResourceFit::Listed | ResourceFit::Unknown => Ok(()),
    }
}

/// A Region that is not the resource's is a slip, too (E345, E351).
pub(crate) fn agrees(given: &[(ContextKey, ContextValue)], resource: Option<&Arn>) -> Result<(), Failure> {
    let Some(arn) = resource.filter(|arn| !arn.region().is_empty()) else {
        return Ok(());
    };
    match given_region(given) {
        Some(region) if region != arn.region() => Err(Failure::Usage(format!(
            "a call on {arn} is made in its Region, and --context says {region} [E351]"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Looks a resource up: its tags and protections in the inventory, a role's trust policy and tags in its account.
pub(crate) fn asked_resource(inputs: &Inputs, action: &Action, arn: &Arn) -> AskedResource {
    let mut found = AskedResource {
        target: Target::resource(arn.clone()),
        counted: None,
        tags: None,
        policy: None,
        owner: arn.account().map(|account| inputs.scope(account)),
    };
    if let Some(account) = arn.account() {
        inputs.one(account, |estate, _| {
            let inventory = estate
                .inventory
                .iter()
                .flat_map(|inventory| inventory.instances.iter().chain(&inventory.services).flatten());
            found.counted = inventory.into_iter().find(|resource| resource.arn == *arn).cloned();
            found.tags = found.counted.as_ref().and_then(|resource| resource.tags.clone());
            if let Some(role) = estate.principal(arn) {
                found.target.created = role.created;
                found.tags = role.tags.as_deref().cloned();
                found.policy = role.trust.clone().filter(|_| action.service() == "sts");
            }
        });
    }
    let is_role = action.service() == "sts" && arn.service() == "iam";
    if found.policy.is_none() && (is_role || has_resource_policies(arn.service())) {
        let policy_type = if is_role { PolicyType::Trust } else { PolicyType::Resource };
        found.policy = Some(Arc::new(Policy::missing(
            format!("the policy of {arn}"),
            policy_type,
            "not collected",
        )));
    }
    found
}

/// The question about one identity.
pub(crate) fn question<'e>(
    asked: &'e Asked<'_>,
    as_of: jiff::Timestamp,
    estate: &'e AccountEstate,
    subject: &'e Subject<'e>,
) -> Question<'e> {
    let counted = counted(asked.action, estate);
    let (scope, policy) = match &asked.resource {
        Some(resource) => {
            let scope = match &resource.counted {
                Some(counted) => Scope::Counted(std::slice::from_ref(counted)),
                None => Scope::One(resource.target.clone(), resource.tags.as_ref()),
            };
            (scope, resource.policy.as_deref())
        }
        None => (counted.map_or(Scope::Any, Scope::Counted), None),
    };
    Question {
        subject,
        action: &asked.facts,
        scope,
        as_of,
        given: &asked.given,
        resource_policy: policy,
        owner: asked.resource.as_ref().and_then(|resource| resource.owner.as_ref()),
    }
}

fn counted<'e>(action: &Action, estate: &'e AccountEstate) -> Option<&'e [Resource]> {
    let inventory = estate.inventory.as_ref()?;
    inventory.of_type(action.service(), subject_type(action)?)
}

/// One row; what blocks a denied one where there is a pool for its texts.
fn row(
    asked: &Asked<'_>,
    inputs: &Inputs,
    estate: &AccountEstate,
    scope: &AccountScope,
    principal: &Principal,
    with_blockers: Option<&mut Interner<str>>,
) -> Row {
    let subject = Subject::of(principal, estate, scope);
    let question = question(asked, inputs.as_of, estate, &subject);
    let answer = ask(&question);
    let reached = answer.reached.as_ref().filter(|_| asked.resource.is_none());
    Row {
        principal: principal.arn.to_string(),
        account: estate.account.to_string(),
        action: asked.action.to_string(),
        verdict: answer.verdict.as_str(),
        conditions: answer.conditions.iter().map(|condition| condition.words.clone()).collect(),
        condition: condition(&question, &answer).map(|found| rules::weakest(&found, asked.action, &mut Interner::new())),
        unknowns: answer.unknowns.clone(),
        blockers: with_blockers.filter(|_| answer.verdict == Verdict::Denied).and_then(|texts| {
            let found = blockers_at_hand(&question, &answer).or_else(|| blockers(&question))?;
            Some(rules::blockers(&found, &subject, false, texts))
        }),
        resource: answer.representative.as_ref().map(ToString::to_string),
        reachable: reached.map(|reached| reached.indices.len()),
        total: reached.map(|reached| reached.total),
    }
}

fn csv(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        "principal",
        "account",
        "action",
        "verdict",
        "conditions",
        "unknowns",
        "resource",
        "reachable",
        "total",
    ];
    let number = |count: Option<usize>| count.map(|count| count.to_string()).unwrap_or_default();
    let safe = |text: &str| defused(Cow::from(text)).into_owned();
    let row = |row: &Row| {
        [
            safe(&row.principal),
            row.account.clone(),
            row.action.clone(),
            row.verdict.to_owned(),
            safe(&row.conditions.join("; ")),
            safe(&row.unknowns.join("; ")),
            safe(row.resource.as_deref().unwrap_or_default()),
            number(row.reachable),
            number(row.total),
        ]
    };
    answers::csv(columns, rows.iter().map(row), out)
}

fn table(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let width = output::width().max(60);
    let has_reach = rows.iter().any(|row| row.total.is_some());
    let reach_width = if has_reach { 13 } else { 0 };
    let identity_width = (width - 14 - reach_width) * 3 / 5;
    let column = |heading, width| Column {
        heading,
        width,
        is_number: false,
    };
    let mut columns = vec![column("Verdict", 14), column("Identity", identity_width)];
    if has_reach {
        columns.push(column("Reach", reach_width));
    }
    columns.push(column("Conditions, unknowns", width - 14 - reach_width - identity_width));
    write_grid(&columns, rows.iter().map(|row| cells(row, has_reach)), out)?;
    match rows.len() {
        0 => writeln!(out, "No identity of the sources can call it."),
        1 => writeln!(out, "1 identity"),
        many => writeln!(out, "{many} identities"),
    }
}

fn cells(row: &Row, has_reach: bool) -> Vec<String> {
    let mut cells = vec![row.verdict.to_owned(), visible(&row.principal).into_owned()];
    if has_reach {
        cells.push(match (row.reachable, row.total) {
            (Some(reachable), Some(total)) => format!("{reachable} of {total}"),
            _ => String::new(),
        });
    }
    let said: &[Arc<str>] = row
        .condition
        .as_ref()
        .map_or(&row.conditions, |whole| std::slice::from_ref(&whole.words));
    cells.push(answers::said(row.verdict, said, &row.unknowns).join("\n"));
    cells
}
