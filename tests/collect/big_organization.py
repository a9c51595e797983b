"""Makes an organization of many accounts in the emulator, and writes the same one as files of a snapshot.

Root ── Core: log, tools     Root ── Workloads ── Production ── Payments     Workloads ── Testing
The tree, SCPs, RCPs and delegation go over the API of Organizations; then ids and names are known, and the files are
written from what was asked for, not from what is read back. Users, groups, roles and policies are loaded from those
files, see load.py. The same arguments make the same accounts, but for the ids that the emulator chooses.

Usage: big_organization.py ENDPOINT FOLDER ACCOUNTS POLICIES [instances]     POLICIES: customer managed ones for each account;
instances: the files also say that there are none
Prints the ids of the accounts.
"""

import csv
import io
import json
import pathlib
import random
import sys
import urllib.request

import boto3
from botocore.config import Config

endpoint, folder, accounts, policies, *options = sys.argv[1:]
accounts, policies = int(accounts), int(policies)
folder = pathlib.Path(folder)
MANAGEMENT = "123456789012"
CREATED = "2025-03-04T05:06:07+00:00"
VERSION = "2012-10-17"
REGIONS = ["eu-west-1", "us-east-1"]
ACTIONS = {
    "terminate": ["ec2:TerminateInstances"],
    "operate": ["ec2:StopInstances", "ec2:StartInstances", "ec2:TerminateInstances"],
    "deploy": ["ecs:UpdateService", "ecs:DeleteService"],
    "read": ["ec2:Describe*", "ecs:List*", "iam:Get*"],
    "store": ["s3:GetObject", "s3:PutObject"],
    "all": ["ec2:*", "ecs:*"],
}
keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
config = Config(read_timeout=60, retries={"total_max_attempts": 1})
organizations = boto3.client("organizations", endpoint_url=endpoint, region_name="us-east-1", config=config, **keys)


def document(*statements):
    return {"Version": VERSION, "Statement": list(statements)}


def statement(effect, actions, resource="*", **more):
    return {"Effect": effect, "Action": actions, "Resource": resource, **more}


def post(path, body):
    request = urllib.request.Request(endpoint + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=120).read()


# The organization.

SCPS = {
    "no-deletion": document(statement("Deny", ["ecs:DeleteService"])),
    "regions": document(
        statement("Deny", ["ec2:*"], Condition={"StringNotEquals": {"aws:RequestedRegion": REGIONS}})
    ),
    "tagged": document(
        statement("Deny", ["ec2:TerminateInstances"], Condition={"Null": {"aws:ResourceTag/owner": "true"}})
    ),
}
RCPS = {"own-buckets": document(statement("Deny", ["s3:*"], Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}))}
# Name, what is above, SCPs, RCPs.
UNITS = [
    ("Core", "Root", [], []),
    ("Workloads", "Root", ["regions"], ["own-buckets"]),
    ("Production", "Workloads", ["no-deletion"], []),
    ("Testing", "Workloads", [], []),
    ("Payments", "Production", ["tagged"], []),
]
FULL = {
    "p-FullAWSAccess": ("SERVICE_CONTROL_POLICY", "FullAWSAccess", document(statement("Allow", "*"))),
    "p-RCPFullAWSAccess": ("RESOURCE_CONTROL_POLICY", "RCPFullAWSAccess", document(statement("Allow", "*", Principal="*"))),
}

description = organizations.create_organization(FeatureSet="ALL")["Organization"]
[root] = organizations.list_roots()["Roots"]
TYPES = {"SERVICE_CONTROL_POLICY": SCPS, "RESOURCE_CONTROL_POLICY": RCPS}
for kind in TYPES:
    organizations.enable_policy_type(RootId=root["Id"], PolicyType=kind)
ids = {"Root": root["Id"]}
attached = {kind: {root["Id"]: [full], MANAGEMENT: [full]} for full, (kind, _, _) in FULL.items()}
written_policies = [
    {"PolicySummary": {"Id": id, "Name": name, "Type": kind, "AwsManaged": True}, "Content": json.dumps(content)}
    for id, (kind, name, content) in FULL.items()
]
for kind, wanted in TYPES.items():
    for name, content in wanted.items():
        text = json.dumps(content)
        made = organizations.create_policy(Name=name, Type=kind, Content=text, Description=name)["Policy"]["PolicySummary"]
        ids[name] = made["Id"]
        summary = {"Id": made["Id"], "Name": name, "Type": kind, "AwsManaged": False}
        written_policies.append({"PolicySummary": summary, "Content": text})


