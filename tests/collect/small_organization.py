"""Makes the caller's account of the emulator the management account of a small organization.

Root ── Workloads ── Production: billing, shop      Root ── Sandbox: sandbox, closed (suspended)
An SCP on Production denies ecs:DeleteService; an RCP stands at the root. Each account has a user `operator` who may
terminate and delete, and a role `reader`. Prints the ids, and credentials of shop. Usage: small_organization.py ENDPOINT
"""

import json
import sys

import boto3
from botocore.config import Config

[endpoint] = sys.argv[1:]


def client(service, **key):
    key = key or {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    config = Config(read_timeout=20, retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", config=config, **key)


def session(account):
    """Credentials of an account."""
    role = f"arn:aws:iam::{account}:role/setup"
    answer = client("sts").assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def policy(effect, *actions, **more):
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


organizations = client("organizations")
organizations.create_organization(FeatureSet="ALL")
[root] = organizations.list_roots()["Roots"]
for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]:
    organizations.enable_policy_type(RootId=root["Id"], PolicyType=kind)


def unit(parent, name):
    return organizations.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]


units = {"workloads": unit(root["Id"], "Workloads"), "sandbox": unit(root["Id"], "Sandbox")}
units["production"] = unit(units["workloads"], "Production")


def account(name, parent):
    status = organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
    id = status["AccountId"]
    organizations.move_account(AccountId=id, SourceParentId=root["Id"], DestinationParentId=units[parent])
    return id


places = {"billing": "production", "shop": "production", "sandbox": "sandbox", "closed": "sandbox"}
accounts = {name: account(name, parent) for name, parent in places.items()}
organizations.close_account(AccountId=accounts["closed"])
for kind, name, content, target in [
    ("SERVICE_CONTROL_POLICY", "no-deletion", policy("Deny", "ecs:DeleteService"), units["production"]),
    ("RESOURCE_CONTROL_POLICY", "no-http", policy("Deny", "s3:*", Principal="*"), root["Id"]),
]:
    made = organizations.create_policy(Name=name, Type=kind, Content=content, Description=name)["Policy"]["PolicySummary"]
    organizations.attach_policy(PolicyId=made["Id"], TargetId=target)
organizations.enable_aws_service_access(ServicePrincipal="access-analyzer.amazonaws.com")
organizations.register_delegated_administrator(
    AccountId=accounts["billing"], ServicePrincipal="access-analyzer.amazonaws.com"
)
trust = policy("Allow", "sts:AssumeRole", Principal={"AWS": "*"})
# Able to delete nothing that is there: the only service is tagged otherwise.
iam = client("iam")
iam.create_role(RoleName="pruner", AssumeRolePolicyDocument=trust)
pruning = policy("Allow", "ecs:DeleteService", Condition={"StringEquals": {"aws:ResourceTag/env": "test"}})
iam.put_role_policy(RoleName="pruner", PolicyName="prune", PolicyDocument=pruning)
for id in accounts.values():
    iam = client("iam", **session(id))
    iam.create_user(UserName="operator")
    iam.put_user_policy(
        UserName="operator",
        PolicyName="operate",
        PolicyDocument=policy("Allow", "ecs:DeleteService", "ec2:TerminateInstances"),
    )
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)
json.dump({"accounts": accounts, "units": units, "shop": list(session(accounts["shop"]).values())}, sys.stdout)
