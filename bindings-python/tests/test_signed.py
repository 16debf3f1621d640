"""Flag documents that are refused unless a trusted key signed them."""

import json
from typing import Any

import pytest

import rampgate
from rampgate import FlagSet, RampgateError, SignedFlags, TrustedKeys, sign

SECRET = bytes([7] * 32)
PUBLIC = bytes.fromhex("ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c")


def document(version: int, default: str = "on") -> dict[str, Any]:
    flag = {"variants": ["off", "on"], "default": default}
    return {"rampgate_flags": 1, "version": version, "flags": {"f": flag}}


def test_the_newest_signed_document_is_in_use() -> None:
    flags = SignedFlags(TrustedKeys({"ops-2026": PUBLIC}))
    assert flags.current is None
    envelope = sign(document(7), "ops-2026", SECRET)
    assert flags.offer(envelope) == "taken"
    assert flags.offer(json.loads(envelope)) == "known"  # white space and the order of keys may change
    current = flags.current
    assert isinstance(current, FlagSet)
    assert (current.version, current.evaluate("f", "u").variant) == (7, "on")
    assert flags.offer(sign(json.dumps(document(8, "off")), "ops-2026", bytearray(SECRET))) == "taken"
    assert flags.current is not None
    assert flags.current.evaluate("f", "u").variant == "off"
    assert current.version == 7
    assert repr(flags) == "<rampgate.SignedFlags version 8>"


@pytest.mark.parametrize(
    ("envelope", "path", "code"),
    [
        (sign(document(3), "ops", SECRET).replace('"on"}', '"off"}'), "signatures", "untrusted"),
        (sign(document(3), "ops", bytes([8] * 32)), "signatures", "untrusted"),
        (sign(document(3), "others", SECRET), "signatures", "untrusted"),
        (json.dumps({"signed": document(3), "signatures": []}), "signatures", "untrusted"),
        (sign(document(1), "ops", SECRET), "signed.version", "order"),
        (sign(document(2, "off"), "ops", SECRET), "signed.version", "order"),
        (json.dumps(document(3)), "signed", "missing"),
        ("{", "envelope", "syntax"),
    ],
)
def test_what_is_refused_changes_nothing(envelope: str, path: str, code: str) -> None:
    flags = SignedFlags(TrustedKeys({"ops": PUBLIC}))
    flags.offer(sign(document(2), "ops", SECRET))
    with pytest.raises(RampgateError) as caught:
        flags.offer(envelope)
    assert (caught.value.path, caught.value.code) == (path, code)
    assert flags.current is not None
    assert (flags.current.version, flags.current.evaluate("f", "u").variant) == (2, "on")


def test_keys_are_checked() -> None:
    assert TrustedKeys({"a": PUBLIC, "b": bytearray(PUBLIC)}).names == ("a", "b")
    for keys, path in (({"a": b"short"}, "keys.a"), ({"a": bytes(32)}, "keys.a"), ({"": PUBLIC}, 'keys[""]')):
        with pytest.raises(RampgateError) as caught:
            TrustedKeys(keys)
        assert caught.value.path == path
    with pytest.raises(TypeError, match=r"^`keys\.a` must be bytes, got str"):
        TrustedKeys({"a": "hex"})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="^`keys` must be TrustedKeys, got dict"):
        SignedFlags({})  # type: ignore[arg-type]
    for secret in (b"", SECRET + b"x"):
        with pytest.raises(RampgateError) as caught:
            sign(document(1), "ops", secret)
        assert (caught.value.path, caught.value.code) == ("secret_key", "range")
    with pytest.raises(RampgateError) as caught:
        sign({"rampgate_flags": 1}, "ops", SECRET)
    assert caught.value.code == "missing"
    assert rampgate.sign is sign
