"""Who hears of an event: a literal list in the settings, loaded at first use. Lower apps speak upward only this way.

``EVENT_SUBSCRIBERS = [(name, "module:function", "in_transaction" | "after_commit"), …]``; ``*`` hears everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Literal, get_args

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from integrator.events.actors import Actor
from integrator.events.payloads import Changes

When = Literal["in_transaction", "after_commit"]
EVERY_EVENT = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedEvent:
    """An event as stored. ``data``, ``changes`` and ``carried`` are mappings to be read only.

    ``carried`` is the data before sensitive values were masked, only for who takes it where it came from: to the run.
    """

    id: int
    at: datetime
    name: str
    actor: Actor
    subject_type: str
    subject_id: str
    correlation: str
    team_id: int | None
    depth: int
    data: Mapping[str, object]
    changes: Changes
    carried: Mapping[str, object] = field(default_factory=dict, repr=False)


Subscriber = Callable[..., object]  # takes the RecordedEvent; the bell takes nothing


def has_subscribers(name: str) -> bool:
    """Whether anybody listens to events of this name."""
    return bool(_find(name, _listed()))


def has_subscribers_in_transaction(name: str) -> bool:
    """Whether anybody must hear of events of this name before their transaction is committed."""
    return any(when == "in_transaction" for _, when in _find(name, _listed()))


def tell_subscribers(event: RecordedEvent) -> None:
    """This will call those in the transaction now (their errors undo the change) and the others after the commit.

    An error after the commit is logged by Django and keeps nobody else from hearing.
    """
    for path, when in _find(event.name, _listed()):
        if when == "in_transaction":
            load_subscriber(path)(event)
        else:
            _tell_after_commit(load_subscriber(path), event)


def _tell_after_commit(subscriber: Subscriber, event: RecordedEvent) -> None:
    def tell() -> None:  # not a partial: Django logs the function's name when it fails
        subscriber(event)

    transaction.on_commit(tell, robust=True)


@lru_cache(maxsize=256)
def load_subscriber(path: str) -> Subscriber:
    """The function that ``module:function`` names. Raises ImproperlyConfigured when there is none."""
    module_name, _, function_name = path.partition(":")
    try:
        subscriber: Subscriber = getattr(import_module(module_name), function_name)
    except (ImportError, AttributeError) as error:
        raise ImproperlyConfigured(
            f"EVENT_SUBSCRIBERS or EVENT_BELL names {path}, which cannot be loaded: {error}"
        ) from error
    return subscriber


def _listed() -> tuple[tuple[str, str, str], ...]:
    return tuple(getattr(settings, "EVENT_SUBSCRIBERS", ()))


@lru_cache(maxsize=1024)
def _find(name: str, listed: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str], ...]:
    for subscribed, path, when in listed:
        if when not in get_args(When):
            raise ImproperlyConfigured(f"EVENT_SUBSCRIBERS: {subscribed} → {path} has the unknown moment {when!r}.")
    return tuple((path, when) for subscribed, path, when in listed if subscribed in {name, EVERY_EVENT})
