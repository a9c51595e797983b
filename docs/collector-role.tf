# The role through which leastwise collect reads an account. It can change nothing.

variable "role_name" {
  type    = string
  default = "leastwise-collector"
}

variable "trusted_principal" {
  description = "ARN of the role or user that runs leastwise collect"
  type        = string
}

variable "external_id" {
  description = "What --external-id passes; the role cannot be assumed without it"
  type        = string
  sensitive   = true
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
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "LeastwiseReadsAnAccount",
          "Effect": "Allow",
          "Action": [
            "access-analyzer:GetFinding",
            "access-analyzer:ListAnalyzers",
            "access-analyzer:ListFindings",
            "account:ListRegions",
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstances",
            "ecs:DescribeServices",
            "ecs:ListClusters",
            "ecs:ListServices",
            "iam:GenerateCredentialReport",
            "iam:GenerateServiceLastAccessedDetails",
            "iam:GetAccountAuthorizationDetails",
            "iam:GetAccountSummary",
            "iam:GetCredentialReport",
            "iam:GetServiceLastAccessedDetails",
            "iam:ListAccountAliases",
            "organizations:DescribeOrganization"
          ],
          "Resource": "*"
        }
      ]
    }
  JSON
}

output "role_arn" {
  value = aws_iam_role.collector.arn
}
