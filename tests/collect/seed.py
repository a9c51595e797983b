"""Fills the emulator with one account, and prints what botocore, the AWS CLI's own library, reads back.

The callers `collector` and `collector-without-ACTION` hold the shipped policy, whole and with one action missing.
Usage: seed.py ENDPOINT POLICY_FILE
"""

import datetime
import json
import sys

import boto3
from botocore.config import Config

endpoint, policy_file = sys.argv[1:]


def client(service):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(read_timeout=20, retries={"total_max_attempts": 1}),
    )


iam = client("iam")


def allow(*actions, resource="*", **condition):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1, ensure_ascii=False)


def trust(service):
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


terminate = allow("ec2:TerminateInstances")
services = iam.create_policy(PolicyName="delete-services", PolicyDocument=allow("ecs:DeleteService"))["Policy"]["Arn"]
reading = iam.create_policy(PolicyName="reading", PolicyDocument=terminate, Description="once too wide")["Policy"]["Arn"]
iam.create_policy_version(PolicyArn=reading, PolicyDocument=allow("ec2:Describe*"), SetAsDefault=True)

iam.create_group(GroupName="operators")
iam.attach_group_policy(GroupName="operators", PolicyArn=services)
iam.put_group_policy(GroupName="operators", PolicyName="look", PolicyDocument=allow("ecs:List*"))

iam.create_user(UserName="alice", Tags=[{"Key": "team", "Value": "a+b & <c>"}])
iam.put_user_policy(UserName="alice", PolicyName="terminate", PolicyDocument=terminate)
iam.create_user(UserName="bob", Path="/staff/")
iam.add_user_to_group(GroupName="operators", UserName="bob")
iam.create_user(UserName="carol")
iam.attach_user_policy(UserName="carol", PolicyArn=reading)

iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust("ec2"), Tags=[{"Key": "env", "Value": "prod"}])
iam.put_role_policy(
    RoleName="runner",
    PolicyName="odd+name",
    PolicyDocument=allow("ec2:TerminateInstances", StringEquals={"aws:ResourceTag/team": 'é 100% a+b "q" &'}),
)
iam.create_instance_profile(InstanceProfileName="runner")
iam.add_role_to_instance_profile(InstanceProfileName="runner", RoleName="runner")
iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=trust("lambda"), PermissionsBoundary=reading)
iam.put_role_policy(RoleName="bounded", PolicyName="all", PolicyDocument=allow("ec2:*"))

ecs = client("ecs")
ecs.create_cluster(clusterName="main")
ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}])
tags = [{"key": "env", "value": "prod"}]
ecs.create_service(cluster="main", serviceName="web", taskDefinition="web", desiredCount=2, tags=tags)

ec2 = client("ec2")
team = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": 'é 100% a+b "q" &'}]}]
ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=team)

keys = {}
with open(policy_file) as file:
    policy = json.load(file)
[statement] = policy["Statement"]
actions = list(statement["Action"])
for missing in [None, *actions]:
    name = f"collector-without-{missing.replace(':', '.')}" if missing else "collector"
    statement["Action"] = [action for action in actions if action != missing]
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="collector", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    keys[name] = [key["AccessKeyId"], key["SecretAccessKey"]]

pages = iam.get_paginator("get_account_authorization_details").paginate().build_full_result()
json.dump({"keys": keys, "details": pages}, sys.stdout, default=datetime.datetime.isoformat)
