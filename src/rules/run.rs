//! Rules over an estate: one finding per rule, identity and action.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::AccountEstate;
use crate::estate::AccountPlace;
use crate::estate::DocumentState;
use crate::estate::Policy;
use crate::estate::Principal;
use crate::estate::PrincipalKind;
use crate::estate::Resource;
use crate::evaluate::AccountScope;
use crate::evaluate::ActionFacts;
use crate::evaluate::Subject;
use crate::finding;
use crate::finding::Blockers;
use crate::finding::Citation;
use crate::finding::ConditionWords;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::IdentityFlags;
use crate::finding::Interner;
use crate::finding::LastUse;
use crate::finding::PolicyCounts;
use crate::finding::ReachedResource;
use crate::finding::ResourceReach;
use crate::finding::UnjoinedFinding;
use crate::finding::VerdictCounts;
use crate::finding::WeakestCondition;
use crate::finding::Witness;
use crate::finding::WitnessKey;
use crate::ident::Action;
use crate::rules::Rule;
use crate::rules::RuleAction;
use crate::rules::RuleSet;
use crate::rules::action_use;
use crate::rules::analyzer_evidence;
use crate::rules::blockers;
use crate::rules::citation::grants;
use crate::rules::citation::limits;
use crate::rules::service_only_trust;
use crate::rules::unjoined;
use crate::rules::usage;
use crate::rules::weakest;
use crate::rules::witness;
use crate::solve::Answer;
use crate::solve::Memo;
use crate::solve::Question;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::ask_in;
use crate::solve::blockers_at_hand;
use crate::solve::condition;

/// The questions of a set of rules, with what the catalog says of their actions looked up once.
#[derive(Debug)]
pub struct Questions<'r> {
    asked: Vec<(&'r Rule, &'r RuleAction, ActionFacts<'r>)>,
    actions: Vec<Action>,
}

impl<'r> Questions<'r> {
    /// Every action of every rule.
    #[must_use]
    pub fn of(rules: &'r RuleSet) -> Self {
        let pairs = rules
            .iter()
            .flat_map(|rule| rule.actions.iter().map(move |action| (rule, action)));
        let asked: Vec<_> = pairs
            .map(|(rule, action)| (rule, action, ActionFacts::of(&action.action)))
            .collect();
        let actions: BTreeSet<Action> = asked.iter().map(|(_, action, _)| action.action.clone()).collect();
        Self {
            asked,
            actions: actions.into_iter().collect(),
        }
    }

    /// All actions, each once.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }
}

/// What an account is looked at with.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent choices of who asks")]
pub struct AccountAudit<'a> {
    /// The questions.
    pub questions: &'a Questions<'a>,
    /// The account.
    pub estate: &'a AccountEstate,
    /// Its guardrails.
    pub scope: &'a AccountScope,
    /// Its place in the organization.
    pub place: Option<&'a AccountPlace>,
    /// Whether it is the organization's management account.
    pub is_management: bool,
    /// The time of the report.
    pub as_of: Timestamp,
    /// Whether identities that can do nothing get a row too.
    pub keep_denied: bool,
    /// Whether rows tell a request that succeeds, the weakest condition and what blocks; of the formats only JSON shows them.
    pub is_detailed: bool,
    /// Whether citations have the texts of their statements; of the formats only HTML shows them.
    pub quotes: bool,
    /// Whether the Access Analyzer findings that join no row are listed; CSV and the formats for other tools do not show them.
    pub lists_unjoined: bool,
}

/// What the rules found in one account.
#[derive(Debug, Default)]
pub struct AccountFindings {
    /// The findings, in order of identity, rule and action.
    pub findings: Vec<Finding>,
    /// Access Analyzer findings that join none of them, where they are listed.
    pub unjoined: Vec<UnjoinedFinding>,
    /// All verdicts, the denied ones included.
    pub verdicts: VerdictCounts,
    /// How many identities were looked at.
    pub identities: u64,
    /// How many documents they hold.
    pub policies: PolicyCounts,
}

