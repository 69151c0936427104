"""Coral's signatures: HMAC-SHA-256 over the raw body, one for each secret that is in force while it is rotated."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

HEADER = "X-Coral-Signature"

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_MOST_SIGNATURES = 10


def sign(body: bytes, secrets: Sequence[str]) -> str:
    """Write the header that Coral sends; the key is the whole secret, its prefix included."""
    return ",".join(f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}" for secret in secrets)


def is_signed(body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Tell whether a body was signed with one of the secrets. It must be the body as it came, never written anew."""
    parts = (_SIGNATURE.fullmatch(part.strip()) for part in header.split(",")[:_MOST_SIGNATURES])
    given = [found[1] for found in parts if found]
    expected = [hmac.digest(secret.encode(), body, "sha256").hex() for secret in secrets]
    return any([hmac.compare_digest(ours, theirs) for ours in expected for theirs in given])  # noqa: C419  in constant time
