//! One account: its identities with their policies, parsed once (E33, E173, E184).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::AccessFinding;
use crate::estate::AccessFindings;
use crate::estate::Attachment;
use crate::estate::Credentials;
use crate::estate::CredentialsByArn;
use crate::estate::Inventory;
use crate::estate::LastAccessed;
use crate::estate::LastAccessedByArn;
use crate::estate::Policy;
use crate::estate::Principal;
use crate::estate::PrincipalKind;
use crate::estate::Problem;
use crate::estate::access_analyzer;
use crate::estate::credentials::credentials;
use crate::estate::document::SharedDocuments;
use crate::estate::document::place_of;
use crate::estate::document::problem_of;
use crate::estate::last_accessed::last_accessed;
use crate::estate::resource::tags;
use crate::ident::AccountId;
use crate::ident::Arn;
use crate::policy::PolicyType;
use crate::snapshot::AccountRecords;
use crate::snapshot::AttachedPolicyRecord;
use crate::snapshot::BoundaryRecord;
use crate::snapshot::InlinePolicyRecord;
use crate::snapshot::RawDocument;
use crate::snapshot::RecordHead;
use crate::snapshot::TagRecord;

/// The identities and resources of one account.
#[derive(Debug)]
pub struct AccountEstate {
    /// The account.
    pub account: AccountId,
    /// The partition that its ARNs name.
    pub partition: Box<str>,
    /// Its identities, in order of their ARNs.
    pub principals: Vec<Principal>,
    /// Its resources; none: no inventory was collected.
    pub inventory: Option<Inventory>,
    /// What the credential report says, by ARN; none: no report was collected.
    pub credentials: Option<CredentialsByArn>,
    /// What Access Analyzer found, in order of what it is about; none: not collected.
    pub access_findings: Option<Vec<AccessFinding>>,
    /// When identities used their permissions, by ARN; none: not collected.
    pub last_accessed: Option<LastAccessedByArn>,
    /// Documents that are invalid or missing, and other facts that could not be used.
    pub problems: Vec<Problem>,
    /// How many managed policies the dump holds.
    pub managed_policies: usize,
}

impl AccountEstate {
    /// Parses the records of one account, and takes what the organization's analyzers found about it.
    #[must_use]
    pub fn of(records: &AccountRecords<'_>, organization_findings: Option<&AccessFindings>) -> Self {
        let mut builder = Builder::new(records);
        let mut principals = vec![builder.root_user()];
        principals.extend(records.users.iter().flatten().filter_map(|user| {
            let groups = builder.group_attachments(user.groups.as_deref(), &user.head);
            let mut principal = builder.identity(PrincipalKind::IamUser, &user.head, user.tags.as_deref())?;
            builder.attach(
                &mut principal,
                user.inline_policies.as_deref(),
                user.attached_policies.as_deref(),
            );
            principal.attachments.extend(groups.0);
            principal.gaps.extend(groups.1);
            builder.bound(&mut principal, user.permissions_boundary.as_ref());
            principal.password_last_used = builder.time(user.password_last_used.as_deref(), &user.head.arn, "PasswordLastUsed");
            Some(principal)
        }));
        principals.extend(records.roles.iter().flatten().filter_map(|role| {
            let mut principal = builder.identity(PrincipalKind::IamRole, &role.head, role.tags.as_deref())?;
            builder.attach(
                &mut principal,
                role.inline_policies.as_deref(),
                role.attached_policies.as_deref(),
            );
            builder.bound(&mut principal, role.permissions_boundary.as_ref());
            let name = ["trust policy of ", &role.head.arn].concat();
            principal.trust = Some(builder.document(role.trust_document.as_ref(), name.into(), PolicyType::Trust));
            principal.role_last_used = role.last_used.as_ref().and_then(|used| match used.date.as_deref() {
                None => Some(None),
                date => builder.time(date, &role.head.arn, "RoleLastUsed").map(Some),
            });
            Some(principal)
        }));
        principals.sort_by(|left, right| left.arn.cmp(&right.arn));
        principals.dedup_by(|left, right| left.arn == right.arn);
        let report = records.credential_report.as_deref();
        let credentials = report.map(|rows| credentials(rows, records.account, &mut builder.problems));
        let used = records.last_accessed.as_deref();
        let last_accessed = used.map(|used| last_accessed(used, records.account, &mut builder.problems));
        let access_findings = builder.access_findings(records, organization_findings);
        builder.problems.extend(records.gaps.iter().map(|gap| Problem {
            account: Some(records.account),
            subject: gap.named().into(),
            detail: gap.told().into(),
        }));
        let inventory = records.inventory.as_ref();
        let inventory =
            inventory.map(|inventory| Inventory::of(inventory, records.account, &builder.partition, &mut builder.problems));
        builder.problems.sort();
        builder.problems.dedup();
        Self {
            account: records.account,
            partition: builder.partition,
            principals,
            inventory,
            credentials,
            access_findings,
            last_accessed,
            problems: builder.problems,
            managed_policies: records.policies.as_ref().map_or(0, Vec::len),
        }
    }

