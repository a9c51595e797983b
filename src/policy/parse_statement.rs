//! One statement (E13–E25), its principal and its lists.

use jiter::Peek;

use crate::ident::ActionPattern;
use crate::ident::ArnPattern;
use crate::ident::InvalidArnPattern;
use crate::policy::ActionClause;
use crate::policy::ConditionBlock;
use crate::policy::Effect;
use crate::policy::PolicyType;
use crate::policy::PrincipalClause;
use crate::policy::PrincipalEntry;
use crate::policy::ProblemKind;
use crate::policy::ResourceClause;
use crate::policy::Span;
use crate::policy::Statement;
use crate::policy::kind::Presence;
use crate::policy::parse::Reader;
use crate::policy::parse::Syntax;
use crate::policy::parse_condition::condition_block;

/// The members as they are met. `Some(None)` is a member whose value was a mistake.
#[derive(Default)]
#[expect(clippy::option_option, reason = "not met, met with a mistake, and met are three things")]
struct Members {
    sid: Option<Option<Box<str>>>,
    effect: Option<Option<Effect>>,
    principal: Option<Box<[PrincipalEntry]>>,
    not_principal: Option<Box<[PrincipalEntry]>>,
    action: Option<Box<[ActionPattern]>>,
    not_action: Option<Box<[ActionPattern]>>,
    resource: Option<Box<[Box<str>]>>,
    not_resource: Option<Box<[Box<str>]>>,
    condition: Option<ConditionBlock>,
}

/// Reads one statement; `None` where a mistake leaves none.
pub(crate) fn statement(reader: &mut Reader<'_>) -> Syntax<Option<Statement>> {
    let start = reader.offset();
    let mut members = Members::default();
    if !reader.object("a statement", |reader, key, at| members.read(reader, key, at))? {
        return Ok(None);
    }
    let span = Span {
        start,
        end: reader.end(),
    };
    Ok(members.finish(reader, span))
}

impl Members {
    fn read(&mut self, reader: &mut Reader<'_>, key: &str, at: usize) -> Syntax<()> {
        match key {
            "Sid" if self.sid.is_none() => self.sid = Some(sid(reader)?),
            "Effect" if self.effect.is_none() => self.effect = Some(effect(reader)?),
            "Principal" if self.principal.is_none() => self.principal = Some(principals(reader, "Principal")?),
            "NotPrincipal" if self.not_principal.is_none() => self.not_principal = Some(principals(reader, "NotPrincipal")?),
            "Action" if self.action.is_none() => self.action = Some(actions(reader, "Action")?),
            "NotAction" if self.not_action.is_none() => self.not_action = Some(actions(reader, "NotAction")?),
            "Resource" if self.resource.is_none() => self.resource = Some(resources(reader, "Resource")?),
            "NotResource" if self.not_resource.is_none() => self.not_resource = Some(resources(reader, "NotResource")?),
            "Condition" if self.condition.is_none() => self.condition = Some(condition_block(reader)?),
            "Sid" | "Effect" | "Principal" | "NotPrincipal" | "Action" | "NotAction" | "Resource" | "NotResource"
            | "Condition" => {
                reader.problem(at, ProblemKind::DuplicateMember(key.to_owned()));
                reader.skip()?;
            }
            other => {
                reader.problem(at, ProblemKind::UnknownElement(other.to_owned()));
                reader.skip()?;
            }
        }
        Ok(())
    }

    fn finish(self, reader: &mut Reader<'_>, span: Span) -> Option<Statement> {
        if self.effect.is_none() {
            reader.problem(span.start, ProblemKind::Missing("Effect"));
        }
        let effect = self.effect.flatten();
        let principal = principal_clause(reader, span.start, self.principal, self.not_principal, effect);
        let resource = resource_clause(reader, span.start, self.resource, self.not_resource);
        let action = match (self.action, self.not_action) {
            (Some(only), None) => ActionClause::Only(only),
            (None, Some(all_but)) => ActionClause::AllBut(all_but),
            (Some(_), Some(_)) => {
                reader.problem(span.start, ProblemKind::Exclusive("Action", "NotAction"));
                return None;
            }
            (None, None) => {
                reader.problem(span.start, ProblemKind::Missing("Action"));
                return None;
            }
        };
        let sid = self.sid.flatten().filter(|sid| !sid.is_empty());
        Some(Statement {
            sid,
            span,
            effect: effect?,
            principal,
            action,
            resource,
            condition: self.condition.unwrap_or_default(),
        })
    }
}

fn sid(reader: &mut Reader<'_>) -> Syntax<Option<Box<str>>> {
    let at = reader.offset();
    let sid = reader.string("Sid")?;
    if let Some(text) = &sid
        && reader.policy_type.is_stored_by_iam()
        && !text.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        reader.problem(at, ProblemKind::SidCharacters(text.to_string()));
    }
    Ok(sid)
}

fn effect(reader: &mut Reader<'_>) -> Syntax<Option<Effect>> {
    let at = reader.offset();
    let Some(text) = reader.string("Effect")? else {
        return Ok(None);
    };
    match &*text {
        "Allow" => Ok(Some(Effect::Allow)),
        "Deny" => Ok(Some(Effect::Deny)),
        other => {
            reader.problem(at, ProblemKind::UnknownEffect(other.to_owned()));
            Ok(None)
        }
    }
}

fn actions(reader: &mut Reader<'_>, name: &'static str) -> Syntax<Box<[ActionPattern]>> {
    let mut patterns = Vec::new();
    reader.one_or_many(|reader| {
        patterns.extend(reader.string(name)?.map(ActionPattern::from));
        Ok(())
    })?;
    Ok(patterns.into())
}

