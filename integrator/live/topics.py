"""Who may hear of which news: rules by the event's subject, named in the settings so that no other app is known here.

``LIVE_TOPICS = {subject type: "module:function"}``; the function takes news of that subject and gives the notices to
tell, by the event's id. What has no rule here is heard by nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from django.conf import settings
from django.utils.module_loading import import_string

from integrator.live.tail import News
from integrator.people.rights import Action

About: TypeAlias = tuple[str, str]  # ("task", its id), ("case", its number), ("run", its id)
PEOPLE_TOPICS = frozenset({"person", "team", "membership"})  # what changes rights: streams end and rights are read anew


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One piece of news as streams may carry it: what it is about, and for whom.

    Heard by each of ``people`` (ids), by leads of ``led`` teams, and by whoever has a right of ``rights`` in its team.
    """

    about: tuple[About, ...]
    rights: frozenset[tuple[Action, int | None]] = frozenset()
    people: frozenset[int] = frozenset()
    led: frozenset[int] = field(default_factory=frozenset)


Rule: TypeAlias = Callable[[Sequence[News]], Mapping[int, Sequence[Notice]]]


def make_notices(news: Iterable[News]) -> list[Notice]:
    """This will give what may be told of the news, in their order. Queries as the rules, a call each."""
    events = list(news)
    by_type: defaultdict[str, list[News]] = defaultdict(list)
    for event in events:
        by_type[event.subject_type].append(event)
    found: dict[int, Sequence[Notice]] = {}
    for subject_type, some in by_type.items():
        path = settings.LIVE_TOPICS.get(subject_type)
        if path is not None:
            found.update(_load(path)(some))
    return [notice for event in events for notice in found.get(event.id, ())]


@cache
def _load(path: str) -> Rule:
    rule: Rule = import_string(path.replace(":", "."))
    return rule
