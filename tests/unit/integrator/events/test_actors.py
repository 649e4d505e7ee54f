"""Actors and payload bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrator.events.actors import SYSTEM, Actor
from integrator.events.payloads import decode_payload, digest_payload, encode_payload


class TestActor:
    @pytest.mark.parametrize("actor", [SYSTEM, Actor("person", "12"), Actor.caller("orders:eu"), Actor("caller", "")])
    def test_reads_back_from_its_text(self, actor: Actor) -> None:
        assert Actor.parse(str(actor)) == actor

    @pytest.mark.parametrize("text", ["", "person", "robot:3"])
    def test_refuses_other_texts(self, text: str) -> None:
        with pytest.raises(ValueError, match="person:12"):
            Actor.parse(text)

    def test_knows_the_id_of_a_person_only(self) -> None:
        assert (Actor("person", "12").person_id, SYSTEM.person_id) == (12, None)


class TestEncodePayload:
    def test_is_ascii_whatever_the_data_holds(self) -> None:
        data = {
            "b": "nul \x00 lone \ud800 é",
            "a": Decimal("1.50"),
            "at": datetime(2026, 1, 2, tzinfo=UTC),
            "s": {2, 1},
        }
        text = encode_payload(data, {"title": ("old", "new")})
        assert text.isascii()
        assert text.index('"a"') < text.index('"b"')
        read, changes = decode_payload(text)
        assert read == {"b": data["b"], "a": "1.50", "at": "2026-01-02T00:00:00+00:00", "s": [1, 2]}
        assert changes == {"title": ("old", "new")}

    @pytest.mark.parametrize(("value", "error"), [(float("nan"), ValueError), (object(), TypeError)])
    def test_refuses_what_json_cannot_say(self, value: object, error: type[Exception]) -> None:
        with pytest.raises(error):
            encode_payload({"x": value}, {})

    def test_reads_an_erased_one_as_empty(self) -> None:
        assert decode_payload(None) == ({}, {})


class TestDigestPayload:
    def test_depends_on_salt_and_text(self) -> None:
        digests = {digest_payload(salt, text) for salt in (b"a" * 16, b"b" * 16) for text in ("{}", "{ }")}
        assert len(digests) == 4
        assert {len(digest) for digest in digests} == {32}
