"""Asks cvc5 the questions FROM up to TO of a seed; a JSON line each: the question, the answer, its request, and other requests.

Usage: oracle.py SEED FROM TO [FLAW...]
"""

import json
import sys
import time

from encoder import Encoder, OpenPoint
from questions import question_with_requests

REQUESTS = 20


def main(seed, first, last, *flaws):
    for number in range(int(first), int(last)):
        question, requests = question_with_requests(seed, number, REQUESTS)
        start = time.monotonic()
        try:
            answer, model = Encoder(question, flaws).answer()
        except OpenPoint as why:
            answer, model = f"open: {why}", None
        milliseconds = int((time.monotonic() - start) * 1000)
        line = {"question": question, "answer": answer, "model": model, "requests": requests, "milliseconds": milliseconds}
        print(json.dumps(line), flush=True)


main(*sys.argv[1:])
