"""The seam between the engine's effect ledger and the connectors that make calls. Pure shapes.

A connector gets an ``EffectCall`` and gives an ``EffectAnswer``; it never raises for what the target did.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flows.definition.kind import StepError
from flows.definition.model import JSON

LIVE, TEST = "live", "test"  # the environments that runs use: what is published, and what is tried out
ENVIRONMENT_PATTERN = r"^[a-z][a-z0-9_-]{0,19}$"


def choose_environment(named: str, trigger: Mapping[str, JSON], *, is_test: bool) -> str:
    """The environment that a run's calls go by: what the run names ("" for nothing), else ``test`` for a test run,
    else what its flow's trigger names, else ``live``."""
    return named or (TEST if is_test else str(trigger.get("environment") or LIVE))


@dataclass(frozen=True, kw_only=True)
class ConnectionFacts:
    """A connection without its secret, as validation and planning see it."""

    key: str
    name: str
    kind: str
    base_url: str
    settings: Mapping[str, JSON]
    repeat_safe: bool
    allow: tuple[str, ...]
    environment: str = LIVE
    environment_id: int | None = None
    trust: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class ResolvedConnection:
    """A connection with its secret, for the moment of the call only. It has no repr on purpose.

    ``token`` is the access token of OAuth2 kinds, "" for others. ``renew`` gives the same connection with a token
    other than this one, after the target has refused it; None where there is nothing to renew. It raises StepError.
    """

    facts: ConnectionFacts
    secret: str
    token: str = ""
    renew: Callable[[], ResolvedConnection] | None = None


@dataclass(frozen=True, kw_only=True)
class EffectCall:
    """One attempt of an effect. ``resolve_connection`` raises ``StepError`` for an unknown or secretless one.

    ``take_turn`` waits at most so many seconds until the connection's rate lets one more request out, and says whether
    it does. The attempt's first request has had its turn already. ``run_id`` and ``team_id`` say whose call it is; None
    for one of no run, which has no files to send or to keep.
    """

    effect_id: uuid.UUID
    idempotency_key: str
    request: Mapping[str, JSON]
    repeat: str
    timeout_s: float
    now: datetime
    resolve_connection: Callable[[str], ResolvedConnection]
    outbound_allow: tuple[str, ...]
    abort_before_connect: Callable[[], bool]
    take_turn: Callable[[float], bool] = lambda within_s: True
    run_id: uuid.UUID | None = None
    team_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class EffectAnswer:
    """How an attempt ended.

    Without ``error`` it is confirmed with ``output``. With one it is a *known* failure, or with ``is_unknown``
    one of which nobody can tell whether the target acted. ``not_sent`` means the call was given up before the
    socket opened (the lease may be over). ``exchange`` is the recorded call with secrets masked.
    """

    output: JSON = None
    error: StepError | None = None
    is_unknown: bool = False
    not_sent: bool = False
    retry_after_s: float | None = None
    exchange: Mapping[str, JSON] = field(default_factory=dict)


class Connector(Protocol):
    """A kind of system that effects go to."""

    def send(self, call: EffectCall) -> EffectAnswer:
        """Make the call once, with no transaction open."""
        ...
