"""One look into a mailbox: what is new since the last position, each message as something to start.

The position is ``{box, validity, uid, until, only, open, at}``: all messages up to ``uid`` are done; of those up to
``until`` just the ones count that SEARCH finds with ``only``; ``open`` still await what ``after`` says, which happens
at the next look, when it is certain that they were taken in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.definition.kind import StepError
from flows.definition.model import JSON
from flows.definition.trigger import Fired, Start
from flows.triggers.email.parsing import MAIL_MAX_BYTES, Mail, MailRefused, parse_head, parse_mail, refuse_size
from flows.triggers.email.session import Mailbox, Opened, Session
from integrator.files.errors import StorageFailed
from integrator.lib.clock import parse_instant, to_rfc3339

logger = logging.getLogger(__name__)
MESSAGES_MAX = 50  # a look; the rest comes with the next one
BYTES_MAX = 2 * MAIL_MAX_BYTES  # a look
AGAIN = timedelta(days=2)  # how far back to look where the server numbered all messages anew
KEEP, SEEN, MOVE = "keep", "seen", "move:"
FAULT = "It could not be read because of a fault in the product. The details are in the server's log."
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a look goes. ``first``: which messages count that were there before; ``after``: what is done with each."""

    first: str
    after: str
    takes_automatic: bool
    now: datetime

    @property
    def changes(self) -> bool:
        """Whether anything is changed in the mailbox."""
        return self.after != KEEP

    @property
    def target(self) -> str:
        """The folder to move to, "" for none."""
        return self.after.removeprefix(MOVE) if self.after.startswith(MOVE) else ""


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where the last look ended; see the module."""

    box: str
    validity: int
    uid: int
    until: int = 0
    only: tuple[str, ...] = ()
    open: tuple[int, ...] = ()

    def as_data(self, now: datetime) -> JSON:
        """As it is kept."""
        return {
            "box": self.box,
            "validity": self.validity,
            "uid": self.uid,
            "until": self.until,
            "only": list(self.only),
            "open": list(self.open),
            "at": to_rfc3339(now),
        }


def look(session: Session, box: Mailbox, rules: Rules, kept: JSON) -> Fired:
    """Read what is new. Raises ``StepError``; then nothing that was spooled is left."""
    if rules.target:
        session.check_folder(rules.target, "after")
    opened = session.open_folder(may_change=rules.changes)
    position = find_position(kept, box, opened, rules)
    if position.open:
        if rules.target:
            session.move(position.open, rules.target)
        elif rules.changes:
            session.mark_seen(position.open)
        position = replace(position, open=())
    found = session.find_uids(after=position.uid, enough=MESSAGES_MAX)
    wanted = _choose(session, found, position)
    taken = wanted[:MESSAGES_MAX]
    starts: list[Start] = []
    try:
        for uid, start in _read(session, taken, opened, rules):
            position = replace(position, uid=uid, open=(*position.open, uid) if rules.changes else ())
            starts.append(replace(start, position=position.as_data(rules.now)))
    except StepError as error:
        if not starts or not error.retryable:
            _discard(starts)
            raise
        return Fired(starts=tuple(starts), state=position.as_data(rules.now))
    except BaseException:
        _discard(starts)
        raise
    if len(starts) == len(wanted):
        position = replace(position, uid=max([position.uid, *found]))
    return Fired(starts=tuple(starts), state=position.as_data(rules.now))


def find_position(kept: JSON, box: Mailbox, opened: Opened, rules: Rules) -> Position:
    """Where to go on: the kept position, or a first one for another mailbox or after all was numbered anew."""
    name = f"{box.user}@{box.place}/{box.folder}"
    last = opened.next_uid - 1
    if not isinstance(kept, dict) or kept.get("box") != name:
        if rules.first == "new":
            return Position(box=name, validity=opened.validity, uid=last)
        only: tuple[str, ...] = ("UNSEEN",) if rules.first == "unread" else ()
        return Position(box=name, validity=opened.validity, uid=0, until=last if only else 0, only=only)
    if kept["validity"] != opened.validity:
        only = ("SINCE", _say_day(parse_instant(str(kept["at"])) - AGAIN))
        return Position(box=name, validity=opened.validity, uid=0, until=last, only=only)
    return Position(
        box=name,
        validity=opened.validity,
        uid=int(kept["uid"]),
        until=int(kept["until"]),
        only=tuple(str(word) for word in kept["only"]),
        open=tuple(int(uid) for uid in kept["open"]),
    )


def _choose(session: Session, found: Sequence[int], position: Position) -> list[int]:
    """Those that count, ascending."""
    old = [uid for uid in found if uid <= position.until]
    if not old or not position.only:
        return list(found)
    counting = session.choose(old, position.only)
    return [uid for uid in found if uid > position.until or uid in counting]


def _read(session: Session, uids: Sequence[int], opened: Opened, rules: Rules) -> Iterator[tuple[int, Start]]:
    """Each message that is still there, up to the bytes of a look."""
    sizes = session.measure(uids)
    budget = BYTES_MAX
    for uid in uids:
        size = sizes.get(uid, 0)
        is_large = size > MAIL_MAX_BYTES
        if not is_large and size > budget:
            return
        raw = session.fetch(uid, head_only=is_large)
        key = f"uid:{opened.validity}:{uid}"
        if raw is None:
            yield (
                uid,
                _refuse(b"", key, MailRefused("email.gone", "It was removed from the mailbox before it was read.")),
            )
        elif is_large:
            yield uid, _refuse(raw, key, refuse_size(size))
        else:
            budget -= len(raw)
            yield uid, make_start(raw, key, takes_automatic=rules.takes_automatic)


def make_start(raw: bytes, key: str, *, takes_automatic: bool, parse: Callable[[bytes], Mail] = parse_mail) -> Start:
    """What a message is to start. ``key`` tells its repeats where it has no Message-ID. Raises ``StepError``."""
    try:
        mail = parse(raw)
    except MailRefused as error:
        return _refuse(raw, key, error)
    except StorageFailed as error:
        raise StepError(error.code, error.message, retryable=True) from error
    except Exception:  # one message that we cannot read must not hold up the others
        logger.exception("a message could not be read")
        return _refuse(raw, key, MailRefused("email.unreadable", FAULT))
    if mail.automatic and not takes_automatic:
        mail.discard()
        return _refuse(raw, key, refuse_automatic(mail.automatic))
    return Start(body=mail.body, is_item=True, key=mail.key or key, brought=mail.files)


def refuse_automatic(why: str) -> MailRefused:
    """The refusal of mail that no person sent."""
    return MailRefused(
        "email.automatic",
        f"It started nothing, because {why}. To take such mail too, write 'automatic: take' in the flow's trigger.",
    )


def _refuse(raw: bytes, key: str, error: MailRefused) -> Start:
    return Start(body={**parse_head(raw), "key": key}, is_item=True, refusal=(error.code, error.reason))


def _discard(starts: Sequence[Start]) -> None:
    for start in starts:
        for file in start.brought:
            file.upload.discard()


def _say_day(at: datetime) -> str:
    """A day as SEARCH takes it, whatever the process's language."""
    return f"{at.day}-{_MONTHS[at.month - 1]}-{at.year}"
