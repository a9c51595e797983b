"""Records what the emulator answers, then answers the same by itself, each call after a latency, for thousands of calls.

Usage: replay.py UPSTREAM_PORT SECONDS [FILE], or replay.py FILE. It prints its port, and ends when its standard input is
closed. It passes calls on and keeps the last answer to each until `GET /replay`; from then on it gives what it kept, and
passes on what is new. What it kept then also goes to the file, an answer a line, from which the second form gives it
without anyone behind it; a call that is not in the file gets a 404 and is told on standard error.
Each `GET /replay` also tells of the calls since the last: {"calls", "new", "organization": calls to Organizations,
"depth": {access key: most calls of which each began when the one before was answered}}.
"""

import asyncio
import http.client
import json
import os
import re
import sys
import threading
import time

FIELDS = ("key", "region", "service", "method", "path", "target", "body")
upstream, latency, file = None, 0.0, sys.argv[-1]
if len(sys.argv) > 2:
    upstream, latency = int(sys.argv[1]), float(sys.argv[2])
    file = sys.argv[3] if len(sys.argv) > 3 else None
SCOPE = re.compile(r"Credential=([^/]+)/[^/]+/([^/]+)/([^/]+)/")
kept = {}
state = {"is_recorded": False}
trace = []  # (access key, service, begin, end, whether it was passed on)


def forward(method, path, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=120)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        names = ("content-type", "x-amzn-errortype")
        return answer.status, [(n, v) for n, v in answer.getheaders() if n.lower() in names], answer.read()
    finally:
        connection.close()


def save():
    lines = [
        json.dumps({"call": dict(zip(FIELDS, call)), "status": status, "headers": headers, "body": body.decode()})
        for call, (status, headers, body) in kept.items()
    ]
    with open(file, "w") as out:
        out.writelines(line + "\n" for line in sorted(lines))


def load():
    with open(file) as lines:
        for line in map(json.loads, lines):
            call = tuple(line["call"][field] for field in FIELDS)
            kept[call] = line["status"], line["headers"], line["body"].encode()
    state["is_recorded"] = True


def depth(calls):
    """The most calls that do not overlap."""
    count, free = 0, 0.0
    for begin, end in sorted(calls, key=lambda call: call[1]):
        if begin >= free:
            count, free = count + 1, end
    return count


def told():
    by_key = {}
    for key, service, begin, end, _ in trace:
        if service not in ("organizations", "sts"):
            by_key.setdefault(key, []).append((begin, end))
    answer = {
        "calls": len(trace),
        "new": sum(1 for call in trace if call[4]),
        "organization": sum(1 for call in trace if call[1] == "organizations"),
        "depth": {key: depth(calls) for key, calls in by_key.items()},
    }
    trace.clear()
    state["is_recorded"] = True
    if upstream and file:
        save()
    return 200, [("content-type", "application/json")], json.dumps(answer).encode()


async def answered(method, path, headers, body):
    if path == "/replay":
        return told()
    key, region, service = SCOPE.search(headers.get("authorization", "")).groups()
    asked = body.decode()
    if body.startswith(b"{"):  # the members of a map come in any order
        asked = json.dumps(json.loads(body), sort_keys=True)
    call = (key, region, service, method, path, headers.get("x-amz-target"), asked)
    begin = time.monotonic()
    answer = kept.get(call) if state["is_recorded"] else None
    is_new = answer is None
    if is_new:
        if state["is_recorded"]:
            print("new:", call, file=sys.stderr)
        if upstream is None:
            return 404, [], b""
        answer = kept[call] = await asyncio.to_thread(forward, method, path, headers, body)
    else:
        await asyncio.sleep(latency)
    trace.append((key, service, begin, time.monotonic(), is_new))
    return answer


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            method, path, _ = line.decode().split(" ", 2)
            headers = {}
            while (line := await reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            status, more, content = await answered(method, path, headers, body)
            lines = [f"HTTP/1.1 {status} X", *(f"{n}: {v}" for n, v in more), f"content-length: {len(content)}"]
            writer.write("\r\n".join([*lines, "", ""]).encode() + content)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def end_with_the_tests():
    sys.stdin.buffer.read()
    os._exit(0)


if upstream is None:
    load()
threading.Thread(target=end_with_the_tests, daemon=True).start()
asyncio.run(main())