    /// The identity of that ARN.
    #[must_use]
    pub fn principal(&self, arn: &Arn) -> Option<&Principal> {
        let found = self.principals.binary_search_by(|principal| principal.arn.cmp(arn)).ok()?;
        self.principals.get(found)
    }

    /// What the credential report says of a user or of the root user.
    ///
    /// None without a report, without a row, and for a row of an earlier user of that name: the report can be hours old.
    #[must_use]
    pub fn credentials_of(&self, principal: &Principal) -> Option<&Credentials> {
        let report = self.credentials.as_ref()?;
        let row = match principal.kind {
            // The report knows the partition even where no other ARN of the account tells it.
            PrincipalKind::AccountRoot => report.iter().find(|(arn, _)| arn.ends_with(":root")).map(|(_, row)| row),
            PrincipalKind::IamUser => report.get(principal.arn.as_str()),
            PrincipalKind::IamRole => None,
        }?;
        let is_earlier = row.created.known().zip(principal.created).is_some_and(|(row, now)| row < now);
        (!is_earlier).then_some(row)
    }

    /// When the identity used its permissions; none when AWS was not asked, or gave the answer before the identity was made.
    #[must_use]
    pub fn last_accessed_of(&self, principal: &Principal) -> Option<&LastAccessed> {
        let answer = self.last_accessed.as_ref()?.get(principal.arn.as_str())?;
        let is_earlier = answer
            .completed
            .zip(principal.created)
            .is_some_and(|(answer, made)| answer < made);
        (!is_earlier).then_some(answer)
    }

    /// What Access Analyzer found about the identity of that ARN.
    #[must_use]
    pub fn findings_about(&self, arn: &Arn) -> &[AccessFinding] {
        let findings = self.access_findings.as_deref().unwrap_or_default();
        let start = findings.partition_point(|finding| finding.about.as_deref() < Some(arn.as_str()));
        let end = findings.partition_point(|finding| finding.about.as_deref() <= Some(arn.as_str()));
        findings.get(start..end).unwrap_or_default()
    }
}

/// What the account's parts share while they are built.
struct Builder<'r> {
    account: AccountId,
    partition: Box<str>,
    managed: BTreeMap<Box<str>, Arc<Policy>>,
    documents: SharedDocuments<'r>,
    groups: BTreeMap<Box<str>, GroupParts>,
    groups_collected: bool,
    problems: Vec<Problem>,
}

/// What a group attaches, and what of it is not known.
type GroupParts = (Vec<Attachment>, Vec<Arc<str>>);