impl AccountAudit<'_> {
    /// Asks every question about every identity.
    #[must_use]
    pub fn run(&self) -> AccountFindings {
        let mut found = AccountFindings::default();
        let mut shared = Shared {
            is_detailed: self.is_detailed,
            quotes: self.quotes,
            ..Shared::default()
        };
        let subjects = Subject::all_of(self.estate, self.scope);
        let mut memos: Vec<Memo<'_>> = self.questions.asked.iter().map(|_| Memo::new(self.keep_denied)).collect();
        for subject in &subjects {
            found.identities += 1;
            let principal = subject.principal;
            let mut identity: Option<Arc<Identity>> = None;
            for ((rule, rule_action, action), memo) in self.questions.asked.iter().zip(&mut memos) {
                let service = rule_action.action.service();
                let counted = self
                    .estate
                    .inventory
                    .as_ref()
                    .and_then(|inventory| inventory.of_type(service, &rule_action.resource_type));
                let scope = counted.map_or(Scope::Any, Scope::Counted);
                let question = Question {
                    scope,
                    ..Question::about(subject, action, self.as_of)
                };
                let answer = ask_in(memo, &question);
                let verdict = verdict_of(answer.verdict);
                found.verdicts.add(verdict);
                if verdict == finding::Verdict::Denied && !self.keep_denied {
                    continue;
                }
                let identity = identity.get_or_insert_with(|| Arc::new(self.identity(principal))).clone();
                let mut finding = Self::finding(rule, rule_action, &question, identity, &answer, counted, &mut shared);
                finding.action_last_used = action_use(principal, &rule_action.action, self.estate, self.as_of);
                found.findings.push(finding);
            }
        }
        if self.lists_unjoined {
            let joined: BTreeSet<&str> = found.findings.iter().map(|finding| &*finding.identity.principal).collect();
            found.unjoined = unjoined(self.estate, &joined, self.questions.actions());
        }
        found.policies = policy_counts(self.estate);
        found
    }

    fn identity(&self, principal: &Principal) -> Identity {
        let ou_path = self
            .place
            .filter(|place| place.targets.is_some())
            .map(|place| path_of(&place.ou_names));
        Identity {
            principal: principal.arn.as_str().into(),
            kind: match principal.kind {
                PrincipalKind::AccountRoot => finding::PrincipalKind::AccountRoot,
                PrincipalKind::IamUser => finding::PrincipalKind::IamUser,
                PrincipalKind::IamRole => finding::PrincipalKind::IamRole,
            },
            flags: IdentityFlags {
                service_linked: principal.is_service_linked(),
                identity_center: principal.is_identity_center(),
                management_account: self.is_management,
                service_only_trust: service_only_trust(principal),
            },
            account: self.estate.account,
            account_name: self.place.and_then(|place| place.name.clone()),
            ou_path,
            tags: principal.tags.as_deref().cloned(),
            usage: usage(principal, self.estate, self.as_of),
            access_analyzer: analyzer_evidence(principal, self.estate, self.questions.actions()),
        }
    }

    fn finding(
        rule: &Rule,
        rule_action: &RuleAction,
        question: &Question<'_>,
        identity: Arc<Identity>,
        answer: &Answer<'_>,
        counted: Option<&[Resource]>,
        shared: &mut Shared,
    ) -> Finding {
        let subject = question.subject;
        let decision = answer.decision.as_ref();
        let granting = decision
            .map(|decision| grants(decision, subject, shared.quotes, &mut shared.texts))
            .unwrap_or_default();
        let limiting = decision
            .map(|decision| limits(decision, subject, shared.quotes, &mut shared.texts))
            .unwrap_or_default();
        let conditions: Vec<ConditionWords> = answer.conditions.iter().map(condition_words).collect();
        Finding {
            rule: rule.id.clone(),
            identity,
            action: shared.texts.intern(rule_action.action.as_str()),
            impact: rule_action.impact,
            loss: rule_action.loss,
            verdict: verdict_of(answer.verdict),
            conditions: shared.words.intern(&conditions),
            condition: shared.condition_of(question, answer),
            unknowns: shared.lists.intern(&answer.unknowns),
            grants: shared.citations.intern(&granting),
            limits: shared.citations.intern(&limiting),
            blockers: shared.blockers_of(question, answer),
            resources: reach(answer, counted, &rule_action.resource_type),
            representative_resource: answer.representative.as_ref().map(|arn| shared.texts.intern(arn.as_str())),
            witness: shared.witness_of(answer),
            action_last_used: LastUse::NotCollected,
            gaps: shared.lists.intern(&subject.principal.gaps),
            detour: Arc::default(),
            score: None,
            suppression: None,
            change: None,
        }
    }
}

/// The names of units as one path; a slash in a name is no step of it.
fn path_of(names: &[Arc<str>]) -> Arc<str> {
    let escaped = names.iter().map(|name| name.replace('\\', r"\\").replace('/', r"\/"));
    escaped.collect::<Vec<_>>().join("/").into()
}