def stand_below(id):
    for full, (kind, _, _) in FULL.items():
        attached[kind][id] = [full]


def attach(kind, name, target):
    organizations.attach_policy(PolicyId=ids[name], TargetId=target)
    attached[kind][target] = sorted([*attached[kind][target], ids[name]])


units = []
for name, parent, scps, rcps in UNITS:
    made = organizations.create_organizational_unit(ParentId=ids[parent], Name=name)["OrganizationalUnit"]
    ids[name] = made["Id"]
    units.append({"Id": made["Id"], "Arn": made["Arn"], "Name": name, "ParentId": ids[parent]})
    stand_below(made["Id"])
    for kind, names in [("SERVICE_CONTROL_POLICY", scps), ("RESOURCE_CONTROL_POLICY", rcps)]:
        for policy in names:
            attach(kind, policy, made["Id"])

members = []
written_accounts = [{"Id": MANAGEMENT, "Name": "master", "State": "ACTIVE", "ParentId": root["Id"]}]
for number in range(accounts):
    name = f"account-{number}"
    made = organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
    id = made["AccountId"]
    unit = UNITS[number % len(UNITS)][0]
    organizations.move_account(AccountId=id, SourceParentId=root["Id"], DestinationParentId=ids[unit])
    members.append(id)
    written_accounts.append({"Id": id, "Name": name, "State": "ACTIVE", "ParentId": ids[unit]})
    stand_below(id)
    if number % 6 == 5:
        attach("SERVICE_CONTROL_POLICY", "tagged", id)
service = "access-analyzer.amazonaws.com"
organizations.enable_aws_service_access(ServicePrincipal=service)
organizations.register_delegated_administrator(AccountId=members[0], ServicePrincipal=service)
kinds = [{"Type": kind, "Status": "ENABLED"} for kind in TYPES]
organization = {
    "Organization": {name: description[name] for name in ("Id", "Arn", "FeatureSet", "MasterAccountArn", "MasterAccountId")},
    "Roots": [{"Id": root["Id"], "Arn": root["Arn"], "Name": root["Name"], "PolicyTypes": kinds}],
    "OrganizationalUnits": units,
    "Accounts": written_accounts,
    "Policies": written_policies,
    "PoliciesForTarget": attached,
    "DelegatedAdministrators": [{"Id": members[0], "ServicePrincipal": service}],
}


# One account.


def grant(chance):
    actions = chance.choice(list(ACTIONS.values()))
    more = {}
    if chance.random() < 0.3:
        more["Condition"] = {"StringEquals": {"aws:ResourceTag/team": chance.choice(["a b", "é", "50%+1"])}}
    statements = [statement("Allow", actions, **more)]
    if chance.random() < 0.1:
        statements.append(statement("Deny", ["ec2:TerminateInstances"], Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
    return document(*statements)


def details(account, number):
    chance = random.Random(f"{number}")
    arn = f"arn:aws:iam::{account}:"

    def id(prefix):
        return prefix + "".join(chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(17))

    def inline(name):
        return [{"PolicyName": f"{name}-{n}", "PolicyDocument": grant(chance)} for n in range(chance.randrange(3))]

    managed = []
    for n in range(policies):
        name = f"policy-{n}"
        versions = [
            {"VersionId": f"v{version}", "IsDefaultVersion": False, "CreateDate": CREATED, "Document": grant(chance)}
            for version in range(1, chance.randrange(2, 4))
        ]
        versions[-1]["IsDefaultVersion"] = True
        managed.append(
            {
                "PolicyName": name,
                "PolicyId": id("ANPA"),
                "Arn": f"{arn}policy/team/{name}",
                "Path": "/team/",
                "DefaultVersionId": versions[-1]["VersionId"],
                "AttachmentCount": 0,
                "IsAttachable": True,
                "CreateDate": CREATED,
                "UpdateDate": CREATED,
                "PolicyVersionList": versions,
            }
        )

    def chosen():
        some = chance.sample(managed, min(chance.randrange(3), len(managed)))
        return [{"PolicyName": policy["PolicyName"], "PolicyArn": policy["Arn"]} for policy in some]

    groups = [
        {
            "Path": "/",
            "GroupName": f"group-{n}",
            "GroupId": id("AGPA"),
            "Arn": f"{arn}group/group-{n}",
            "CreateDate": CREATED,
            "GroupPolicyList": inline("group"),
            "AttachedManagedPolicies": chosen(),
        }
        for n in range(3)
    ]
    users = [
        {
            "Path": "/people/",
            "UserName": f"user-{n}",
            "UserId": id("AIDA"),
            "Arn": f"{arn}user/people/user-{n}",
            "CreateDate": CREATED,
            "UserPolicyList": inline("user"),
            "GroupList": sorted(chance.sample([group["GroupName"] for group in groups], chance.randrange(3))),
            "AttachedManagedPolicies": chosen(),
            "Tags": [{"Key": "team", "Value": "a+b & <c>"}],
        }
        for n in range(8)
    ]
    roles = []
    for n in range(20):
        principal = chance.choice([{"Service": "ec2.amazonaws.com"}, {"AWS": f"{arn}root"}, {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}])
        role = {
            "Path": "/",
            "RoleName": f"role-{n}",
            "RoleId": id("AROA"),
            "Arn": f"{arn}role/role-{n}",
            "CreateDate": CREATED,
            "AssumeRolePolicyDocument": document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}),
            "InstanceProfileList": [],
            "RolePolicyList": inline("role"),
            "AttachedManagedPolicies": chosen(),
            "Tags": [{"Key": "env", "Value": chance.choice(["prod", "test"])}],
            "RoleLastUsed": {},
        }
        if managed and chance.random() < 0.2:
            boundary = chance.choice(managed)["Arn"]
            role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        roles.append(role)
    return {"UserDetailList": users, "GroupDetailList": groups, "RoleDetailList": roles, "Policies": managed}


