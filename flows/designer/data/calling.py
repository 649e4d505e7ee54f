"""What somebody is told who listens for the next call: where to send it, how, and what came. Reads only."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from flows.definition.sampling import sample_trigger
from flows.designer.data.bench import Bench
from flows.models import Listening, StoredRequest
from flows.queries.samples import find_refused_since, get_listening
from flows.registry import trigger_specs
from flows.views.auth_words import tell_auth


@dataclass(frozen=True, kw_only=True)
class ListeningView:
    """``can``: the flow has an address that is taken. ``is_on``: it listens now, until ``until_at``.

    ``auth`` says in words how callers prove who they are. ``curl`` is a line to copy, with a made-up body. ``refused``
    is the newest call since then that was not let in, None without one.
    """

    can: bool
    is_on: bool = False
    until_at: datetime | None = None
    address: str = ""
    auth: str = ""
    curl: str = ""
    needs_signature: bool = False
    is_live: bool = False
    refused: StoredRequest | None = None


def describe_listening(request: HttpRequest, bench: Bench, *, now: datetime) -> ListeningView:
    """This will tell how listening stands for the reader's draft."""
    stored, place = getattr(bench.flow, "trigger", None), _find_place(bench)
    if place is None:
        return ListeningView(can=False)
    found = get_listening(bench.flow, bench.person)
    is_on = found is not None and found.until_at > now
    path = f"/hooks/{place[0]}"
    address = settings.BASE_URL.rstrip("/") + path if settings.BASE_URL else request.build_absolute_uri(path)
    words, _ = tell_auth(place[1])
    return ListeningView(
        can=True,
        is_on=is_on,
        until_at=found.until_at if found else None,
        address=address,
        auth=words,
        curl=write_curl(bench, address),
        needs_signature=_is_signed(place[1]),
        is_live=bool(stored and stored.is_live) and bench.flow.paused_at is None,
        refused=_find_refused(bench, found) if is_on else None,
    )


def write_curl(bench: Bench, address: str) -> str:
    """One line for a shell that sends a made-up body; credentials are left for the caller to fill in."""
    body = sample_trigger(bench.definition, trigger_specs()).value["body"]
    parts = ["curl", "-X", "POST", address, "-H", "Content-Type: application/json"]
    trigger = bench.definition.trigger
    given = trigger.settings.get("auth") if trigger else None
    auth: Mapping[str, Any] = given if isinstance(given, dict) else {}
    kind = auth.get("kind")
    if kind == "basic":
        parts += ["-u", f"{auth.get('user', 'USER')}:PASSWORD"]
    elif kind in ("bearer", "jwt"):
        parts += ["-H", "Authorization: Bearer TOKEN"]
    elif kind == "api_key" and auth.get("header"):
        parts += ["-H", f"{auth['header']}: KEY"]
    return shlex.join([*parts, "-d", json.dumps(body, ensure_ascii=False)])


def _is_signed(trigger: Mapping[str, Any]) -> bool:
    auth = trigger.get("auth")
    return isinstance(auth, dict) and auth.get("kind") in ("hmac", "standard_webhooks")


def _find_place(bench: Bench) -> tuple[str, Mapping[str, Any]] | None:
    """The last part of the address and the settings that hold there: the live ones, else those of the draft."""
    stored = getattr(bench.flow, "trigger", None)
    if bench.flow.live_version_id is not None:
        return (stored.path, stored.settings) if stored is not None and stored.path else None
    trigger = bench.definition.trigger
    spec = trigger_specs().get(trigger.kind) if trigger else None
    path = trigger.settings.get("path") if trigger else None
    if trigger is None or spec is None or not spec.has_address or not isinstance(path, str) or not path:
        return None
    return path, trigger.settings


def _find_refused(bench: Bench, found: Listening | None) -> StoredRequest | None:
    return find_refused_since(bench.flow, bench.person, found.began_at) if found is not None else None
