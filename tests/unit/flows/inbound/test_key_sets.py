"""Key sets: fetched seldom, anew for an unknown key, and an issuer that is away is nobody's fault."""

from __future__ import annotations

import json
import threading
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from flows.errors import CallRefused
from flows.inbound.key_sets import KeySets

URL = "https://login.example/jwks.json"
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def make_set(*key_ids: str) -> bytes:
    public: dict[str, Any] = jwt.get_algorithm_by_name("RS256").to_jwk(RSA.public_key(), as_dict=True)
    return json.dumps({"keys": [{**public, "kid": key_id} for key_id in key_ids]}).encode()


class Issuer:
    """A clock and an address that gives ``data``, or fails for None; counts how often it was asked."""

    def __init__(self) -> None:
        self.now, self.asked = 0.0, 0
        self.data: bytes | None = make_set("one")
        self.sets = KeySets(self.fetch, clock=lambda: self.now)

    def fetch(self, url: str) -> bytes:
        self.asked += 1
        if self.data is None:
            raise ValueError("it did not answer within 5 s.")
        return self.data

    def find(self, key_id: str | None = "one", after_s: float = 0.0) -> list[str | None]:
        self.now += after_s
        return [key.key_id for key in self.sets.find(URL, "RS256", key_id)]


class TestKeySets:
    def test_are_fetched_once_in_ten_minutes(self) -> None:
        issuer = Issuer()
        assert [issuer.find(after_s=50) for _ in range(20)] == [["one"]] * 20
        assert issuer.asked == 2

    def test_are_fetched_anew_for_an_unknown_key_once_a_minute(self) -> None:
        issuer = Issuer()
        assert issuer.find() == ["one"]
        issuer.data = make_set("one", "two")
        assert issuer.find("two", after_s=59) == []
        assert issuer.find("two", after_s=2) == ["two"]
        assert issuer.asked == 2
        assert [issuer.find("three", after_s=1) for _ in range(120)] == [[]] * 120
        assert issuer.asked == 4

    def test_give_all_keys_where_the_token_names_none(self) -> None:
        issuer = Issuer()
        issuer.data = make_set("one", "two")
        assert issuer.find(None) == ["one", "two"]

    def test_that_cannot_be_had_are_no_fault_of_the_caller(self) -> None:
        issuer = Issuer()
        issuer.data = None
        for _ in range(5):
            with pytest.raises(CallRefused) as caught:
                issuer.find(after_s=1)
            assert caught.value.code == "intake.keys_unreachable"
            assert "did not answer" in caught.value.reason
            assert "did not answer" not in caught.value.message
        assert issuer.asked == 1
        issuer.data = make_set("one")
        assert issuer.find(after_s=10) == ["one"]

    def test_that_were_had_before_go_on_being_good(self) -> None:
        issuer = Issuer()
        issuer.find()
        issuer.data = None
        assert issuer.find(after_s=3_600) == ["one"]
        with pytest.raises(CallRefused):
            issuer.find(after_s=86_400)

    def test_hold_up_nobody_while_a_slow_issuer_is_asked(self) -> None:
        issuer, asking, told = Issuer(), threading.Event(), threading.Event()
        assert issuer.find() == ["one"]
        quick = issuer.fetch

        def fetch(url: str) -> bytes:
            asking.set()
            assert told.wait(10)
            return quick(url)

        issuer.sets._fetch = fetch
        first = threading.Thread(target=issuer.find, kwargs={"key_id": "made-up", "after_s": 61})
        first.start()
        try:
            assert asking.wait(10)
            assert issuer.find() == ["one"]
            with pytest.raises(CallRefused) as caught:
                issuer.find("another")
            assert caught.value.code == "intake.keys_unreachable"
        finally:
            told.set()
            first.join(10)
        assert (issuer.asked, issuer.find()) == (2, ["one"])
