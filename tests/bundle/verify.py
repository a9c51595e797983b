"""Checks the DSSE envelope of a bundle with securesystemslib: verify.py ENVELOPE PUBLIC_KEY KEYID; prints the payload."""

import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

envelope_path, key_path, keyid = sys.argv[1:]
with open(key_path, "rb") as file:
    key = SSlibKey.from_crypto(load_pem_public_key(file.read()), keyid=keyid)
with open(envelope_path, encoding="utf-8") as file:
    envelope = Envelope.from_dict(json.load(file))
accepted = envelope.verify([key], 1)
assert list(accepted) == [keyid], accepted
sys.stdout.write(envelope.payload.decode())
