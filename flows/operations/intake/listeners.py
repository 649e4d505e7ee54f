"""Which flow listens at an address, ready to judge a call. Live ones are kept in this process for a moment."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from cases.operations.numbers import Series, find_series
from flows.definition.expressions import CompiledValue, compile_value
from flows.definition.first_case import find_first_case_type, opens_case_first
from flows.definition.model import FlowDefinition
from flows.definition.sensitive import NOTHING_SENSITIVE, SensitivePaths, compile_sensitive
from flows.engine.compiled import COMPILED
from flows.errors import CallRefused
from flows.models import FlowVersion, Trigger
from flows.operations.intake.content import BodyShape, read_shape
from flows.registry import kind_specs
from integrator.files.members import without_files
from integrator.lib.schema import CompiledSchema, compile_schema

KEPT_FOR_S = 2.0
LISTENING = ("webhook", "email")  # kinds of triggers that have an address
NOBODY_LISTENS = "No flow listens at this address."
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the calls of one version are read; it never changes. ``opens_case``: a run surely opens a case at once.

    ``responds``: the caller waits for what the run says. ``rate`` is ``{requests, per_s}``.
    ``message`` is the name and key of ``correlate``; ``on_existing`` is empty where the flow does not say it.
    ``case_type`` is the type of that case where it is sure, since some types number their own.
    ``is_mail``: a call hands over an e-mail; ``takes_automatic``: one that no person sent counts too.
    """

    auth: Mapping[str, Any]
    schema: CompiledSchema | None
    dedupe: CompiledValue | None
    business_key: CompiledValue | None
    requested_by: CompiledValue | None
    opens_case: bool
    shape: BodyShape
    sensitive: SensitivePaths = NOTHING_SENSITIVE
    responds: bool = False
    rate: Mapping[str, int] | None = None
    message: tuple[str, CompiledValue] | None = None
    on_existing: str = ""
    is_mail: bool = False
    takes_automatic: bool = False
    case_type: str = ""

    @property
    def routes(self) -> bool:
        """Whether a call looks for what exists already: a run that waits for it, or an open case."""
        return self.message is not None or bool(self.on_existing)


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A live webhook: its trigger, the version that it starts (with its flow), and how calls are read.

    ``series`` is that of the case which a run opens at once, where its type numbers its own.
    """

    trigger_id: int
    path: str
    team_id: int
    version: FlowVersion
    reading: Reading
    series: Series | None = None


class NotListening(CallRefused):
    """Nobody listens. ``trigger_id`` and ``team_id`` are those of a flow that does not listen now, None without one."""

    def __init__(self, code: str, reason: str, trigger: Trigger | None = None) -> None:
        super().__init__(code, NOBODY_LISTENS, reason=reason)
        self.trigger_id = trigger.pk if trigger else None
        self.team_id = trigger.flow.team_id if trigger else None


_lock = threading.Lock()
_kept: dict[str, tuple[float, Listener]] = {}  # path → (until when, by time.monotonic(); the listener)


def find_listener(path: str) -> Listener:
    """This will give the live webhook at ``/hooks/{path}``. Raises NotListening, saying in its reason why nobody does.

    At most two queries every 2 s for a live address; a new version, a pause, a new address and other case numbers act
    within that time.
    """
    kept = _kept.get(path)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    until = time.monotonic() + KEPT_FOR_S
    listener = _read_listener(path)
    with _lock:
        _kept[path] = (until, listener)
    return listener


def forget_listeners() -> None:
    """This will make the next call read the tables, and read versions anew (tests roll versions back)."""
    with _lock:
        _kept.clear()
    compile_version.cache_clear()


def _read_listener(path: str) -> Listener:
    trigger = _find_trigger(path) if _PATH.match(path) else None
    with _lock:
        _kept.pop(path, None)
    if trigger is None:
        raise NotListening("intake.unknown_path", NOBODY_LISTENS)
    version = get_listening_version(trigger)
    reading = compile_version(version.pk)
    return Listener(
        trigger_id=trigger.pk,
        path=path,
        team_id=version.flow.team_id,
        version=version,
        reading=reading,
        series=find_series_of(reading),
    )


def get_listening_version(trigger: Trigger) -> FlowVersion:
    """The live version (with its flow) that a trigger starts now, read together with it: no query.

    Raises NotListening where the flow is not published, or is paused.
    """
    flow = trigger.flow
    if flow.live_version is None or not trigger.is_live:
        raise NotListening("intake.not_live", f"The flow {flow} has not been published yet.", trigger)
    if flow.paused_at is not None:
        raise NotListening("intake.paused", f"The flow {flow} is paused.", trigger)
    flow.live_version.flow = flow
    return flow.live_version


def find_series_of(reading: Reading) -> Series | None:
    """The series that numbers the case which a run opens at once, None for the common one. A query at most."""
    return find_series([reading.case_type] if reading.case_type else []).get(reading.case_type)


def _find_trigger(path: str) -> Trigger | None:
    rows = Trigger.objects.select_related("flow__live_version").defer("flow__live_version__document")
    return rows.filter(path=path, kind__in=LISTENING).first()


@lru_cache(maxsize=1024)
def compile_version(version_id: int) -> Reading:
    """How calls are read by a published version, made once: it never changes. Two queries on a miss."""
    return compile_reading(COMPILED.get(version_id).definition)


def compile_reading(definition: FlowDefinition) -> Reading:
    """How calls to this flow are read. Raises ValueError where nothing calls it."""
    if definition.trigger is None:
        raise ValueError(f"The flow {definition.key} has no trigger.")
    settings = definition.trigger.settings
    return Reading(
        auth=settings.get("auth") or {"kind": "none"},
        schema=compile_schema(without_files(settings["schema"])) if settings.get("schema") is not None else None,
        dedupe=_compile(settings.get("dedupe")),
        business_key=_compile(settings.get("business_key")),
        requested_by=_compile(definition.requested_by),
        rate=settings.get("rate") or None,
        responds=settings.get("respond") is True,
        opens_case=opens_case_first(definition, kind_specs()),
        case_type=find_first_case_type(definition, kind_specs()),
        shape=read_shape(settings.get("schema")),
        sensitive=compile_sensitive(definition),
        message=_compile_message(settings.get("correlate")),
        on_existing=settings.get("on_existing") or "",
        is_mail=definition.trigger.kind == "email",
        takes_automatic=settings.get("automatic") == "take",
    )


def _compile(value: str | None) -> CompiledValue | None:
    return compile_value(value) if value else None


def _compile_message(correlate: Mapping[str, str] | None) -> tuple[str, CompiledValue] | None:
    return (correlate["message"], compile_value(correlate["key"])) if correlate else None


def suggest_path(path: str) -> str:
    """The listening address that looks most like this one, "" when none does. One query."""
    paths = [
        known for known in Trigger.objects.filter(path__isnull=False).values_list("path", flat=True)[:1000] if known
    ]
    return next(iter(get_close_matches(path[:100], paths, n=1, cutoff=0.8)), "")