COLUMNS = (
    "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active"
    " access_key_1_active access_key_1_last_rotated access_key_1_last_used_date access_key_1_last_used_region"
    " access_key_1_last_used_service access_key_2_active access_key_2_last_rotated access_key_2_last_used_date"
    " access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated cert_2_active"
    " cert_2_last_rotated"
).split()


def credential_report(users):
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for user in users:
        row = {name: "false" if name.endswith("_active") or name == "password_enabled" else "N/A" for name in COLUMNS}
        row |= {"user": user["UserName"], "arn": user["Arn"], "user_creation_time": user["CreateDate"], "password_last_used": "no_information"}
        rows.writerow(row[name] for name in COLUMNS)
    return out.getvalue()


def analyzers(account):
    """In both Regions one of external access with a finding on each of two roles."""
    found = []
    for region in REGIONS:
        analyzer = f"arn:aws:access-analyzer:{region}:{account}:analyzer/external"
        times = {"analyzedAt": CREATED, "createdAt": CREATED, "updatedAt": CREATED}
        findings = []
        for n in range(2):
            external = {"principal": {"AWS": "444455556666"}, "action": ["sts:AssumeRole"], "condition": {}, "isPublic": False}
            findings.append(
                {
                    "id": f"{region}-{account}-{n}",
                    "findingType": "ExternalAccess",
                    "status": "ACTIVE",
                    "resource": f"arn:aws:iam::{account}:role/role-{n}",
                    "resourceType": "AWS::IAM::Role",
                    "resourceOwnerAccount": account,
                    **times,
                    "findingDetails": [{"externalAccessDetails": external}],
                }
            )
        summary = {"arn": analyzer, "name": "external", "type": "ACCOUNT", "createdAt": CREATED, "status": "ACTIVE"}
        found.append({"account": account, "region": region, "analyzer": summary, "findings": findings})
    return found


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))


write(folder / "organization.json", organization)
everywhere = []
for number, account in enumerate(members):
    place = folder / "accounts" / account
    content = details(account, number)
    write(place / "account-authorization-details.json", content)
    write(place / "credential-report.csv", credential_report(content["UserDetailList"]))
    found = analyzers(account)
    everywhere += found
    findings = [finding for entry in found for finding in entry["findings"]]
    write(
        place / "access-analyzer-findings.json",
        {
            "analyzers": [entry["analyzer"] for entry in found],
            "findings": [{k: v for k, v in finding.items() if k != "findingDetails"} for finding in findings],
            "findingDetails": findings,
        },
    )
    write(place / "inventory.json", {"services": []} | ({"Instances": []} if "instances" in options else {}))
    post("/emulator/account", {"account": account, "details": content})
regions = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in REGIONS]
post("/emulator/extra", {"analyzers": everywhere, "regions": regions})
json.dump(members, sys.stdout)