/// Texts and lists that many findings of an account have in common.
#[derive(Default)]
struct Shared {
    texts: Interner<str>,
    citations: Interner<[Citation]>,
    words: Interner<[ConditionWords]>,
    lists: Interner<[Arc<str>]>,
    contexts: Interner<[WitnessKey]>,
    searched: usize,
    /// What the conditions so far took.
    cost: usize,
    is_detailed: bool,
    quotes: bool,
    conditions: BTreeSet<Arc<WeakestCondition>>,
}

/// The most questions about single keys that the conditions of an account's rows may take: policies that are built to be
/// hard do not hold up the report. `can` tells the condition of any row.
const MAX_COST: usize = 100_000;

/// The most denied rows of an account of which it is searched what blocks them; `explain` tells it of any.
const MAX_SEARCHED: usize = 4;

impl Shared {
    /// A request that succeeds.
    fn witness_of(&mut self, answer: &Answer<'_>) -> Option<Arc<Witness>> {
        let request = answer.witness.as_ref().filter(|_| self.is_detailed)?;
        Some(Arc::new(witness(request, &mut self.texts, &mut self.contexts)))
    }

    /// The weakest condition of a conditional row. Rows whose statements are alike have it in common.
    fn condition_of(&mut self, question: &Question<'_>, answer: &Answer<'_>) -> Option<Arc<WeakestCondition>> {
        if !self.is_detailed || self.cost > MAX_COST {
            return None;
        }
        let found = condition(question, answer)?;
        self.cost += found.cost;
        let found = weakest(&found, question.action.action, &mut self.texts);
        if let Some(known) = self.conditions.get(&found) {
            return Some(Arc::clone(known));
        }
        let found = Arc::new(found);
        self.conditions.insert(Arc::clone(&found));
        Some(found)
    }

    /// What blocks every request of a denied row, as far as that is told by the answer or still affordable.
    fn blockers_of(&mut self, question: &Question<'_>, answer: &Answer<'_>) -> Option<Arc<Blockers>> {
        if answer.verdict != Verdict::Denied || !self.is_detailed {
            return None;
        }
        let mut shared = |found| Arc::new(blockers(&found, question.subject, self.quotes, &mut self.texts));
        if let Some(found) = blockers_at_hand(question, answer) {
            return Some(shared(found));
        }
        if self.searched == MAX_SEARCHED {
            return None;
        }
        self.searched += 1;
        Some(shared(crate::solve::blockers(question)?))
    }
}

/// The verdict in the words of a finding.
fn verdict_of(verdict: Verdict) -> finding::Verdict {
    match verdict {
        Verdict::Allowed => finding::Verdict::Allowed,
        Verdict::Conditional => finding::Verdict::Conditional,
        Verdict::Undetermined => finding::Verdict::Undetermined,
        Verdict::Denied => finding::Verdict::Denied,
    }
}

fn condition_words(condition: &crate::solve::Condition) -> ConditionWords {
    ConditionWords {
        words: condition.words.clone(),
        key: condition.key.clone(),
        class: finding::ControlClass::from_letter(condition.class.letter()).unwrap_or(finding::ControlClass::Choice),
    }
}

fn reach(answer: &Answer<'_>, counted: Option<&[Resource]>, resource_type: &Arc<str>) -> Option<Arc<ResourceReach>> {
    let reached = answer.reached.as_ref()?;
    let resources = reached.indices.iter().filter_map(|index| counted?.get(*index));
    let named = resources.map(|resource| ReachedResource {
        name: resource.arn.as_str().into(),
        protections: resource.protections.clone().into(),
    });
    let total = u32::try_from(reached.total).unwrap_or(u32::MAX);
    Some(Arc::new(ResourceReach::count(resource_type.clone(), total, named.collect())))
}

/// Every document that an identity of the account holds, each once.
fn policy_counts(estate: &AccountEstate) -> PolicyCounts {
    let held = estate.principals.iter().flat_map(|principal| {
        let attached = principal.attachments.iter().map(|attachment| &attachment.policy);
        attached.chain(&principal.boundary).chain(&principal.trust)
    });
    let mut policies: Vec<&Arc<Policy>> = held.collect();
    policies.sort_unstable_by_key(|policy| Arc::as_ptr(policy).addr());
    policies.dedup_by(|one, other| Arc::ptr_eq(one, other));
    let mut counts = PolicyCounts::default();
    for policy in policies {
        match policy.document {
            DocumentState::Parsed(_) => counts.read += 1,
            DocumentState::Invalid(_) => counts.invalid += 1,
            DocumentState::Missing(_) => counts.missing += 1,
        }
    }
    counts
}
