"""Calls that moto lacks: Access Analyzer V2 and IAM's last accessed information by action.

`POST /emulator/extra` with JSON fills it: {"analyzers": [{"account", "region", "analyzer": AnalyzerSummary,
"findings": [GetFindingV2's answer]}], "usage": {ARN: [ServiceLastAccessed]}}, in the shapes and times of AWS.
Policies are not checked for these calls. The caller's account is that of its key, as in moto.
"""

import json
import os
import threading
import uuid
from urllib.parse import unquote
from xml.sax.saxutils import escape

from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Response

PAGE_SIZE = int(os.environ.get("ANALYZER_PAGE_SIZE", "3"))
NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
CREATED = "2026-01-02T03:04:05Z"
GENERATE = "GenerateServiceLastAccessedDetails"
GET = "GetServiceLastAccessedDetails"

lock = threading.Lock()
state = {"analyzers": [], "usage": {}}
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


def analyzer(account, region, arn):
    for entry in state["analyzers"]:
        if (entry["account"], entry["region"], entry["analyzer"]["arn"]) == (account, region, arn):
            return entry
    raise Refused(404, "ResourceNotFoundException", f"no analyzer {arn} in {region}")


def analyzer_call(request, account, region):
    query = request.args
    path = request.path
    if path == "/analyzer" and request.method == "GET":
        found = [
            entry["analyzer"]
            for entry in state["analyzers"]
            if (entry["account"], entry["region"]) == (account, region)
            and query.get("type") in (None, entry["analyzer"]["type"])
        ]
        some, token = cut(found, query.get("nextToken"), query.get("maxResults"))
        return with_token({"analyzers": some}, token)
    if path == "/findingv2" and request.method == "POST":
        asked = json.loads(request.get_data() or b"{}")
        findings = [
            {name: value for name, value in finding.items() if name != "findingDetails"}
            for finding in analyzer(account, region, asked.get("analyzerArn"))["findings"]
            if matches(finding, asked.get("filter"))
        ]
        some, token = cut(findings, asked.get("nextToken"), asked.get("maxResults"))
        return with_token({"findings": some}, token)
    if path.startswith("/findingv2/") and request.method == "GET":
        wanted = unquote(path.removeprefix("/findingv2/"))
        for finding in analyzer(account, region, query.get("analyzerArn"))["findings"]:
            if finding["id"] == wanted:
                some, token = cut(finding["findingDetails"], query.get("nextToken"), query.get("maxResults"))
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


def usage_call(form, account):
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
    answer = {"JobStatus": "IN_PROGRESS", "JobType": granularity, "JobCreationDate": CREATED}
    if polls == 0:  # a job is never done at the first look, so that callers have to poll
        return answer | {"ServicesLastAccessed": [], "JobCompletionDate": CREATED}
    services = state["usage"].get(arn, [])
    if granularity != "ACTION_LEVEL":
        services = [{k: v for k, v in service.items() if k != "TrackedActionsLastAccessed"} for service in services]
    some, marker = cut(services, form.get("Marker"), form.get("MaxItems"))
    answer |= {"JobStatus": "COMPLETED", "JobCompletionDate": CREATED, "ServicesLastAccessed": some}
    return answer | {"IsTruncated": bool(marker)} | ({"Marker": marker} if marker else {})


def answer(request, form, key, scope):
    """The answer to a call that is ours, or None. `scope` is the date, Region, service of the signature."""
    if request.path == "/emulator/extra" and request.method == "POST":
        with lock:
            state.update(json.loads(request.get_data()))
        return Response("{}", content_type="application/json")
    action = form.get("Action")
    if scope[2:3] == ["access-analyzer"] and state["analyzers"]:  # else the small set of rest.py answers
        try:
            with lock:
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
            result = xml(action + "Result", usage_call(form, get_account_id_from(key)))
        metadata = "<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata>"
        body = f'<{action}Response xmlns="{NAMESPACE}">{result}{metadata}</{action}Response>'
        return Response(body, content_type="text/xml")
    except Refused as refused:
        error = xml("Error", {"Type": "Sender", "Code": refused.code, "Message": str(refused)})
        body = f'<ErrorResponse xmlns="{NAMESPACE}">{error}<RequestId>0</RequestId></ErrorResponse>'
        return Response(body, status=refused.status, content_type="text/xml")
