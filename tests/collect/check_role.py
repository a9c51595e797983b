"""Checks that the templates of the collector's role grant the policy and nothing else, and trust with an external id.

Usage: check_role.py POLICY CLOUDFORMATION TERRAFORM TRUSTED EXTERNAL_ID, the last two empty where nothing was said.
"""

import json
import pathlib
import re
import sys

import yaml

policy, template, module = (pathlib.Path(name).read_text() for name in sys.argv[1:4])
trusted, external_id = sys.argv[4:]
policy = json.loads(policy)

found = yaml.safe_load(template)
[role] = found["Resources"].values()
assert role["Type"] == "AWS::IAM::Role" and "ManagedPolicyArns" not in role["Properties"]
[inline] = role["Properties"]["Policies"]
assert inline["PolicyDocument"] == policy, inline
[trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}, trust
assert trust["Principal"] == {"AWS": {"Ref": "TrustedPrincipal"}}, trust
assert trust["Action"] == "sts:AssumeRole"
parameters = found["Parameters"]
assert parameters["ExternalId"].get("Default", "") == external_id, "else the external id must be chosen"
assert parameters["TrustedPrincipal"].get("Default", "") == trusted
for name, said in (("ExternalId", external_id), ("TrustedPrincipal", trusted)):
    assert not said or re.fullmatch(parameters[name]["AllowedPattern"], said), name

grants = re.findall(r'resource\s+"(\w+)"', module)
assert grants == ["aws_iam_role", "aws_iam_role_policy"], grants
[text] = re.findall(r"policy = <<-JSON\n(.*?)\n  JSON\n", module, re.S)
assert json.loads(text) == policy and "${" not in text and "%{" not in text
assert '"sts:ExternalId" = var.external_id' in module and "{ AWS = var.trusted_principal }" in module
defaults = re.findall(r'variable "(\w+)" {[^}]*?default\s*=\s*"([^"]*)"', module)
said = {"trusted_principal": trusted, "external_id": external_id}
assert dict(defaults) == {"role_name": "leastwise-collector"} | {k: v for k, v in said.items() if v}, defaults
print("checked the role")
