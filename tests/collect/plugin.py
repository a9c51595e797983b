"""Calls that moto lacks: the Regions of an account, Access Analyzer V2, IAM's last accessed information by action.

`POST /emulator/extra` with JSON fills it: {"regions": [Region], "analyzers": [{"account", "region", "analyzer":
AnalyzerSummary, "findings": [GetFindingV2's answer]}], "usage": {ARN: [ServiceLastAccessed]}}, in the shapes and times
of AWS. `POST /emulator/account` with {"account", "details"} fills an account; see load.py. Before that, every account has the small set below. Where moto checks policies, they are checked for these calls
too, by moto's own reading of them. The caller's account is that of its key, as in moto.
"""

import datetime
import json
import os
import threading
import uuid
from urllib.parse import unquote
from xml.sax.saxutils import escape

import load
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.iam.access_control import IAMPolicy, PermissionResult, create_access_key
from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Response

PAGE_SIZE = int(os.environ.get("ANALYZER_PAGE_SIZE", "3"))
NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
CREATED = "2026-01-02T03:04:05Z"
GENERATE = "GenerateServiceLastAccessedDetails"
GET = "GetServiceLastAccessedDetails"

REGIONS = {"eu-west-1": "ENABLED_BY_DEFAULT", "us-east-1": "ENABLED_BY_DEFAULT"}
ORGANIZATION_ACCOUNT = "123456789012"

lock = threading.Lock()
state = {
    "regions": [{"RegionName": name, "RegionOptStatus": status} for name, status in REGIONS.items()],
    "analyzers": None,
    "usage": {},
}
jobs = {}  # by id: [account, ARN, granularity, polls so far]


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


def cut(items, token, wanted, most=PAGE_SIZE):
    """A page of `items`, and the token of the next one or None."""
    try:
        start = int(token or "0")
        end = start + min(int(wanted or most), most)
    except ValueError:
        raise Refused(400, "ValidationException", "the token or the count is not a number") from None
    return items[start:end], str(end) if end < len(items) else None


def with_token(answer, token):
    return answer | {"nextToken": token} if token else answer


def matches(finding, criteria):
    for name, criterion in (criteria or {}).items():
        value = str(finding.get(name, ""))
        unknown = criterion.keys() - {"eq", "neq", "contains", "exists"}
        if unknown:
            raise Refused(400, "ValidationException", f"the emulator lacks the criteria {sorted(unknown)}")
        if "eq" in criterion and value not in criterion["eq"]:
            return False
        if "neq" in criterion and value in criterion["neq"]:
            return False
        if "contains" in criterion and not any(part in value for part in criterion["contains"]):
            return False
        if "exists" in criterion and (name in finding) != criterion["exists"]:
            return False
    return True


def small_analyzers(account, region):
    """For external and for unused access one of each, of which only one of the latter has to be asked; in
    ORGANIZATION_ACCOUNT one of the organization."""
    kinds = ["ACCOUNT", "ACCOUNT_UNUSED_ACCESS"]
    if account == ORGANIZATION_ACCOUNT and region == "us-east-1":
        kinds.append("ORGANIZATION_UNUSED_ACCESS")
    return [
        {
            "analyzer": {
                "arn": f"arn:aws:access-analyzer:{region}:{account}:analyzer/{kind.lower()}",
                "name": kind.lower(),
                "type": kind,
                "createdAt": CREATED,
                "status": "ACTIVE",
            },
            "findings": small_findings(account, region, kind),
            "page_size": 1,
        }
        for kind in kinds
    ]


