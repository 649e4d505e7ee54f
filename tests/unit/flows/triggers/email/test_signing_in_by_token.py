"""Mailboxes that are signed in to with the token of a connection: whose token, sent where, and renewed once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.definition.effect import ConnectionFacts, ResolvedConnection
from flows.definition.kind import StepError
from flows.definition.trigger import Fired, Firing
from flows.triggers.email import trigger as trigger_module
from flows.triggers.email.session import Mailbox
from flows.triggers.email.signing_in import TOKEN_REFUSED
from flows.triggers.email.trigger import EMAIL


def connected(token: str, *, base_url: str = "https://imap.example.org", **more: Any) -> ResolvedConnection:
    facts = ConnectionFacts(
        key="mail", name="Mail", kind="oauth2_code", base_url=base_url, settings={}, repeat_safe=False, allow=()
    )
    return ResolvedConnection(facts=facts, secret="client-secret", token=token, **more)


def fire(found: ResolvedConnection) -> Fired:
    def refuse(name: str) -> str:
        raise AssertionError(f"the secret {name} is not asked for")

    mailbox = {"host": "IMAP.example.org", "user": "orders@example.org", "connection": "mail"}
    return EMAIL.fire(
        Firing(
            settings={"mailbox": mailbox},
            flow="orders",
            team="marketing",
            team_id=1,
            zone="UTC",
            now=datetime(2026, 5, 1, tzinfo=UTC),
            connection_of=lambda key: None,
            resolve_connection=lambda key: found,
            resolve_secret=refuse,
        )
    )


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> list[Mailbox]:
    """The mailboxes that were looked into; the token "old" is refused."""
    seen: list[Mailbox] = []

    def look(firing: Firing, box: Mailbox, rules: object) -> Fired:
        seen.append(box)
        if box.token == "old":
            raise StepError(TOKEN_REFUSED, "refused")
        return Fired()

    monkeypatch.setattr(trigger_module, "_look", look)
    return seen


class TestEmailTrigger:
    def test_signs_in_with_the_token(self, boxes: list[Mailbox]) -> None:
        fire(connected("new"))
        assert [(box.token, box.password, box.secret) for box in boxes] == [("new", "", "mail")]
        assert "new" not in repr(boxes)

    def test_has_a_refused_token_renewed_once(self, boxes: list[Mailbox]) -> None:
        fire(connected("old", renew=lambda: connected("new")))
        assert [box.token for box in boxes] == ["old", "new"]
        with pytest.raises(StepError) as caught:
            fire(connected("old", renew=lambda: connected("old")))
        assert (caught.value.code, len(boxes)) == (TOKEN_REFUSED, 4)

    @pytest.mark.parametrize(
        ("found", "code"),
        [
            (connected(""), "connection.invalid"),
            (connected("new", base_url="https://evil.example"), "connection.other_host"),
            (connected("new", base_url=""), "connection.other_host"),
        ],
    )
    def test_sends_a_token_to_its_own_host_alone(
        self, boxes: list[Mailbox], found: ResolvedConnection, code: str
    ) -> None:
        with pytest.raises(StepError) as caught:
            fire(found)
        assert caught.value.code == code
        assert boxes == []
