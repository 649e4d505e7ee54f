"""Publishing a message: to every run that waits for it, else it is kept for the first one that will."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from flows.engine.messages import Meeting, deliver_in, digest_address, lock_addresses_in, park_in
from flows.errors import Forbidden, MessageRefused, NotFound
from flows.models import Message, MessageWait
from integrator.database.clock import get_database_now
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many
from integrator.lib.ids import new_uuid
from integrator.lib.veil import get_veil
from integrator.people.models import Person, Team
from integrator.people.rights import Action, EveryTeam, can, team_ids_where

RUNS_TOLD = 20  # timelines that are told of a repeat


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message to publish. ``data`` is plain JSON. ``message_id`` None: no repeat of it can be told.

    ``request_id`` is the inbound call that brought it, ``case_number`` binds it to runs of that case.
    """

    team_id: int
    name: str
    key: str
    data: Any = None
    message_id: str | None = None
    case_number: str = ""
    sent_by: Person | None = None
    request_id: uuid.UUID | None = None

    @property
    def meeting(self) -> Meeting:
        """What it looks for."""
        return Meeting(team_id=self.team_id, name=self.name, key=self.key, case_number=self.case_number)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What became of it: to how many waits it went, or that it is kept. ``waits`` are those that heard it now."""

    delivered: int
    parked: bool
    is_repeat: bool = False
    waits: tuple[MessageWait, ...] = ()


def publish_message(*, new: NewMessage, actor: Actor, now: datetime) -> Published:
    """This will publish a message in a transaction of its own: see ``publish_in``."""
    with transaction.atomic(durable=True):
        return publish_in(new, actor=actor, now=now)


def publish_in(new: NewMessage, *, actor: Actor, now: datetime) -> Published:
    """This will give the message to every open wait with its name and key in its team, or park it.

    A repeated ``message_id`` of the team changes nothing: the first answer, and an event on the runs that heard the
    first; other content is told with both digests.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish_in joins a transaction, and none is open.")
    locks = [new.meeting.address]
    if new.message_id is not None:
        locks.append(digest_address("message id", new.team_id, new.message_id))
    lock_addresses_in(locks)
    text = json.dumps(new.data, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(json.dumps([new.name, new.key, new.data], sort_keys=True).encode()).hexdigest()
    first = _find_first(new)
    if first is not None:
        return _repeat(first, digest, actor=actor)
    message = _store(new, text, digest, now)
    waits = deliver_in(message, now=get_database_now(), actor=actor)
    if not waits:
        _record_late(message, actor)
        park_in(message, now=now)
    message.answer = {"delivered": len(waits), "parked": not waits}
    message.save(update_fields=["answer"])
    return Published(**message.answer, waits=tuple(waits))


def find_team_to_send(person: Person, slug: str) -> Team:
    """This will give the team that a person sends to: the named one, else the only one in which they may.

    Raises NotFound for strangers to the named team, Forbidden, and MessageRefused ``message.team_missing`` where there
    are several.
    """
    scope = team_ids_where(person, Action.MESSAGE_SEND)
    if slug:
        team = Team.objects.filter(slug=slug).first()
        if team is None or not can(person, Action.FLOW_READ, team):
            raise NotFound("team")
        if team.pk not in scope:
            raise Forbidden("message", f"Operators of {team} may send messages to its runs. Ask one of them.")
        return team
    if not scope:
        raise Forbidden("message", "Those who may operate flows of a team may send messages to its runs.")
    teams = list(Team.objects.all()[:2] if isinstance(scope, EveryTeam) else Team.objects.filter(pk__in=scope)[:2])
    if len(teams) != 1:
        told = "is needed, since you may send to several teams; write the short name of one"
        raise MessageRefused(
            "message.team_missing",
            "Say to which team the message goes: add 'team'.",
            {"errors": [{"pointer": "/team", "message": told}]},
        )
    return teams[0]


def _find_first(new: NewMessage) -> Message | None:
    if new.message_id is None:
        return None
    return Message.objects.filter(team_id=new.team_id, message_id=new.message_id).defer("data").first()


def _store(new: NewMessage, text: str, digest: str, now: datetime) -> Message:
    return Message.objects.create(
        id=new_uuid(),
        team_id=new.team_id,
        name=new.name,
        key=new.key,
        is_masked=_is_sensitive(new),
        address=new.meeting.address,
        case_number=new.case_number,
        message_id=new.message_id,
        data=text,
        digest=digest,
        status=Message.Status.PARKED,
        received_at=now,
        sent_by=new.sent_by,
        request_id=new.request_id,
    )


def _is_sensitive(new: NewMessage) -> bool:
    """Whether the key is sensitive where it came in, or in a flow that ever waited for such a message."""
    if get_veil().mask_text(new.key) != new.key:
        return True
    return MessageWait.objects.filter(address=new.meeting.address, is_masked=True).exists()


def _repeat(first: Message, digest: str, *, actor: Actor) -> Published:
    differs = first.digest != digest
    data: dict[str, object] = {"name": first.name}
    if differs:
        data |= {"first_digest": first.digest, "digest": digest}
    runs = list(MessageWait.objects.filter(message=first).order_by("opened_at", "id").values_list("run_id", flat=True))
    record_many(
        [
            EventDraft(
                name="message.duplicate_differs" if differs else "message.duplicate",
                actor=actor,
                subject=("message", first.pk),
                data=data,
                correlation=correlation,
                team_id=first.team_id,
            )
            for correlation in [str(run_id) for run_id in runs[:RUNS_TOLD]] or [first.case_number]
        ]
    )
    return Published(**first.answer, is_repeat=True)


def _record_late(message: Message, actor: Actor) -> None:
    """Tell the run that waited for such a message last that this one comes after it had gone on."""
    last = (
        MessageWait.objects.filter(address=message.address, team_id=message.team_id, name=message.name, key=message.key)
        .order_by("-opened_at", "-id")
        .first()
    )
    if last is None or (message.case_number and last.case_number != message.case_number):
        return
    reason = "It had got its message already." if last.message_id else "It waits for it no longer."
    told = {"name": message.name, "step": last.step_key, "reason": reason}
    record_many(
        [
            EventDraft(
                name="message.late",
                actor=actor,
                subject=("message", message.pk),
                data=told,
                correlation=str(last.run_id),
                team_id=message.team_id,
            )
        ]
    )
