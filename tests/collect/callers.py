"""Callers who hold what `iam-policy` prints, whole or with one action missing, for a small organization.

Every role `reader` gets the policy for an account. Prints the keys by what is missing; "" misses nothing.
Usage: callers.py ENDPOINT ACCOUNT_POLICY ORGANIZATION_POLICY ACCOUNT...
"""

import json
import sys

import boto3

endpoint, account_file, organization_file, *accounts = sys.argv[1:]
with open(account_file) as file:
    account_policy = file.read()
with open(organization_file) as file:
    organization_policy = json.load(file)


def client(service, **keys):
    keys = keys or {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", **keys)


for account in accounts:
    role = f"arn:aws:iam::{account}:role/setup"
    keys = client("sts").assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
    iam = client(
        "iam",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    iam.put_role_policy(RoleName="reader", PolicyName="collector", PolicyDocument=account_policy)


def without(missing):
    statements = []
    for statement in organization_policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        actions = [action for action in actions if action != missing]
        if actions:
            statements.append(statement | {"Action": actions})
    return json.dumps(organization_policy | {"Statement": statements})


iam = client("iam")
names = {name for statement in organization_policy["Statement"] for name in [statement["Action"]] if isinstance(name, str)}
names |= {name for statement in organization_policy["Statement"] if isinstance(statement["Action"], list) for name in statement["Action"]}
# What is in both would not be missing if it were taken from one alone.
account_policy = json.loads(account_policy)
callers = {}
for missing in ["", *sorted(names)]:
    user = "caller-without-" + missing.replace(":", ".")
    iam.create_user(UserName=user)
    [statement] = account_policy["Statement"]
    left = statement | {"Action": [action for action in statement["Action"] if action != missing]}
    own = json.dumps(account_policy | {"Statement": [left]})
    iam.put_user_policy(UserName=user, PolicyName="account", PolicyDocument=own)
    iam.put_user_policy(UserName=user, PolicyName="organization", PolicyDocument=without(missing))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    callers[missing] = [key["AccessKeyId"], key["SecretAccessKey"]]
json.dump(callers, sys.stdout)
