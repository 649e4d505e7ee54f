"""The values of a difference: one change, one step's changes, a whole flow's. They render nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flows.definition.words import count_of

Sort = Literal["added", "changed", "removed", "renamed"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that differs. ``text`` is a whole sentence; ``before`` and ``after`` are words, None: nothing is there.

    ``is_loud`` asks for attention: something that was covered will be shown.
    """

    text: str
    label: str = ""
    before: str | None = None
    after: str | None = None
    is_loud: bool = False


@dataclass(frozen=True, kw_only=True)
class StepDiff:
    """What differs of one step. ``key`` is the newer one, of a removed step the older; ``port`` s of links that differ.

    ``says`` tells what an added or removed step does.
    """

    key: str
    title: str
    sort: Sort
    says: str = ""
    old_key: str = ""
    changes: tuple[Change, ...] = ()
    ports: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The sort in a word, for marks on the canvas."""
        return {"added": "New", "changed": "Changed", "removed": "Removed", "renamed": "Renamed"}[self.sort]


@dataclass(frozen=True, kw_only=True)
class FlowDiff:
    """Everything that differs. ``steps`` in the order of the newer state, removed ones last.

    ``looks_differ``: notes or places on the canvas differ, which changes nothing of what the flow does.
    """

    steps: tuple[StepDiff, ...] = ()
    trigger: tuple[Change, ...] = ()
    flow: tuple[Change, ...] = ()
    tests: tuple[Change, ...] = ()
    sensitive: tuple[Change, ...] = ()
    looks_differ: bool = False
    links: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether both do the same."""
        return not (self.steps or self.trigger or self.flow or self.tests or self.sensitive)

    @property
    def loud(self) -> tuple[Change, ...]:
        """What nobody should miss."""
        return tuple(change for change in self.sensitive if change.is_loud)

    @property
    def summary(self) -> str:
        """``1 step added, 2 steps changed, the trigger changed``; says so when nothing differs."""
        words = {"added": "added", "changed": "changed", "renamed": "renamed", "removed": "removed"}
        counts = {sort: sum(step.sort == sort for step in self.steps) for sort in words}
        said = [f"{count_of(number, 'step')} {words[sort]}" for sort, number in counts.items() if number]
        parts = (
            (self.trigger, "the trigger"),
            (self.flow, "settings of the flow"),
            (self.sensitive, "what is covered"),
            (self.tests, "tests"),
        )
        said += [f"{what} changed" for changes, what in parts if changes]
        if said:
            return ", ".join(said)
        return "only notes or places on the canvas differ" if self.looks_differ else "nothing differs"

    def overlay(self) -> Mapping[str, Any]:
        """The marks for the canvas: the detail of ``designer:overlay`` named ``diff``."""
        steps = {step.key: {"state": step.sort, "label": step.label} for step in self.steps}
        if self.trigger:
            steps["trigger"] = {"state": "changed", "label": "Changed"}
        return {"name": "diff", "steps": steps, "links": [list(link) for link in self.links]}
