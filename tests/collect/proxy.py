"""A proxy on the loopback that disturbs the calls to the emulator.

Usage: proxy.py UPSTREAM_PORT 'JSON'. It prints its port, and ends when its standard input is closed.
The JSON is {"latency": SECONDS, "rules": [RULE, ...]}; of the rules that match a request, the first is applied:
  "fault": throttle | 500 | 503 | reset | truncate | garbage | stall | repeat | expire | deny | deny403
  "action": only this action of a form or last part of X-Amz-Target    "role": only AssumeRole of ARNs with this part
  "path": only requests of this path, as REST calls have one
  "account": only calls whose key came from an AssumeRole into this account
  "after": let as many matching requests pass first    "count": apply at most as often (default: always)
  "lasts": apply for so many seconds from the first time on
  "every": apply to each so many-th of the others only    "account": null means calls of no AssumeRole
  "seconds": how long a stall lasts
`repeat` answers every request as it answered the first that matched, so that its page token comes again and again.
"""

import http.client
import json
import re
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

upstream = int(sys.argv[1])
config = json.loads(sys.argv[2])
lock = threading.Lock()
accounts = {}  # by access key
rules = [{"seen": 0, "done": 0, "kept": None} | rule for rule in config.get("rules", [])]
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
KEY = re.compile(r"<AccessKeyId>([^<]+)</AccessKeyId>")
ERRORS = {
    "throttle": (400, "Throttling", "ThrottlingException", "Rate exceeded"),
    "500": (500, "InternalFailure", "InternalServerException", "internal failure"),
    "503": (503, "ServiceUnavailable", "ServiceUnavailableException", "service unavailable"),
    "expire": (403, "ExpiredToken", "ExpiredTokenException", "The security token included in the request is expired"),
    "deny": (403, "AccessDenied", "AccessDeniedException", "not authorized to perform this"),
}


def chosen(action, role, account, path):
    with lock:
        for rule in rules:
            if rule.get("action", action) != action or rule.get("account", account) != account:
                continue
            if rule.get("path", path) != path:
                continue
            if "role" in rule and not (action == "AssumeRole" and rule["role"] in role):
                continue
            rule["seen"] += 1
            if rule["seen"] <= rule.get("after", 0) or rule["done"] >= rule.get("count", float("inf")):
                continue
            if (rule["seen"] - rule.get("after", 0)) % rule.get("every", 1):
                continue
            rule.setdefault("first", time.monotonic())
            if time.monotonic() - rule["first"] > rule.get("lasts", float("inf")):
                continue
            rule["done"] += 1
            return rule
    return None


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def reply(self, status, headers, body, length=None):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def error(self, fault, is_json):
        status, code, json_code, message = ERRORS[fault]
        if is_json:
            body = json.dumps({"__type": json_code, "message": message}).encode()
            headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", json_code)]
        elif "/ec2/aws4_request" in self.headers.get("Authorization", ""):
            text = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            body = f"<Response>{text}<RequestID>0</RequestID></Response>".encode()
            headers = [("Content-Type", "text/xml")]
        else:
            text = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            body = f"<ErrorResponse>{text}<RequestId>0</RequestId></ErrorResponse>".encode()
            headers = [("Content-Type", "text/xml")]
        self.reply(status, headers, body)

    def forward(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=60)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def handle_call(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        target = self.headers.get("X-Amz-Target", "")
        is_form = (self.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded")
        form = parse_qs(body.decode()) if is_form else {}
        action = form.get("Action", [target.rpartition(".")[2]])[0]
        role = form.get("RoleArn", [""])[0]
        key = self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        time.sleep(config.get("latency", 0))
        rule = chosen(action, role, accounts.get(key), self.path.partition("?")[0])
        fault = rule["fault"] if rule else None
        if fault == "stall":
            time.sleep(rule.get("seconds", 30))
        if fault == "deny403":
            return self.reply(403, [("Content-Type", "text/html")], b"<html>no</html>")
        if fault in ERRORS:
            return self.error(fault, not is_form)
        if fault == "garbage":
            return self.reply(200, [("Content-Type", "text/html")], b"<html><body>not what you asked for<br>")
        status, headers, content = (fault == "repeat" and rule["kept"]) or self.forward(body)
        if fault == "repeat":
            rule["kept"] = (status, headers, content)
        if action == "AssumeRole" and status == 200:
            with lock:
                accounts.update({found: role.split(":")[4] for found in KEY.findall(content.decode())})
        if fault == "truncate":  # a whole answer of HTTP, but half a document
            return self.reply(status, headers, content[: len(content) // 2])
        if fault == "reset":
            self.reply(status, headers, content[: len(content) // 2], len(content))
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return None
        return self.reply(status, headers, content)

    do_GET = do_POST = do_PUT = do_DELETE = handle_call


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no error here
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Proxy)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.buffer.read()
