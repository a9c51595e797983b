"""Checks that the templates of the collector's role grant docs/collector-policy.json and nothing else.

Usage: check_role.py DOCS [--write]; with --write it first puts the policy into the CloudFormation template.
"""

import json
import pathlib
import re
import sys

import yaml

docs = pathlib.Path(sys.argv[1])
policy_text = (docs / "collector-policy.json").read_text()
template = docs / "collector-role.cloudformation.yaml"
if "--write" in sys.argv:
    margin = " " * 12
    body = "".join(f"{margin}{line}\n" for line in policy_text.splitlines())
    block = re.compile(rf"({margin}# collector-policy.json\n).*?({margin}# end\n)", re.DOTALL)
    text, count = block.subn(lambda found: found[1] + body + found[2], template.read_text())
    assert count == 1, f"{template}: no place for the policy"
    template.write_text(text)

found = yaml.safe_load(template.read_text())
[role] = found["Resources"].values()
properties = role["Properties"]
[inline] = properties["Policies"]
assert inline["PolicyDocument"] == json.loads(policy_text), f"{template} differs from the policy: run with --write"
assert "ManagedPolicyArns" not in properties
[trust] = properties["AssumeRolePolicyDocument"]["Statement"]
assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}, trust
assert trust["Principal"] == {"AWS": {"Ref": "TrustedPrincipal"}}, trust
assert "Default" not in found["Parameters"]["ExternalId"], "the external id must be chosen"

terraform = (docs / "collector-role.tf").read_text()
grants = re.findall(r'resource\s+"(\w+)"', terraform)
assert grants == ["aws_iam_role", "aws_iam_role_policy"], grants
assert re.findall(r"^\s*policy\s*=\s*(.*)$", terraform, re.M) == ['file("${path.module}/collector-policy.json")']
assert '"sts:ExternalId" = var.external_id' in terraform
print("checked the role")