impl<'r> Builder<'r> {
    fn new(records: &'r AccountRecords<'_>) -> Self {
        let arns = records.users.iter().flatten().map(|user| &user.head.arn);
        let arns = arns.chain(records.roles.iter().flatten().map(|role| &role.head.arn));
        let partition = arns
            .filter_map(|arn| arn.parse::<Arn>().ok())
            .map(|arn| Box::from(arn.partition()))
            .next();
        let mut builder = Self {
            account: records.account,
            partition: partition.unwrap_or_else(|| "aws".into()),
            managed: BTreeMap::new(),
            documents: SharedDocuments::default(),
            groups: BTreeMap::new(),
            groups_collected: records.groups.is_some(),
            problems: Vec::new(),
        };
        for policy in records.policies.iter().flatten() {
            // E33: only the default version is in force.
            let document = policy.default_version().and_then(|version| version.document.as_ref());
            let parsed = builder.document(document, policy.head.arn.as_ref().into(), PolicyType::Identity);
            builder.managed.insert(policy.head.arn.as_ref().into(), parsed);
        }
        for group in records.groups.iter().flatten() {
            let mut holder = Holder::default();
            builder.hold(
                &mut holder,
                &group.head.arn,
                group.inline_policies.as_deref(),
                group.attached_policies.as_deref(),
            );
            let name: Arc<str> = group.head.name.as_ref().into();
            let carried = holder
                .policies
                .into_iter()
                .map(|policy| Attachment {
                    policy,
                    group: Some(name.clone()),
                })
                .collect();
            builder.groups.insert(group.head.name.as_ref().into(), (carried, holder.gaps));
        }
        builder
    }

    fn root_user(&self) -> Principal {
        let arn = format!("arn:{}:iam::{}:root", self.partition, self.account);
        Principal {
            kind: PrincipalKind::AccountRoot,
            arn: arn.parse().unwrap_or_else(|_| unparsable_arn()),
            unique_id: Some(self.account.as_str().into()),
            tags: Some(Arc::default()),
            created: None,
            attachments: Vec::new(),
            boundary: None,
            trust: None,
            role_last_used: None,
            password_last_used: None,
            gaps: Vec::new(),
        }
    }

