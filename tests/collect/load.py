"""Loads an account's details, in the shape that the AWS CLI prints, into moto. Over the API it would take minutes.

What moto does not keep is refused: a boundary of a user, versions of which another than the last is the default.
"""

import datetime
import json

from moto.iam.models import iam_backends


def date(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=None)


def load(account, details):
    iam = iam_backends[account]["aws"]
    iam.roles.clear()  # CreateAccount made one
    for policy in details["Policies"]:
        first, *later = policy["PolicyVersionList"]
        made = iam.create_policy("", policy["Path"], json.dumps(first["Document"]), policy["PolicyName"], [])
        assert made.arn == policy["Arn"]
        made.id, made.create_date = policy["PolicyId"], date(policy["CreateDate"])
        for version in later:
            iam.create_policy_version(made.arn, json.dumps(version["Document"]), True)
        assert policy["PolicyVersionList"][-1]["IsDefaultVersion"]
    for group in details["GroupDetailList"]:
        made = iam.create_group(group["GroupName"], group["Path"])
        made.id, made.create_date = group["GroupId"], date(group["CreateDate"])
        for policy in group["GroupPolicyList"]:
            iam.put_group_policy(group["GroupName"], policy["PolicyName"], json.dumps(policy["PolicyDocument"]))
        for policy in group["AttachedManagedPolicies"]:
            iam.attach_group_policy(policy["PolicyArn"], group["GroupName"])
    for user in details["UserDetailList"]:
        assert "PermissionsBoundary" not in user
        made = iam.create_user("us-east-1", user["UserName"], user["Path"], user["Tags"])
        made.id, made.create_date = user["UserId"], date(user["CreateDate"])
        for policy in user["UserPolicyList"]:
            iam.put_user_policy(user["UserName"], policy["PolicyName"], json.dumps(policy["PolicyDocument"]))
        for policy in user["AttachedManagedPolicies"]:
            iam.attach_user_policy(policy["PolicyArn"], user["UserName"])
        for name in user["GroupList"]:
            iam.add_user_to_group(name, user["UserName"])
    for role in details["RoleDetailList"]:
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        trust = json.dumps(role["AssumeRolePolicyDocument"])
        made = iam.create_role(role["RoleName"], trust, role["Path"], boundary, "", role["Tags"], None)
        made.id, made.create_date = role["RoleId"], date(role["CreateDate"])
        for policy in role["RolePolicyList"]:
            iam.put_role_policy(role["RoleName"], policy["PolicyName"], json.dumps(policy["PolicyDocument"]))
        for policy in role["AttachedManagedPolicies"]:
            iam.attach_role_policy(policy["PolicyArn"], role["RoleName"])
