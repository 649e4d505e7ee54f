"""How figures are kept and printed: ratios first, then what they are made of. Pure; measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Ours against a bare baseline, one rate a round each, in ``unit`` a second. ``aim`` is the least ratio wanted."""

    name: str
    unit: str
    ours: Sequence[float]
    bare: Sequence[float]
    bare_name: str
    aim: float

    @property
    def ratio(self) -> float:
        """The median of the rounds' own ratios: what disturbs the machine disturbs both sides of a round."""
        return median(mine / other for mine, other in zip(self.ours, self.bare, strict=True))

    @property
    def is_reached(self) -> bool:
        """Whether the aim was met."""
        return self.ratio >= self.aim


@dataclass(frozen=True, kw_only=True)
class Note:
    """A figure for orientation, without a baseline."""

    name: str
    text: str


def measure_in_turns(
    ours: Callable[[], float], bare: Callable[[], float], *, rounds: int
) -> tuple[list[float], list[float]]:
    """Measure A B, B A, A B …, so that neither side always comes first."""
    mine: list[float] = []
    others: list[float] = []
    for place in range(rounds):
        for measure, rates in [(ours, mine), (bare, others)][:: -1 if place % 2 else 1]:
            rates.append(measure())
    return mine, others


def render(comparisons: Sequence[Comparison], notes: Sequence[Note]) -> str:
    """The whole report: one line a ratio, then each side's rounds, then the notes."""
    lines = ["Ratios (ours / bare, median of the rounds)"]
    lines += [
        f"  {each.ratio:6.2f}  {each.name}  (aim {each.aim:g}: {'reached' if each.is_reached else 'missed'})"
        for each in comparisons
    ]
    lines += ["", "What they are made of"]
    for each in comparisons:
        lines.append(f"  {each.name}")
        lines.append(f"    ours  {_rates(each.ours)} {each.unit}/s")
        lines.append(f"    bare  {_rates(each.bare)} {each.unit}/s  ({each.bare_name})")
    if notes:
        lines += ["", "For orientation", *(f"  {note.name}: {note.text}" for note in notes)]
    return "\n".join(lines)


def _rates(rates: Sequence[float]) -> str:
    return f"{median(rates):10,.0f}  [{' '.join(f'{rate:,.0f}' for rate in rates)}]"