    fn identity(
        &mut self,
        kind: PrincipalKind,
        head: &RecordHead<'_>,
        tag_records: Option<&[TagRecord<'_>]>,
    ) -> Option<Principal> {
        let Ok(arn) = head.arn.parse::<Arn>() else {
            let detail = "its ARN does not parse, so it is not evaluated; check the dump";
            self.problems.push(Problem {
                account: Some(self.account),
                subject: head.arn.as_ref().into(),
                detail: detail.into(),
            });
            return None;
        };
        Some(Principal {
            kind,
            arn,
            unique_id: head.id.as_deref().map(Into::into),
            tags: tag_records.map(tags).map(Arc::new),
            created: head.create_date.as_deref().and_then(timestamp),
            attachments: Vec::new(),
            boundary: None,
            trust: None,
            role_last_used: None,
            password_last_used: None,
            gaps: Vec::new(),
        })
    }

    fn attach(
        &mut self,
        principal: &mut Principal,
        inline: Option<&'r [InlinePolicyRecord<'_>]>,
        managed: Option<&[AttachedPolicyRecord<'_>]>,
    ) {
        let mut holder = Holder::default();
        self.hold(&mut holder, principal.arn.as_str(), inline, managed);
        principal
            .attachments
            .extend(holder.policies.into_iter().map(|policy| Attachment { policy, group: None }));
        principal.gaps.extend(holder.gaps);
    }

    fn hold(
        &mut self,
        holder: &mut Holder,
        arn: &str,
        inline: Option<&'r [InlinePolicyRecord<'_>]>,
        managed: Option<&[AttachedPolicyRecord<'_>]>,
    ) {
        match inline {
            Some(policies) => {
                for policy in policies {
                    let name = ["inline policy ", &policy.name, " of ", arn].concat();
                    holder
                        .policies
                        .push(self.document(policy.document.as_ref(), name.into(), PolicyType::Identity));
                }
            }
            None => holder
                .gaps
                .push(format!("the inline policies of {arn} were not collected").into()),
        }
        match managed {
            Some(policies) => holder
                .policies
                .extend(policies.iter().map(|policy| self.managed_policy(&policy.arn))),
            None => holder
                .gaps
                .push(format!("the managed policies attached to {arn} were not collected").into()),
        }
    }

    fn group_attachments(&self, names: Option<&[Cow<'_, str>]>, head: &RecordHead<'_>) -> (Vec<Attachment>, Vec<Arc<str>>) {
        let Some(names) = names else {
            return (
                Vec::new(),
                vec![format!("the groups of {} were not collected", head.arn).into()],
            );
        };
        let mut attachments = Vec::new();
        let mut gaps = Vec::new();
        for name in names {
            match self.groups.get(name.as_ref()) {
                Some((carried, missing)) => {
                    attachments.extend(carried.iter().cloned());
                    gaps.extend(missing.iter().cloned());
                }
                None if self.groups_collected => gaps.push(format!("group {name} of {} is not in the dump", head.arn).into()),
                None => gaps.push(format!("the groups of account {} were not collected", self.account).into()),
            }
        }
        gaps.dedup();
        (attachments, gaps)
    }

    fn bound(&mut self, principal: &mut Principal, record: Option<&BoundaryRecord<'_>>) {
        match record {
            Some(BoundaryRecord::Absent) => {}
            Some(BoundaryRecord::Policy(arn)) => principal.boundary = Some(self.managed_policy(arn)),
            None => {
                let name = format!("permissions boundary of {}", principal.arn);
                principal.boundary = Some(Arc::new(Policy::missing(
                    name,
                    PolicyType::PermissionsBoundary,
                    "not collected",
                )));
            }
        }
    }

    /// A time that the dump tells; a text that is none is a problem and counts as not told.
    fn time(&mut self, text: Option<&str>, arn: &str, member: &str) -> Option<Timestamp> {
        let text = text?;
        let time = timestamp(text);
        if time.is_none() {
            let detail = format!("its `{member}` says `{text}`, which is no time; when it was last used is not known");
            self.problems.push(Problem {
                account: Some(self.account),
                subject: arn.into(),
                detail: detail.into(),
            });
        }
        time
    }

    fn access_findings(
        &mut self,
        records: &AccountRecords<'_>,
        organization_findings: Option<&AccessFindings>,
    ) -> Option<Vec<AccessFinding>> {
        let own = records.access_analyzer.as_ref();
        if let Some(analyzers) = own.and_then(|own| own.analyzers.as_deref()) {
            self.problems.extend(access_analyzer::silent_analyzers(analyzers));
        }
        let own = own.map(access_analyzer::findings);
        let Some(all) = organization_findings else { return own };
        let theirs = all.of_account(self.account).to_vec();
        Some(match own {
            Some(own) => access_analyzer::sorted_once([own, theirs].concat()),
            None => theirs,
        })
    }

    fn managed_policy(&mut self, arn: &str) -> Arc<Policy> {
        if let Some(policy) = self.managed.get(arn) {
            return policy.clone();
        }
        let policy = self.document(None, arn.into(), PolicyType::Identity);
        self.managed.insert(arn.into(), policy.clone());
        policy
    }

    fn document(&mut self, document: Option<&'r RawDocument<'_>>, name: Arc<str>, policy_type: PolicyType) -> Arc<Policy> {
        let account = Some(self.account);
        let Some(document) = document else {
            let detail =
                format!("the document of this {policy_type} was not collected; its holders are undetermined where it matters");
            self.problems.push(Problem {
                account,
                subject: name.clone(),
                detail: detail.into(),
            });
            return Arc::new(Policy::missing(name, policy_type, "not collected"));
        };
        let (text, parsed) = self.documents.parse(&document.text, policy_type);
        let policy = Policy {
            name,
            policy_type,
            document: parsed,
            text: place_of(document, text),
        };
        self.problems.extend(problem_of(&policy, account));
        Arc::new(policy)
    }
}

/// What a user, group or role holds itself.
#[derive(Default)]
struct Holder {
    policies: Vec<Arc<Policy>>,
    gaps: Vec<Arc<str>>,
}

/// A time as AWS writes it.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Twelve digits always make an ARN; this stands in for the impossible.
fn unparsable_arn() -> Arn {
    "arn:aws:iam:::root".parse().unwrap_or_else(|_| unparsable_arn())
}
