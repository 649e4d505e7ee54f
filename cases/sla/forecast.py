"""The chance that a clock will be late, from like ones that ended. Pure, and shown only where there were enough.

A like one was not over yet when as much of its budget was used as now: what ended earlier says nothing about this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ENOUGH = 30


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """``late`` of ``count`` like ones were late."""

    late: int
    count: int

    @property
    def chance(self) -> float:
        """The share that was late, 0.0 to 1.0."""
        return self.late / self.count

    @property
    def words(self) -> str:
        """``11 of 43 like this were late``."""
        return f"{self.late} of {self.count} like this were late"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One that ended: how much of its budget was used in the end, in per cent, and whether it was late."""

    end_percent: int
    is_late: bool


def forecast(ended: Iterable[Ended], percent: int) -> Forecast | None:
    """The forecast for one of which ``percent`` of the budget is used; None with fewer than ``ENOUGH`` like ones."""
    like = [each for each in ended if each.end_percent >= percent]
    return make_forecast(sum(each.is_late for each in like), len(like))


def make_forecast(late: int, count: int) -> Forecast | None:
    """The same from counts."""
    return Forecast(late=late, count=count) if count >= ENOUGH else None


def score_brier(guesses: Iterable[tuple[float, bool]]) -> float:
    """The mean squared distance of chances from what came (Brier 1950): 0 is perfect, a coin's 0.5 gives 0.25."""
    squares = [(chance - is_late) ** 2 for chance, is_late in guesses]
    return sum(squares) / len(squares)
