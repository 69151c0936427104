"""Coral's signatures, against values that Coral's own code gave."""

from __future__ import annotations

import json

import pytest

from service.compat.coral_signature import is_signed, sign

BODY = '{\n  "t": "é"\n}'.encode()
SECRET = "whsec_testsecret"
SIGNED = "sha256=a8a571db173eb0b5dca7a515cbe6cfe66b9a7c9822763dbf7c927ea3e30246c5"


def test_a_body_beyond_ascii_is_signed_as_coral_signs_it() -> None:
    assert sign(BODY, [SECRET]) == SIGNED
    assert is_signed(BODY, SIGNED, [SECRET])


def test_the_same_value_written_otherwise_is_another_body() -> None:
    assert not is_signed(json.dumps(json.loads(BODY)).encode(), SIGNED, [SECRET])


@pytest.mark.parametrize(
    ("header", "secrets", "is_good"),
    [
        pytest.param(SIGNED, ["other_secret", SECRET], True, id="one of our secrets fits"),
        pytest.param(f"sha256={'0' * 64},{SIGNED}", [SECRET], True, id="one of their signatures fits"),
        pytest.param(f"sha256={'0' * 64} , {SIGNED} ", [SECRET], True, id="with white space"),
        pytest.param(SIGNED, ["testsecret"], False, id="the prefix is part of the secret"),
        pytest.param(SIGNED, [], False, id="no secret yet"),
        pytest.param("", [SECRET], False, id="no signature"),
        pytest.param(SIGNED.removeprefix("sha256="), [SECRET], False, id="without its name"),
        pytest.param(SIGNED.upper(), [SECRET], False, id="in capitals"),
        pytest.param("sha256=é,sha1=0", [SECRET], False, id="nothing of the kind"),
        pytest.param(",".join([*["sha256=" + "0" * 64] * 10, SIGNED]), [SECRET], False, id="after many tries"),
    ],
)
def test_a_signature_fits_when_any_fits_any_secret(header: str, secrets: list[str], is_good: bool) -> None:  # noqa: FBT001
    assert is_signed(BODY, header, secrets) is is_good
