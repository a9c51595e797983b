"""Checks that each fault of the proxy reaches a client as what it stands for. Usage: check_proxy.py UPSTREAM_PORT"""

import json
import pathlib
import subprocess
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

PROXY = pathlib.Path(__file__).with_name("proxy.py")
OTHER = "111122223333"


def outcome(call):
    try:
        return call()
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return error.response.get("Error", {}).get("Code", str(status))
    except (BotoCoreError, ResponseParserError) as error:
        return type(error).__name__


class Proxied:
    def __init__(self, *rules, latency=0):
        settings = json.dumps({"latency": latency, "rules": rules})
        self.process = subprocess.Popen(
            [sys.executable, PROXY, sys.argv[1], settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(10) == 0

    def client(self, service, key="testing", secret="testing", token=None, timeout=3):
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(read_timeout=timeout, retries={"total_max_attempts": 1}),
        )

    def whoami(self, **keys):
        return outcome(lambda: self.client("sts", **keys).get_caller_identity()["Account"])

    def assume(self, account):
        arn = f"arn:aws:iam::{account}:role/reader"
        return self.client("sts").assume_role(RoleArn=arn, RoleSessionName="check")["Credentials"]


with Proxied() as proxied:  # moto loads a service at its first call
    outcome(proxied.client("iam", timeout=60).list_users)
    outcome(proxied.client("organizations", timeout=60).list_roots)
    proxied.client("sts", timeout=60).get_caller_identity()

for fault, expected in {
    "throttle": {"Throttling"},
    "500": {"InternalFailure"},
    "503": {"ServiceUnavailable"},
    "expire": {"ExpiredToken"},
    "deny": {"AccessDenied"},
    "deny403": {"403"},
    "reset": {"ResponseStreamingError", "ConnectionClosedError", "IncompleteReadError"},
    "truncate": {"ResponseParserError"},
    "garbage": {"ResponseParserError"},
    "stall": {"ReadTimeoutError"},
}.items():
    rule = {"fault": fault, "action": "GetCallerIdentity", "after": 1, "count": 1, "seconds": 4}
    with Proxied(rule) as proxied:
        found = [proxied.whoami() for _ in range(3)]
        assert found[0] == found[2] == "123456789012" and found[1] in expected, (fault, found)

with Proxied({"fault": "throttle", "action": "ListRoots"}) as proxied:
    found = outcome(proxied.client("organizations").list_roots)
    assert found == "ThrottlingException", found

with Proxied({"fault": "repeat", "action": "GetAccountAuthorizationDetails"}) as proxied:
    iam = proxied.client("iam")
    for number in range(9):
        outcome(lambda: iam.create_user(UserName=f"user-{number}"))
    first = iam.get_account_authorization_details()
    again = iam.get_account_authorization_details(Marker=first["Marker"])
    assert first["IsTruncated"] and first["Marker"] == again["Marker"]

with Proxied({"fault": "deny", "account": OTHER}, {"fault": "deny", "role": "999999999999"}) as proxied:
    keys = proxied.assume(OTHER)
    keys = {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}
    assert proxied.whoami(**keys) == "AccessDenied" and proxied.whoami() == "123456789012"
    found = outcome(lambda: proxied.assume("999999999999"))
    assert found == "AccessDenied", found

with Proxied(latency=0.05) as proxied:
    start = time.monotonic()
    assert proxied.whoami() == "123456789012"
    assert time.monotonic() - start >= 0.05
print("checked the proxy")
