"""Checks what the plug-in answers against botocore's models, and its pages against what was put in.

Usage: check_plugin.py ENDPOINT
"""

import json
import sys
import urllib.request

import boto3
from botocore.exceptions import ClientError

endpoint = sys.argv[1]
ACCOUNT = "123456789012"
TIME = "2026-01-02T03:04:05Z"
TYPES = [scope + kind for scope in ("ACCOUNT", "ORGANIZATION") for kind in ("", "_UNUSED_ACCESS", "_INTERNAL_ACCESS")]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/a<b&c"
checked = set()


def client(service, region="us-east-1"):
    found = boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    found.meta.events.register("after-call", check)
    return found


def check(http_response, parsed, model, **_):
    if http_response.status_code != 200:
        return
    if model.service_model.service_name == "accessanalyzer":  # the raw body: botocore drops what it does not know
        compare(json.loads(http_response.content), model.output_shape, model.name)
    else:
        compare({k: v for k, v in parsed.items() if k != "ResponseMetadata"}, model.output_shape, model.name)
    checked.add(model.name)


def compare(value, shape, where):
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), f"{where}: not a structure"
        missing = set(shape.required_members) - value.keys()
        unknown = value.keys() - shape.members.keys()
        assert not missing and not unknown, f"{where}: missing {missing}, unknown {unknown}"
        for name, item in value.items():
            compare(item, shape.members[name], f"{where}.{name}")
    elif kind == "list":
        assert isinstance(value, list), f"{where}: not a list"
        for item in value:
            compare(item, shape.member, where + "[]")
    elif kind == "map":
        assert isinstance(value, dict), f"{where}: not a map"
        for item in value.values():
            compare(item, shape.value, where + "{}")
    elif kind == "string":
        assert isinstance(value, str), f"{where}: not a string"
        assert not shape.enum or value in shape.enum, f"{where}: {value} is none of {shape.enum}"
    elif kind == "boolean":
        assert isinstance(value, bool), f"{where}: not a boolean"
    elif kind == "integer":
        assert isinstance(value, int), f"{where}: not an integer"


def finding(number):
    actions = [{"action": f"ec2:Action{number}", "lastAccessed": TIME}]
    detail = {"unusedPermissionDetails": {"serviceNamespace": "ec2", "actions": actions}}
    return {
        "id": f"finding-{number}",
        "analyzedAt": TIME,
        "createdAt": TIME,
        "updatedAt": TIME,
        "resource": ROLE,
        "resourceType": "AWS::IAM::Role",
        "resourceOwnerAccount": ACCOUNT,
        "status": "ACTIVE" if number % 2 else "ARCHIVED",
        "findingType": "UnusedPermission",
        "findingDetails": [detail] * 7,
    }


def summary(kind, region):
    arn = f"arn:aws:access-analyzer:{region}:{ACCOUNT}:analyzer/{kind}"
    return {"arn": arn, "name": kind, "type": kind, "createdAt": TIME, "status": "ACTIVE"}


actions = [{"ActionName": "RunInstances", "LastAccessedTime": TIME, "LastAccessedRegion": "us-east-1"}]
services = [
    {"ServiceName": f"S & {n}", "ServiceNamespace": f"s{n}", "TrackedActionsLastAccessed": actions} for n in range(8)
]
extra = {
    "analyzers": [
        {"account": ACCOUNT, "region": region, "analyzer": summary(kind, region), "findings": list(map(finding, range(10)))}
        for region in ("us-east-1", "eu-west-1")
        for kind in TYPES
    ],
    "usage": {ROLE: services},
}
assert [found["RegionName"] for found in client("account").list_regions()["Regions"]] == ["eu-west-1", "us-east-1"]
small = client("accessanalyzer")
for found in small.list_analyzers()["analyzers"]:
    for one in small.get_paginator("list_findings_v2").paginate(analyzerArn=found["arn"]).build_full_result()["findings"]:
        small.get_finding_v2(analyzerArn=found["arn"], id=one["id"])
urllib.request.urlopen(endpoint + "/emulator/extra", json.dumps(extra).encode()).close()

for region in ("us-east-1", "eu-west-1"):
    analyzer = client("accessanalyzer", region)
    pages = list(analyzer.get_paginator("list_analyzers").paginate())
    assert len(pages) == 2 and [a["type"] for page in pages for a in page["analyzers"]] == TYPES, pages
    arn = pages[0]["analyzers"][1]["arn"]
    assert f":{region}:" in arn, arn
    listing = analyzer.get_paginator("list_findings_v2")
    pages = list(listing.paginate(analyzerArn=arn))
    assert [len(page["findings"]) for page in pages] == [3, 3, 3, 1], pages
    active = listing.paginate(analyzerArn=arn, filter={"status": {"eq": ["ACTIVE"]}}).build_full_result()["findings"]
    assert [found["id"] for found in active] == [f"finding-{n}" for n in range(1, 10, 2)], active
    pages = list(analyzer.get_paginator("get_finding_v2").paginate(analyzerArn=arn, id="finding-3"))
    assert [len(page["findingDetails"]) for page in pages] == [3, 3, 1], pages
assert client("accessanalyzer", "us-west-2").list_analyzers()["analyzers"] == []
try:
    analyzer.get_finding_v2(analyzerArn=arn, id="none")
    raise AssertionError("a finding that does not exist was found")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ResourceNotFoundException", error.response

iam = client("iam")
job = iam.generate_service_last_accessed_details(Arn=ROLE, Granularity="ACTION_LEVEL")["JobId"]
assert iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "IN_PROGRESS"
names, marker = [], {}
while True:
    page = iam.get_service_last_accessed_details(JobId=job, **marker)
    assert page["JobStatus"] == "COMPLETED" and page["JobType"] == "ACTION_LEVEL", page
    assert all(s["TrackedActionsLastAccessed"][0]["ActionName"] == "RunInstances" for s in page["ServicesLastAccessed"])
    names += [service["ServiceName"] for service in page["ServicesLastAccessed"]]
    if not page["IsTruncated"]:
        break
    marker = {"Marker": page["Marker"]}
assert names == [f"S & {n}" for n in range(8)], names
try:
    iam.generate_service_last_accessed_details(Arn="arn:aws:iam::999999999999:role/other")
    raise AssertionError("the usage of another account was given")
except ClientError as error:
    assert error.response["Error"]["Code"] == "NoSuchEntity", error.response
print("checked", *sorted(checked))
