"""Rolls a flow back: what an older version did becomes the next version, with a note that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from flows.definition.flow_file import definition_from_data
from flows.errors import FlowRefused, NotFound
from flows.models import Flow, FlowVersion, PublishRequest
from flows.operations.publishing.requesting import ask_in
from flows.operations.publishing.rights import get_flow_to
from flows.operations.publishing.testing import look_at_tests
from flows.operations.publishing.versions import NewVersion, PublishResult, publish_document_in
from integrator.people.models import Person
from integrator.people.rights import Action


@dataclass(frozen=True, kw_only=True)
class RolledBack:
    """What came of it: the new live version, or, where a second person must agree, the question to them."""

    published: PublishResult | None = None
    request: PublishRequest | None = None


@dataclass(frozen=True, kw_only=True)
class Back:
    """Why one goes back, the version that was seen as live (None: whichever), and why although its tests fail."""

    note: str = ""
    live: int | None = None
    despite_tests: str = ""


NO_MORE = Back()


def roll_back(*, key: str, number: int, back: Back = NO_MORE, person: Person | None, now: datetime) -> RolledBack:
    """This will publish the content of version ``number`` again, after its tests have passed again.

    Raises NotFound, Forbidden, FlowRefused (``flow.live_already``; ``flow.newer_version`` where another went live
    meanwhile; ``flow.tests_failed`` or ``flow.invalid`` where what stood around it has changed).
    """
    tested = _try_version(key, number, back, person=person)
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PUBLISH, lock=True)
        version = flow.versions.filter(number=number).first()
        if version is None:
            raise NotFound("version")
        _refuse_useless(flow, version, back.live)
        words = f"Back to version {number}" + (f": {back.note.strip()}" if back.note.strip() else "")
        facts = {"restores": number, **tested}
        new = NewVersion(document=version.document, base_version_id=flow.live_version_id, note=words, facts=facts)
        if person is not None and flow.needs_second_person:
            return RolledBack(request=ask_in(flow, new, person=person, now=now, revision=None))
        return RolledBack(published=publish_document_in(flow, new, person=person, now=now))


def _try_version(key: str, number: int, back: Back, *, person: Person | None) -> dict[str, Any]:
    """What the log keeps of the tests of a version, which never changes. Before the transaction."""
    flow = get_flow_to(person, key, Action.FLOW_PUBLISH)
    version = flow.versions.filter(number=number).first()
    if version is None:
        raise NotFound("version")
    _refuse_useless(flow, version, back.live)
    return look_at_tests(definition_from_data(version.document), team_id=flow.team_id, despite=back.despite_tests)


def _refuse_useless(flow: Flow, version: FlowVersion, seen: int | None) -> None:
    live = flow.live_version
    if live is None:
        raise NotFound("version")
    if live.pk == version.pk or live.digest == version.digest:
        raise FlowRefused("flow.live_already", f"Version {live.number} is live and does the same; nothing was changed.")
    if seen is not None and live.number != seen:
        raise FlowRefused(
            "flow.newer_version",
            f"Version {live.number} went live meanwhile. Look at the changes again, then go back.",
            {"version": live.number},
        )
