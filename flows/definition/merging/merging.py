"""The merge of two documents with the one they began from: renamed steps first, then the trees, then links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.definition.diff.renames import find_renames
from flows.definition.editing.document import (
    TRIGGER,
    Data,
    all_links,
    close_document,
    main_target,
    open_document,
    set_link,
    shape_document,
    steps_of,
)
from flows.definition.editing.following import follow_rename
from flows.definition.editing.stepping import forget_steps
from flows.definition.kind import KindSpec
from flows.definition.merging.results import Merged, Path, Side, say_path
from flows.definition.merging.trees import Clashing, TreeMerge
from flows.definition.merging.words import RENAMED, tell_changes, tell_conflict


def merge(
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    kinds: Mapping[str, KindSpec],
    *,
    choices: Mapping[str, Side] | None = None,
) -> Merged:
    """This will bring together what two sides made of ``base``; all are documents as drafts and versions keep them.

    ``choices`` decides conflicts by their ``key``. What one side alone changed is taken; a place that both changed
    differently is a conflict, so is a step that one deleted and the other changed. A step that one side renamed is
    followed on the other. Where things are drawn is never a conflict: mine counts.
    """
    chosen = choices or {}
    aligned = _align([open_document(base), open_document(mine), open_document(theirs)], kinds)
    sides = aligned.sides

    def decide(path: Path) -> Side | None:
        return chosen.get(say_path(path))

    work = TreeMerge(decide=decide, stubborn=aligned.stubborn)
    data: Data = work.merge(sides[0], sides[1], sides[2], ())
    data.setdefault("steps", {})
    _mend(data, sides)
    for rival in aligned.rivals:
        if rival.mine not in steps_of(data):
            continue  # who deletes the step decides its key too
        if decide(rival.path) is None:
            work.clashes.append(rival)
        elif decide(rival.path) == "theirs":
            data = follow_rename(data, {rival.mine: rival.theirs}, kinds)
    return Merged(
        document=close_document(data),
        changes=tuple(tell_changes(work.taken, sides, kinds)),
        conflicts=tuple(tell_conflict(clash, sides, kinds) for clash in work.clashes),
    )


@dataclass(frozen=True, kw_only=True)
class _Aligned:
    """Base, mine and theirs with each step under one key. ``rivals`` are steps that both renamed, differently.

    ``stubborn``: steps that one side renamed and the other deleted, for whom the rename counts as a change.
    """

    sides: list[Data]
    stubborn: frozenset[Path]
    rivals: tuple[Clashing, ...]


def _align(sides: list[Data], kinds: Mapping[str, KindSpec]) -> _Aligned:
    """Follow what one side renamed on the other; where both renamed a step it goes by my key until that is decided."""
    base, aligned = sides[0], list(sides)
    pairs = [find_renames(shape_document(base), shape_document(side)) for side in sides[1:]]
    stubborn: set[Path] = set()
    rivals: list[Clashing] = []
    for old in dict.fromkeys([*pairs[0], *pairs[1]]):
        first, second = (each.get(old) for each in pairs)
        new = str(first or second)
        if first and second and first != second:
            if second in steps_of(aligned[1]) or first in steps_of(aligned[2]):
                continue  # the names cross: both steps stay
            rivals.append(Clashing(path=("steps", old, RENAMED), base=old, mine=first, theirs=second))
            aligned[2] = follow_rename(aligned[2], {second: first}, kinds)
        elif first != second:
            other = 2 if first else 1
            if new in steps_of(aligned[other]):
                continue
            if old not in steps_of(aligned[other]):
                stubborn.add(("steps", new))
            aligned[other] = follow_rename(aligned[other], {old: new}, kinds)
        aligned[0] = follow_rename(aligned[0], {old: new}, kinds)
    return _Aligned(sides=aligned, stubborn=frozenset(stubborn), rivals=tuple(rivals))


def _mend(data: Data, sides: list[Data]) -> None:
    """Lead on what leads to a step that a side deleted, and take such steps out of layout and groups.

    What led nowhere before stays as its side had it.
    """
    steps = steps_of(data)
    gone = {key for side in sides[1:] for key in steps_of(side) if key not in steps}
    if not gone:
        return
    loose = {
        (source, port)
        for side in sides[1:]
        for source, port, target in all_links(side)
        if target in gone and target not in steps_of(side)
    }
    for source, port, target in list(all_links(data)):
        if target in gone and (source, port) not in loose:
            onward = _onward(target, gone, sides)
            set_link(data, source, port, None if onward == source else onward)
            if source == TRIGGER and onward is None:
                data["start"] = next(iter(steps), None)
    forget_steps(data, gone - {key for side in sides[1:] for key in _named_but_gone(side)})


def _named_but_gone(side: Data) -> set[str]:
    """Steps that a side draws, or leads errors to, without having them."""
    names: set[str] = {side["on_error"]} if isinstance(side.get("on_error"), str) else set()
    layout = side.get("layout")
    if isinstance(layout, dict):
        places, groups = layout.get("steps"), layout.get("groups")
        names.update(places if isinstance(places, dict) else layout)
        for group in groups.values() if isinstance(groups, dict) else ():
            members = group.get("steps") if isinstance(group, dict) else None
            names.update(map(str, members if isinstance(members, list) else ()))
    return {name for name in names if name not in steps_of(side)}


def _onward(key: str, gone: set[str], sides: list[Data]) -> str | None:
    """Where the work went on behind deleted steps, None when it ended there."""
    seen: set[str] = set()
    target: str | None = key
    while target in gone and target not in seen:
        seen.add(target)
        step = next((steps_of(side)[target] for side in sides if target in steps_of(side)), {})
        target = main_target(step)
    return None if target in gone else target
