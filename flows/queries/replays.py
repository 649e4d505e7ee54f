"""How past runs would go with a design that is not live yet, as far as they were gone through. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.definition.words import count_of, join_words
from flows.models import DraftReplay, Flow

STANDS_STILL = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class ReplayGroup:
    """Runs that differ in the same way at the same step. ``runs`` are rows, newest first; ``title`` is the step's."""

    verdict: str
    reason: str
    step: str | None
    title: str
    runs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class ReplayFacts:
    """``done`` of ``total`` runs were gone through; ``groups`` are those that would not go the same way, worst first.

    ``besides`` says which new steps those that go the same way would go through, "" for none.
    """

    total: int
    done: int
    same: int
    is_running: bool
    is_still: bool
    begun_at: datetime
    groups: tuple[ReplayGroup, ...]
    sentence: str
    besides: str

    @property
    def tone(self) -> str:
        """The look of the worst that was found."""
        worst = self.groups[0].verdict if self.groups else ""
        return {"fails": "is-failed", "other_path": "is-incident"}.get(
            worst, "is-completed" if self.same else "is-cancelled"
        )


def get_replay(flow: Flow, digest: str, *, now: datetime) -> ReplayFacts | None:
    """This will tell of the replay of a design by its digest; None when nobody asked for one. One query."""
    row = DraftReplay.objects.filter(flow=flow, digest=digest).defer("document").first()
    if row is None:
        return None
    made = [result for result in row.results if "verdict" in result]
    counts = Counter(result["verdict"] for result in made)
    is_running = row.state == DraftReplay.State.RUNNING
    return ReplayFacts(
        total=row.total,
        done=len(made),
        same=counts["same"],
        is_running=is_running,
        is_still=is_running and now - row.moved_at > STANDS_STILL,
        begun_at=row.begun_at,
        groups=tuple(_group(made)),
        sentence=_say(counts, row.total),
        besides=_say_besides(made),
    )


_ORDER = {"fails": 0, "other_path": 1, "not_comparable": 2}
_NAMED = 4


def _group(made: Sequence[Mapping[str, Any]]) -> list[ReplayGroup]:
    found: dict[tuple[str, str, str | None], list[Mapping[str, Any]]] = {}
    for row in made:
        if row["verdict"] != "same":
            found.setdefault((row["verdict"], row["reason"], row.get("step")), []).append(row)
    groups = [
        ReplayGroup(
            verdict=verdict, reason=reason, step=step, title=str(runs[0].get("title") or step or ""), runs=tuple(runs)
        )
        for (verdict, reason, step), runs in found.items()
    ]
    return sorted(groups, key=lambda group: (_ORDER[group.verdict], -len(group.runs)))


def _say_besides(made: Sequence[Mapping[str, Any]]) -> str:
    """``35 of the same also go through what is new: “Check” and “Share”.``"""
    more = [row["added"] for row in made if row["verdict"] == "same" and row.get("added")]
    if not more:
        return ""
    titles = list(dict.fromkeys(f"“{title}”" for added in more for title in added))
    named = titles[:_NAMED] + ([f"{len(titles) - _NAMED} more"] if len(titles) > _NAMED else [])
    return (
        f"{len(more)} of the same also {'goes' if len(more) == 1 else 'go'} through what is new: {join_words(named)}."
    )


def _say(counts: Mapping[str, int], total: int) -> str:
    """``37 of 40 runs the same, 2 take another path, 1 now fails``."""
    if not total:
        return "No run has ended yet, so there is nothing to compare with"
    said = [f"{counts['same']} of {count_of(total, 'run')} the same"]
    if counts["other_path"]:
        said.append(f"{counts['other_path']} {'takes' if counts['other_path'] == 1 else 'take'} another path")
    if counts["fails"]:
        said.append(f"{counts['fails']} now {'fails' if counts['fails'] == 1 else 'fail'}")
    if counts["not_comparable"]:
        said.append(f"{counts['not_comparable']} cannot be compared")
    return ", ".join(said)