def small_findings(account, region, kind):
    user = f"arn:aws:iam::{account}:user/alice"
    role = f"arn:aws:iam::{account}:role/runner"

    def finding(id, kind, resource, *details, owner=account, status="ACTIVE"):
        resource_type = "AWS::IAM::User" if ":user/" in resource else "AWS::IAM::Role"
        times = {"analyzedAt": CREATED, "createdAt": CREATED, "updatedAt": CREATED}
        owned = {"resource": resource, "resourceType": resource_type, "resourceOwnerAccount": owner}
        return {"id": id, "findingType": kind, "status": status, **owned, **times, "findingDetails": list(details)}

    if kind == "ACCOUNT":
        external = {"principal": {"AWS": "444455556666"}, "action": ["sts:AssumeRole"], "condition": {}, "isPublic": False}
        return [finding(f"{region}-open", "ExternalAccess", role, {"externalAccessDetails": external})]
    if kind == "ACCOUNT_UNUSED_ACCESS":
        unused = {"actions": [{"action": "TerminateInstances"}], "serviceNamespace": "ec2"}
        permissions = [{"unusedPermissionDetails": unused | {"serviceNamespace": name}} for name in ("ec2", "ecs")]
        key = {"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "lastAccessed": "2025-06-01T00:00:00Z"}
        key = {"unusedIamUserAccessKeyDetails": key}
        return [
            finding("permission", "UnusedPermission", user, *permissions),
            finding("key", "UnusedIAMUserAccessKey", user, key, status="ARCHIVED"),
        ]
    other = "111122223333"
    role = f"arn:aws:iam::{other}:role/r"
    return [finding("elsewhere", "UnusedIAMRole", role, {"unusedIamRoleDetails": {}}, owner=other)]


def small_usage(arn):
    """Four services, which are two pages; of EC2 one action was called, one was not."""
    services = [{"ServiceName": name, "ServiceNamespace": name} for name in ("ecs", "s3", "sqs")]
    actions = [{"ActionName": "StopInstances"}]
    if ":user/" in arn:
        called = {"LastAccessedEntity": arn, "LastAccessedTime": CREATED, "LastAccessedRegion": "eu-west-1"}
        actions.append({"ActionName": "TerminateInstances"} | called)
    else:
        actions.append({"ActionName": "TerminateInstances"})
    return services + [{"ServiceName": "Amazon EC2", "ServiceNamespace": "ec2", "TrackedActionsLastAccessed": actions}]


def analyzers(account, region):
    if state["analyzers"] is None:
        return small_analyzers(account, region)
    return [entry for entry in state["analyzers"] if (entry["account"], entry["region"]) == (account, region)]


def analyzer(account, region, arn):
    for entry in analyzers(account, region):
        if entry["analyzer"]["arn"] == arn:
            return entry["findings"], entry.get("page_size", PAGE_SIZE)
    raise Refused(404, "ResourceNotFoundException", f"no analyzer {arn} in {region}")


def analyzer_call(request, account, region):
    query = request.args
    path = request.path
    if path == "/analyzer" and request.method == "GET":
        found = [entry["analyzer"] for entry in analyzers(account, region)]
        found = [analyzer for analyzer in found if query.get("type") in (None, analyzer["type"])]
        some, token = cut(found, query.get("nextToken"), query.get("maxResults"))
        return with_token({"analyzers": some}, token)
    if path == "/findingv2" and request.method == "POST":
        asked = json.loads(request.get_data() or b"{}")
        findings, most = analyzer(account, region, asked.get("analyzerArn"))
        findings = [
            {name: value for name, value in finding.items() if name != "findingDetails"}
            for finding in findings
            if matches(finding, asked.get("filter"))
        ]
        some, token = cut(findings, asked.get("nextToken"), asked.get("maxResults"), most)
        return with_token({"findings": some}, token)
    if path.startswith("/findingv2/") and request.method == "GET":
        wanted = unquote(path.removeprefix("/findingv2/"))
        findings, most = analyzer(account, region, query.get("analyzerArn"))
        for finding in findings:
            if finding["id"] == wanted:
                some, token = cut(finding["findingDetails"], query.get("nextToken"), query.get("maxResults"), most)
                return with_token(finding | {"findingDetails": some}, token)
        raise Refused(404, "ResourceNotFoundException", f"no finding {wanted}")
    raise Refused(400, "ValidationException", f"the emulator lacks {request.method} {path}")


def xml(name, value):
    if isinstance(value, list):
        inner = "".join(xml("member", item) for item in value)
    elif isinstance(value, dict):
        inner = "".join(xml(key, item) for key, item in value.items())
    elif isinstance(value, bool):
        inner = str(value).lower()
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def usage_call(form, account, key):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form["Action"] == GENERATE:
        arn = form.get("Arn", "")
        if arn.split(":")[4:5] != [account]:
            raise Refused(404, "NoSuchEntity", f"ARN {arn} not found")
        job = str(uuid.uuid4())
        jobs[job] = [account, arn, form.get("Granularity", "SERVICE_LEVEL"), 0]
        return {"JobId": job}
    job = jobs.get(form.get("JobId"))
    if job is None or job[0] != account:
        raise Refused(404, "NoSuchEntity", "job not found")
    _, arn, granularity, polls = job
    job[3] += 1
    answer = {"JobStatus": "IN_PROGRESS", "JobType": granularity, "JobCreationDate": now}
    if polls == 0:  # a job is never done at the first look, so that callers have to poll
        return answer | {"ServicesLastAccessed": [], "JobCompletionDate": now}
    if key == "FAILEDUSAGE":
        error = {"Message": "the report could not be made", "Code": "ReportGenerationFailed"}
        return answer | {"JobStatus": "FAILED", "JobCompletionDate": now, "ServicesLastAccessed": [], "Error": error}
    services = state["usage"].get(arn, small_usage(arn))
    if granularity != "ACTION_LEVEL":
        services = [{k: v for k, v in service.items() if k != "TrackedActionsLastAccessed"} for service in services]
    some, marker = cut(services, form.get("Marker"), form.get("MaxItems"))
    answer |= {"JobStatus": "COMPLETED", "JobCompletionDate": now, "ServicesLastAccessed": some}
    return answer | {"IsTruncated": bool(marker)} | ({"Marker": marker} if marker else {})


def permission(request, form):
    """The action that a call of ours needs; the V2 calls have those of the first ones."""
    if request.path == "/listRegions":
        return "account:ListRegions"
    if "Action" in form:
        return "iam:" + form["Action"]
    names = {"/analyzer": "ListAnalyzers", "/findingv2": "ListFindings"}
    return "access-analyzer:" + names.get(request.path, "GetFinding")


def check_permission(request, form, key):
    if ActionAuthenticatorMixin.request_count < settings.INITIAL_NO_AUTH_ACTION_COUNT:
        return
    action = permission(request, form)
    caller = create_access_key(get_account_id_from(key), "aws", key, dict(request.headers))
    found = [IAMPolicy(policy).is_action_permitted(action, "*") for policy in caller.collect_policies()]
    if PermissionResult.DENIED in found or PermissionResult.PERMITTED not in found:
        code = "AccessDenied" if "Action" in form else "AccessDeniedException"
        raise Refused(403, code, f"User: {caller.arn} is not authorized to perform: {action}")


def answer(request, form, key, scope):
    """The answer to a call that is ours, or None. `scope` is the date, Region, service of the signature."""
    if request.path == "/emulator/extra" and request.method == "POST":
        with lock:
            state.update(json.loads(request.get_data()))
        return Response("{}", content_type="application/json")
    if request.path == "/emulator/account" and request.method == "POST":
        asked = json.loads(request.get_data())
        with lock:
            load.load(asked["account"], asked["details"])
        return Response("{}", content_type="application/json")
    action = form.get("Action")
    if request.path == "/listRegions" or scope[2:3] == ["access-analyzer"]:
        try:
            with lock:
                check_permission(request, form, key)
                if request.path == "/listRegions":
                    body = {"Regions": state["regions"]}
                else:
                    body = analyzer_call(request, get_account_id_from(key), scope[1])
            return Response(json.dumps(body), content_type="application/json")
        except Refused as refused:
            body = json.dumps({"message": str(refused)})
            headers = {"x-amzn-ErrorType": refused.code}
            return Response(body, status=refused.status, headers=headers, content_type="application/json")
    if action not in (GENERATE, GET):
        return None
    try:
        with lock:
            check_permission(request, form, key)
            result = xml(action + "Result", usage_call(form, get_account_id_from(key), key))
        metadata = "<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata>"
        body = f'<{action}Response xmlns="{NAMESPACE}">{result}{metadata}</{action}Response>'
        return Response(body, content_type="text/xml")
    except Refused as refused:
        error = xml("Error", {"Type": "Sender", "Code": refused.code, "Message": str(refused)})
        body = f'<ErrorResponse xmlns="{NAMESPACE}">{error}<RequestId>0</RequestId></ErrorResponse>'
        return Response(body, status=refused.status, content_type="text/xml")
