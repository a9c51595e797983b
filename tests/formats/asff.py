"""Reads lines, each a request of BatchImportFindings, and prints what is wrong with them and what Security Hub holds then.

Each line is checked against botocore's model, with the bounds that botocore itself does not look at and those that the
documentation of the format gives, and then sent over a socket to moto, as the account that the findings are of.
"""

import json
import logging
import re
import sys

import boto3
from moto.server import ThreadedMotoServer

LIMITS = {
    "Title": 256,
    "Description": 1024,
    "Id": 512,
    "GeneratorId": 512,
    "ProductFields": 50,
    "Types": 50,
    "Resources": 32,
}
TIMES = ["CreatedAt", "UpdatedAt"]


def wrong(shape, value, path):
    """What the model forbids."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path}: no object"]
        found = [f"{path}: {name} is missing" for name in shape.required_members if name not in value]
        for name, member in value.items():
            if name not in shape.members:
                found.append(f"{path}: {name} is unknown")
            else:
                found += wrong(shape.members[name], member, f"{path}.{name}")
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path}: no list"]
        found = [] if len(value) <= shape.metadata.get("max", len(value)) else [f"{path}: {len(value)} are too many"]
        found += [] if len(value) >= shape.metadata.get("min", 0) else [f"{path}: {len(value)} are too few"]
        return found + [one for at, item in enumerate(value) for one in wrong(shape.member, item, f"{path}[{at}]")]
    if kind == "map":
        return [
            one
            for key, item in value.items()
            for one in wrong(shape.key, key, f"{path} key") + wrong(shape.value, item, f"{path}.{key}")
        ]
    if kind == "string":
        if not isinstance(value, str):
            return [f"{path}: no text"]
        if shape.enum and value not in shape.enum:
            return [f"{path}: {value} is not one of {shape.enum}"]
        pattern = shape.metadata.get("pattern")
        return [f"{path}: {value!r} does not match {pattern}"] if pattern and not re.fullmatch(pattern, value) else []
    return []


def documented(finding, path):
    """What the documentation forbids."""
    found = [f"{path}.{name}: longer than {most}" for name, most in LIMITS.items() if len(finding.get(name, [])) > most]
    for name, text in finding.get("ProductFields", {}).items():
        if len(name) > 128 or len(text) > 2048:
            found.append(f"{path}.ProductFields.{name}: too long")
    for name in TIMES:
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", finding.get(name, "")):
            found.append(f"{path}.{name}: not a time")
    account, arn = finding.get("AwsAccountId"), finding.get("ProductArn", "")
    own = rf"arn:(aws|aws-cn|aws-us-gov):securityhub:{finding.get('Region')}:{account}:product/{account}/default"
    if not re.fullmatch(own, arn):
        found.append(f"{path}.ProductArn: {arn} is not of the account and the Region")
    if len(json.dumps(finding)) > 240 * 1024:
        found.append(f"{path}: larger than 240 KB")
    return found


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    mistakes, held = [], []
    accounts = {}
    for number, line in enumerate(sys.stdin):
        request = json.loads(line)
        of = {finding.get("AwsAccountId") for finding in request["Findings"]}
        region = request["Findings"][0].get("Region")
        if len(of) != 1:
            mistakes.append(f"line {number}: findings of {len(of)} accounts")
        account = sorted(map(str, of))[0]
        if (account, region) not in accounts:
            client = boto3.client(
                "securityhub",
                region_name=region,
                endpoint_url=f"http://{host}:{port}",
                aws_access_key_id="key",
                aws_secret_access_key="secret",
            )
            say = lambda params, account=account, **_: params["headers"].update({"x-moto-account-id": account})
            client.meta.events.register("before-call.securityhub", say)
            accounts[account, region] = client
        client = accounts[account, region]
        shape = client.meta.service_model.operation_model("BatchImportFindings").input_shape
        found = wrong(shape, request, f"line {number}")
        for at, finding in enumerate(request["Findings"]):
            found += documented(finding, f"line {number}.Findings[{at}]")
        mistakes += found
        if not found:
            answer = client.batch_import_findings(**request)
            if answer["FailedCount"] or answer["SuccessCount"] != len(request["Findings"]):
                mistakes.append(f"line {number}: {answer}")
    for client in accounts.values():
        token = {}
        while True:
            page = client.get_findings(MaxResults=100, **token)
            held += [[one["Id"], one["AwsAccountId"], one["Severity"]["Label"]] for one in page["Findings"]]
            if not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
    server.stop()
    print(json.dumps({"mistakes": mistakes, "held": held}))


main()
