"""Each test begins with a process that remembers nothing. Loaded by ``tests/conftest.py``.

Rows are rolled back and their ids given again, and sign-ins, rates and refused calls are counted over minutes: what the
test before left here would be taken for this one's.
"""

from __future__ import annotations

import uuid

import pytest


@pytest.fixture(autouse=True)
def _remember_nothing() -> None:
    forget_everything()


@pytest.fixture(autouse=True)
def _count_calls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates count a test's own calls: those of a process on the same Redis are others'."""
    from integrator.rates import SharedCounter

    enter, own = SharedCounter.enter, uuid.uuid4().hex
    monkeypatch.setattr(SharedCounter, "enter", lambda self, key, rate: enter(self, f"{own}:{key}", rate))


def forget_everything() -> None:
    """Drop what this process keeps: attempts to sign in, answers, rates, versions, secrets, what waits or is owed."""
    from django.core.cache import cache

    from flows.engine import returning as runs
    from flows.engine.compiled import COMPILED
    from flows.engine.costly import COSTLY
    from flows.engine.live_tables import COMPILED_TABLES
    from flows.inbound.key_sets import KEY_SETS
    from flows.operations.intake import forget_listeners
    from flows.operations.intake.refusing import GATE
    from flows.operations.triggering import returning as occasions
    from flows.veils import forget_sensitive_paths
    from integrator.people.calendars.building import forget_calendars
    from integrator.rates import get_counter
    from integrator.secrets.store import forget_kept_values
    from integrator.timers.firing import POSTPONED

    cache.clear()
    COMPILED.clear()
    COMPILED_TABLES.clear()
    COSTLY.clear()
    KEY_SETS.forget()
    GATE._counts.clear()
    POSTPONED.clear()
    runs._OWED.clear()
    occasions._OWED.clear()
    forget_sensitive_paths()
    forget_listeners()
    forget_calendars()
    forget_kept_values()
    get_counter.cache_clear()
