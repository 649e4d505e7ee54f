"""Answers that somebody wrote down, by step: ``{step: answer}`` or ``{step: [answer, answer]}``. Makes up none itself.

A list is used up call by call. One answer alone is given to every call outside, and to everything else once a round
(once for each item of a loop), so that a flow that goes back to its people ends. What a file holds
(``{rows: text}``) is the same each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from flows.definition.model import EMPTY, JSON
from flows.engine.simulation.shapes import Asked, Given

ReadFile = Callable[[Mapping[str, JSON]], Mapping[str, JSON] | None]
MakeUp = Callable[[Asked], Mapping[str, JSON] | None]
_ANSWERED_BY_SAMPLES = frozenset({"effect", "child"})


class WrittenBook:
    """``answers`` come first. ``samples`` (pinned, recorded) speak for systems and flows, ``make_up`` for systems.

    ``read_file`` gives the first rows of a file as ``{rows, more}``, by its facts; None where nobody may see it.
    """

    def __init__(
        self,
        answers: Mapping[str, JSON],
        *,
        samples: Mapping[str, Given] = EMPTY,
        make_up: MakeUp | None = None,
        read_file: ReadFile | None = None,
    ) -> None:
        self._answers, self._samples, self._make_up = answers, samples, make_up
        self._read_file = read_file
        self._used: Counter[tuple[str, int | None]] = Counter()

    def choose(self, asked: Sequence[Asked]) -> list[tuple[Asked, Given]]:
        """Every call outside that has an answer, at once; else the first of the others."""
        calls = [(each, given) for each in asked if each.kind == "effect" and (given := self._find(each)) is not None]
        if calls:
            return calls
        others = (each for each in asked if each.kind != "effect")
        return next(([(each, given)] for each in others if (given := self._find(each)) is not None), [])

    def _find(self, asked: Asked) -> Given | None:
        if asked.kind == "file":
            return self._find_rows(asked)
        written = self._answers.get(asked.step)
        is_list = isinstance(written, list)
        key = (asked.step, None if is_list else asked.index)
        turn = self._used[key]
        value = written[turn] if isinstance(written, list) and turn < len(written) else None if is_list else written
        if value is not None and not is_list and asked.kind != "effect" and turn:
            value = None
        if isinstance(value, dict):
            self._used[key] += 1
            return Given(value=value)
        return self._find_sample(asked) if asked.kind in _ANSWERED_BY_SAMPLES else None

    def _find_rows(self, asked: Asked) -> Given | None:
        written = self._answers.get(asked.step)
        given = written[-1] if isinstance(written, list) and written else written
        if isinstance(given, dict):
            return Given(value=given)
        rows = self._read_file(asked.file or {}) if self._read_file is not None else None
        return Given(value=rows, origin="file") if rows is not None else None

    def _find_sample(self, asked: Asked) -> Given | None:
        if asked.step in self._samples:
            return self._samples[asked.step]
        made = self._make_up(asked) if self._make_up is not None and asked.kind == "effect" else None
        return Given(value=made, origin="made_up") if made is not None else None
