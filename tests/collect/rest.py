"""Services that moto lacks: the Regions of an account, and Access Analyzer.

Each account that a key or session belongs to has the same: an analyzer of the account for external access in both
Regions, one for unused access in each, of which one has to be asked, and in ORGANIZATION_ACCOUNT one of the organization.
"""

import json
from urllib.parse import unquote

from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Response

REGIONS = {"eu-west-1": "ENABLED_BY_DEFAULT", "us-east-1": "ENABLED_BY_DEFAULT"}
TIME = "2026-01-02T03:04:05Z"
DAY = "2025-06-01T00:00:00Z"
ORGANIZATION_ACCOUNT = "123456789012"
KINDS = ["ACCOUNT", "ACCOUNT_UNUSED_ACCESS"]


def caller(request):
    """Account and Region of a signed request."""
    scope = request.headers.get("Authorization", "").partition("Credential=")[2].split("/")
    return (account_of(scope[0]), scope[2]) if len(scope) > 2 else (ORGANIZATION_ACCOUNT, "us-east-1")


def account_of(key):
    try:
        return get_account_id_from(key)
    except Exception:
        return ORGANIZATION_ACCOUNT


def analyzers(account, region):
    kinds = KINDS + (["ORGANIZATION_UNUSED_ACCESS"] if account == ORGANIZATION_ACCOUNT and region == "us-east-1" else [])
    return [
        {
            "arn": f"arn:aws:access-analyzer:{region}:{account}:analyzer/{kind.lower()}",
            "name": kind.lower(),
            "type": kind,
            "createdAt": TIME,
            "status": "ACTIVE",
        }
        for kind in kinds
    ]


def findings(arn):
    """Findings of an analyzer, each with the pages of its details."""
    _, _, _, region, account, name = arn.split(":", 5)
    user = f"arn:aws:iam::{account}:user/alice"
    role = f"arn:aws:iam::{account}:role/runner"

    def finding(id, kind, resource, owner=account, status="ACTIVE"):
        resource_type = "AWS::IAM::User" if ":user/" in resource else "AWS::IAM::Role"
        times = {"analyzedAt": TIME, "createdAt": TIME, "updatedAt": TIME}
        owned = {"resource": resource, "resourceType": resource_type, "resourceOwnerAccount": owner}
        return {"id": id, "findingType": kind, "status": status, **owned, **times}

    if name.endswith("/account"):
        external = {"principal": {"AWS": "444455556666"}, "action": ["sts:AssumeRole"], "condition": {}, "isPublic": False}
        pages = [[{"externalAccessDetails": external}]]
        return [(finding(f"{region}-open", "ExternalAccess", role), pages)]
    unused = {"actions": [{"action": "TerminateInstances"}], "serviceNamespace": "ec2"}
    permission = [[{"unusedPermissionDetails": unused}], [{"unusedPermissionDetails": {**unused, "serviceNamespace": "ecs"}}]]
    key = [[{"unusedIamUserAccessKeyDetails": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "lastAccessed": DAY}}]]
    if name.endswith("/account_unused_access"):
        return [
            (finding("permission", "UnusedPermission", user), permission),
            (finding("key", "UnusedIAMUserAccessKey", user, status="ARCHIVED"), key),
        ]
    other = "111122223333"
    return [(finding("elsewhere", "UnusedIAMRole", f"arn:aws:iam::{other}:role/r", other), [[{"unusedIamRoleDetails": {}}]])]


def listed(body):
    """One finding a page."""
    wanted = body.get("filter", {})
    matching = [
        finding
        for finding, _ in findings(body["analyzerArn"])
        if all(finding[name] in criterion["eq"] for name, criterion in wanted.items())
    ]
    start = int(body.get("nextToken") or 0)
    more = {"nextToken": str(start + 1)} if start + 1 < len(matching) else {}
    return {"findings": matching[start : start + 1], **more}


def detailed(id, arn, token):
    for finding, pages in findings(arn):
        if finding["id"] == id:
            page = int(token or 0)
            more = {"nextToken": str(page + 1)} if page + 1 < len(pages) else {}
            return {**finding, "findingDetails": pages[page], **more}
    return None


def answer(request):
    """The answer of one of these services, or None for moto's."""
    path = unquote(request.path)
    if path == "/listRegions":
        regions = [{"RegionName": name, "RegionOptStatus": status} for name, status in REGIONS.items()]
        found = {"Regions": regions}
    elif path == "/analyzer":
        found = {"analyzers": analyzers(*caller(request))}
    elif path == "/findingv2":
        found = listed(json.loads(request.get_data()))
    elif path.startswith("/findingv2/"):
        found = detailed(path.rpartition("/")[2], request.args["analyzerArn"], request.args.get("nextToken"))
    else:
        return None
    return Response(json.dumps(found), content_type="application/json")
