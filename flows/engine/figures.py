"""The engine's figures for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter

_LANDED = Counter("integrator_runs_landed", "Landings of runs in this process")
_EFFECTS = Counter("integrator_effect_attempts", "Attempts of effects in this process", ["outcome"])
_TIMERS = Counter("integrator_timers_fired", "Timers fired in this process")


def count_landed(number: int) -> None:
    """So many runs were landed."""
    _LANDED.inc(number)


def count_attempt(outcome: str) -> None:
    """One attempt of an effect ended so."""
    _EFFECTS.labels(outcome).inc()


def count_fired(number: int) -> None:
    """So many timers fired."""
    _TIMERS.inc(number)