fn resources(reader: &mut Reader<'_>, name: &'static str) -> Syntax<Box<[Box<str>]>> {
    let mut texts = Vec::new();
    reader.one_or_many(|reader| {
        let at = reader.offset();
        if let Some(text) = reader.string(name)? {
            resource_form(reader, at, &text);
            texts.push(text);
        }
        Ok(())
    })?;
    Ok(texts.into())
}

/// E65, and E57 for session policies. Variables stand only behind the fifth colon, so the form can be judged here.
fn resource_form(reader: &mut Reader<'_>, at: usize, text: &str) {
    if text == "*" || (text.starts_with("arn:") && reader.policy_type != PolicyType::Session) {
        return;
    }
    match ArnPattern::parse(text, reader.policy_type != PolicyType::Session) {
        Ok(_) => {}
        Err(InvalidArnPattern::NotAnArn(_)) => reader.problem(at, ProblemKind::NotAnArn(text.to_owned())),
        Err(InvalidArnPattern::Incomplete) => reader.problem(at, ProblemKind::IncompleteArn(text.to_owned())),
    }
}

/// E20, E21, E35, E36: `"*"`, or an object of the four principal types.
fn principals(reader: &mut Reader<'_>, name: &'static str) -> Syntax<Box<[PrincipalEntry]>> {
    let mut entries = Vec::new();
    let at = reader.offset();
    match reader.peek()? {
        Peek::String => {
            let text = reader.string(name)?.unwrap_or_default();
            if &*text == "*" {
                entries.push(PrincipalEntry::Everyone);
            } else {
                reader.problem(at, ProblemKind::BarePrincipal(text.to_string()));
            }
        }
        // E28: an empty list names nobody.
        Peek::Array => reader.one_or_many(|reader| {
            let at = reader.offset();
            reader.problem(
                at,
                ProblemKind::WrongType {
                    member: name.to_owned(),
                    expected: "`*` or an object",
                },
            );
            reader.skip()
        })?,
        _ => {
            let mut seen: Vec<String> = Vec::new();
            reader.object(name, |reader, key, at| {
                if seen.iter().any(|earlier| earlier == key) {
                    reader.problem(at, ProblemKind::DuplicateMember(key.to_owned()));
                    return reader.skip();
                }
                seen.push(key.to_owned());
                let entry: fn(&str) -> PrincipalEntry = match key {
                    "AWS" => PrincipalEntry::aws,
                    "Service" => |text| PrincipalEntry::Service(text.into()),
                    "Federated" => |text| PrincipalEntry::Federated(text.into()),
                    "CanonicalUser" => |text| PrincipalEntry::CanonicalUser(text.into()),
                    other => {
                        reader.problem(at, ProblemKind::UnknownPrincipalType(other.to_owned()));
                        return reader.skip();
                    }
                };
                reader.one_or_many(|reader| {
                    entries.extend(reader.string(name)?.map(|text| entry(&text)));
                    Ok(())
                })
            })?;
        }
    }
    Ok(entries.into())
}

fn principal_clause(
    reader: &mut Reader<'_>,
    at: usize,
    principal: Option<Box<[PrincipalEntry]>>,
    not_principal: Option<Box<[PrincipalEntry]>>,
    effect: Option<Effect>,
) -> Option<PrincipalClause> {
    let policy_type = reader.policy_type;
    if principal.is_some() && not_principal.is_some() {
        reader.problem(at, ProblemKind::Exclusive("Principal", "NotPrincipal"));
    }
    if not_principal.is_some() && effect == Some(Effect::Allow) {
        reader.problem(at, ProblemKind::NotPrincipalWithAllow);
    }
    if not_principal.is_some() && !policy_type.allows_not_principal() {
        reader.problem(
            at,
            ProblemKind::NotInThisType {
                member: "NotPrincipal",
                policy_type,
            },
        );
    }
    match policy_type.principal() {
        Presence::Forbidden if principal.is_some() => {
            reader.problem(
                at,
                ProblemKind::NotInThisType {
                    member: "Principal",
                    policy_type,
                },
            );
        }
        Presence::Required if principal.is_none() && not_principal.is_none() => {
            reader.problem(at, ProblemKind::Missing("Principal"));
        }
        Presence::Required | Presence::Optional | Presence::Forbidden => {}
    }
    principal
        .map(PrincipalClause::Only)
        .or(not_principal.map(PrincipalClause::AllBut))
}

fn resource_clause(
    reader: &mut Reader<'_>,
    at: usize,
    resource: Option<Box<[Box<str>]>>,
    not_resource: Option<Box<[Box<str>]>>,
) -> Option<ResourceClause> {
    let policy_type = reader.policy_type;
    let member = if resource.is_some() { "Resource" } else { "NotResource" };
    if resource.is_some() && not_resource.is_some() {
        reader.problem(at, ProblemKind::Exclusive("Resource", "NotResource"));
    }
    let clause = resource
        .map(ResourceClause::Only)
        .or(not_resource.map(ResourceClause::AllBut));
    match policy_type.resource() {
        Presence::Forbidden if clause.is_some() => {
            reader.problem(at, ProblemKind::NotInThisType { member, policy_type });
        }
        Presence::Required if clause.is_none() => reader.problem(at, ProblemKind::Missing("Resource")),
        Presence::Required | Presence::Optional | Presence::Forbidden => {}
    }
    clause
}
