//! The role through which an account is read, as CloudFormation and as Terraform.

use std::sync::LazyLock;

use crate::collect::policy::account_policy;
use crate::collect::policy::policy_text;
use crate::ident::Arn;

/// The role to make.
#[derive(Debug, Clone)]
pub struct RoleTemplate {
    name: String,
    trusted: Option<Arn>,
    external_id: Option<String>,
}

/// The templates would say something else than was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleTemplateError {
    /// The name of a role.
    #[error("role name `{0}`: 1 to 64 letters, digits and +=,.@_- expected")]
    Name(String),
    /// Who may assume the role.
    #[error(
        "`{0}` can be trusted by no role: the ARN of a role, a user or an account's root expected, such as arn:aws:iam::111122223333:role/audit"
    )]
    Trusted(String),
    /// What AWS takes as an external id.
    #[error("external id `{0}`: 2 to 1224 letters, digits and +=,.@:/_- expected")]
    ExternalId(String),
}

impl RoleTemplate {
    /// A role of that name that the principal may assume with the external id; what is `None` is asked for at deployment.
    ///
    /// # Errors
    /// [`RoleTemplateError`] for what AWS does not take.
    pub fn new(name: &str, trusted: Option<&Arn>, external_id: Option<&str>) -> Result<Self, RoleTemplateError> {
        if !(1..=64).contains(&name.len()) || !is_of(name, "+=,.@_-") {
            return Err(RoleTemplateError::Name(name.into()));
        }
        if let Some(arn) = trusted.filter(|arn| !can_be_trusted(arn)) {
            return Err(RoleTemplateError::Trusted(arn.to_string()));
        }
        if let Some(id) = external_id.filter(|id| !(2..=1224).contains(&id.len()) || !is_of(id, "+=,.@:/_-")) {
            return Err(RoleTemplateError::ExternalId(id.into()));
        }
        Ok(Self {
            name: name.into(),
            trusted: trusted.cloned(),
            external_id: external_id.map(Into::into),
        })
    }

    /// A CloudFormation template, fit for a StackSet.
    #[must_use]
    pub fn cloudformation(&self) -> String {
        let trusted = self.trusted.as_ref().map(|arn| yaml_default(arn.as_str()));
        let external_id = self.external_id.as_deref().map(yaml_default);
        CLOUDFORMATION
            .replace("@NAME@", &self.name)
            .replace("@TRUSTED@", trusted.as_deref().unwrap_or_default())
            .replace("@EXTERNAL_ID@", external_id.as_deref().unwrap_or_default())
            .replace("@POLICY@", &indented(12))
    }

    /// A Terraform module.
    #[must_use]
    pub fn terraform(&self) -> String {
        let trusted = self.trusted.as_ref().map(|arn| terraform_default(arn.as_str()));
        let external_id = self.external_id.as_deref().map(terraform_default);
        TERRAFORM
            .replace("@NAME@", &self.name)
            .replace("@TRUSTED@", trusted.as_deref().unwrap_or_default())
            .replace("@EXTERNAL_ID@", external_id.as_deref().unwrap_or_default())
            .replace("@POLICY@", &indented(4))
    }
}

fn is_of(text: &str, others: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// A principal of IAM that a trust policy can name by its ARN, in characters that mean nothing in a template.
fn can_be_trusted(arn: &Arn) -> bool {
    let resource = arn.resource();
    let names = ["role/", "user/"];
    let is_named = names
        .iter()
        .any(|kind| resource.strip_prefix(kind).is_some_and(|name| !name.is_empty()));
    let is_iam = arn.service() == "iam" && arn.region().is_empty() && arn.account().is_some();
    is_iam && (is_named || resource == "root") && is_of(arn.as_str(), "+=,.@:/_-")
}

fn yaml_default(value: &str) -> String {
    format!("\n    Default: \"{value}\"")
}

fn terraform_default(value: &str) -> String {
    format!("\n  default     = \"{value}\"")
}

/// The policy with a margin, without the one of its first line.
fn indented(margin: usize) -> String {
    static POLICY: LazyLock<String> = LazyLock::new(|| policy_text(&account_policy()));
    POLICY.replace('\n', &format!("\n{}", " ".repeat(margin)))
}

const CLOUDFORMATION: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Description: The role through which leastwise collect reads an account. It can change nothing. Fit for a StackSet.
Parameters:
  RoleName:
    Type: String
    Default: @NAME@
  TrustedPrincipal:
    Type: String
    Description: ARN of the role or user that runs leastwise collect
    AllowedPattern: "arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/.+)"@TRUSTED@
  ExternalId:
    Type: String
    Description: What --external-id passes; the role cannot be assumed without it
    MinLength: 2
    MaxLength: 1224
    AllowedPattern: "[A-Za-z0-9+=,.@:/_-]+"
    NoEcho: true@EXTERNAL_ID@
Resources:
  Collector:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {Ref: RoleName}
      MaxSessionDuration: 3600
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: {Ref: TrustedPrincipal}}
            Action: sts:AssumeRole
            Condition: {StringEquals: {"sts:ExternalId": {Ref: ExternalId}}}
      Policies:
        - PolicyName: leastwise-collector
          PolicyDocument:
            @POLICY@
Outputs:
  RoleArn:
    Value: {"Fn::GetAtt": [Collector, Arn]}
"#;

const TERRAFORM: &str = r#"# The role through which leastwise collect reads an account. It can change nothing.

variable "role_name" {
  type    = string
  default = "@NAME@"
}

variable "trusted_principal" {
  description = "ARN of the role or user that runs leastwise collect"
  type        = string@TRUSTED@
}

variable "external_id" {
  description = "What --external-id passes; the role cannot be assumed without it"
  type        = string
  sensitive   = true@EXTERNAL_ID@
}

resource "aws_iam_role" "collector" {
  name                 = var.role_name
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.trusted_principal }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
    }]
  })
}

resource "aws_iam_role_policy" "collector" {
  name   = "leastwise-collector"
  role   = aws_iam_role.collector.id
  policy = <<-JSON
    @POLICY@
  JSON
}

output "role_arn" {
  value = aws_iam_role.collector.arn
}
"#;
