"""An emulator of AWS for tests: moto, with pages and faults that moto lacks.

Serves on a free port of 127.0.0.1, prints the port, and ends when its standard input is closed.
PAGE_SIZE is the most that a page of GetAccountAuthorizationDetails holds: AWS, too, may send less than was asked for.
A fault is chosen by the caller's access key, so that tests need no common state; FAULTS lists them.
"""

import io
import json
import os
import sys
import threading
from urllib.parse import parse_qs, quote
from xml.etree import ElementTree

import plugin
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
LISTS = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"]
PAGE_SIZE = int(os.environ.get("PAGE_SIZE", "4"))
DETAILS = "GetAccountAuthorizationDetails"
GENERATE = "GenerateCredentialReport"
USAGE = "GenerateServiceLastAccessedDetails"
DENIED = "User: arn:aws:iam::123456789012:user/tester is not authorized to perform: iam:"

ElementTree.register_namespace("", NAMESPACE)


def tag(name):
    return "{%s}%s" % (NAMESPACE, name)


def error(status, code, message):
    body = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{message}</Message></Error><RequestId>0</RequestId></ErrorResponse>"
    )
    return Response(body, status=status, content_type="text/xml")


seen = set()
seen_lock = threading.Lock()


def throttled(action, form):
    """Each page is refused once."""
    with seen_lock:
        page = form.get("Marker", "")
        if action != DETAILS or page in seen:
            return None
        seen.add(page)
    return error(400, "Throttling", "Rate exceeded")


FAULTS = {
    "EXPIRED": lambda action, form: error(403, "ExpiredToken", "The security token included in the request is expired"),
    "UNKNOWNKEY": lambda action, form: error(403, "InvalidClientTokenId", "The security token is invalid"),
    "NODETAILS": lambda action, form: error(403, "AccessDenied", DENIED + DETAILS) if action == DETAILS else None,
    "NOREPORT": lambda action, form: error(403, "AccessDenied", DENIED + GENERATE) if action == GENERATE else None,
    "NOUSAGE": lambda action, form: error(403, "AccessDenied", DENIED + USAGE) if action == USAGE else None,
    "BARE403": lambda action, form: Response("<html>no</html>", status=403) if action == GENERATE else None,
    "THROTTLED": throttled,
    "FAILEDUSAGE": lambda action, form: None,  # see plugin.py
    "SAMEMARKER": lambda action, form: None,  # see page()
}


def page(xml, form, key):
    """One page of moto's answer, which is never cut; trust policies are encoded as AWS encodes them."""
    root = ElementTree.fromstring(xml)
    result = root.find(tag(DETAILS + "Result"))
    for document in result.iter(tag("AssumeRolePolicyDocument")):
        if document.text and not document.text.startswith("%"):
            document.text = quote(document.text, safe="")
    start = int(form.get("Marker", "0"))
    end = start + min(PAGE_SIZE, int(form.get("MaxItems", "100")))
    position = 0
    for name in LISTS:
        elements = result.find(tag(name))
        for element in list(elements):
            if not start <= position < end:
                elements.remove(element)
            position += 1
    for name in ["IsTruncated", "Marker"]:
        for element in result.findall(tag(name)):
            result.remove(element)
    is_cut = end < position
    ElementTree.SubElement(result, tag("IsTruncated")).text = "true" if is_cut else "false"
    if is_cut:
        ElementTree.SubElement(result, tag("Marker")).text = "4" if key == "SAMEMARKER" else str(end)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def unread(request, key):
    """With the key NOORGANIZATION only its description can be read, as by a member account."""
    target = request.headers.get("X-Amz-Target", "")
    if key != "NOORGANIZATION" or not target.startswith("AWSOrganizations") or target.endswith(".DescribeOrganization"):
        return None
    body = '{"__type": "AccessDeniedException", "Message": "You do not have permission to access this resource."}'
    return Response(body, status=400, content_type="application/x-amz-json-1.1")


def assume(form):
    """A role named closed-door lets nobody in."""
    if form.get("Action") == "AssumeRole" and ":role/closed-door" in form["RoleArn"]:
        return error(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole")
    return None


def as_json(refusal):
    """moto refuses in XML whatever the service; AWS in the service's own way."""
    message = ElementTree.fromstring(refusal.get_data()).findtext(".//{*}Message")
    body = json.dumps({"__type": "AccessDeniedException", "Message": message})
    return Response(body, status=400, content_type="application/x-amz-json-1.1")


class Emulator:
    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.moto.debug = True

    def __call__(self, environ, start_response):
        request = Request(environ)
        form = {}
        if (request.content_type or "").startswith("application/x-www-form-urlencoded"):
            body = request.get_data()
            environ["wsgi.input"] = io.BytesIO(body)  # for moto to read it again
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        action = form.get("Action")
        credential = request.headers.get("Authorization", "").partition("Credential=")[2]
        key = credential.partition("/")[0]
        fault = FAULTS.get(key)
        failed = fault(action, form) if fault else None
        failed = failed or assume(form) or unread(request, key)
        if failed is not None:
            return failed(environ, start_response)
        extra = plugin.answer(request, form, key, credential.partition(",")[0].split("/")[1:])
        if extra is not None:
            return extra(environ, start_response)
        answer = Response.from_app(self.moto, environ)
        if answer.status_code == 403 and "X-Amz-Target" in request.headers:
            answer = as_json(answer)
        if action != DETAILS:
            return answer(environ, start_response)
        if answer.status_code == 200:
            answer.set_data(page(answer.get_data(), form, key))
        return answer(environ, start_response)


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *arguments):
        pass


def end_with_the_tests():
    sys.stdin.buffer.read()
    os._exit(0)


server = make_server("127.0.0.1", 0, Emulator(), threaded=True, request_handler=Quiet)
threading.Thread(target=end_with_the_tests, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
