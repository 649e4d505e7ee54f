"""Three-way merge of plain data: mappings key by key, named lists entry by entry, anything else as one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.definition.editing.delta import same
from flows.definition.merging.results import Path, Side

MISSING: Any = object()
_OPEN: frozenset[Path] = frozenset(
    {(), ("steps",), ("vars",), ("forms",), ("notes",), ("layout",), ("layout", "steps"), ("layout", "groups")}
)
Decide = Callable[[Path], Side | None]


@dataclass(frozen=True, kw_only=True)
class Clashing:
    """A place that both changed, with its three values; ``MISSING`` where it was not there."""

    path: Path
    base: Any
    mine: Any
    theirs: Any


@dataclass(kw_only=True)
class TreeMerge:
    """One merge at work. ``decide`` gives a person's choice for a place, None where there is none.

    ``stubborn`` places are changed by both although one value stayed, such as a step that one side renamed and the
    other deleted. Filled while it works: ``taken`` (side, path) and ``clashes``.
    """

    decide: Decide
    stubborn: frozenset[Path] = frozenset()
    taken: list[tuple[str, Path]] = field(default_factory=list)
    clashes: list[Clashing] = field(default_factory=list)

    def merge(self, base: Any, mine: Any, theirs: Any, path: Path) -> Any:
        """The merged value, MISSING where nothing stays."""
        if not any(place[: len(path)] == path for place in self.stubborn):
            if is_same(mine, theirs):
                return self._take("both", base, mine, path)
            if is_same(mine, base):
                return self._take("theirs", base, theirs, path)
            if is_same(theirs, base):
                return self._take("mine", base, mine, path)
        if _is_open(path, base, mine, theirs) or _is_divisible(path, base, mine, theirs):
            return self._merge_mappings(base, mine, theirs, path)
        if path == ("sensitive",):
            return _merge_sets(_items(base), _items(mine), _items(theirs)) or MISSING
        if path == ("tests",) and (named := _by_name(base, mine, theirs)) is not None:
            merged = self._merge_mappings(named[0], named[1], named[2], path)
            return list(merged.values()) if isinstance(merged, dict) else MISSING
        return self._clash(Clashing(path=path, base=base, mine=mine, theirs=theirs))

    def _take(self, side: str, base: Any, value: Any, path: Path) -> Any:
        if not is_same(base, value):
            self.taken.extend((side, place) for place in _changed_places(base, value, path))
        return value

    def _merge_mappings(self, base: Any, mine: Any, theirs: Any, path: Path) -> Any:
        base, mine, theirs = (side if isinstance(side, dict) else {} for side in (base, mine, theirs))
        merged = {}
        for key in dict.fromkeys([*mine, *theirs, *base]):
            values = base.get(key, MISSING), mine.get(key, MISSING), theirs.get(key, MISSING)
            value = self.merge(values[0], values[1], values[2], (*path, key))
            if value is not MISSING:
                merged[key] = value
        order = merge_orders(list(base), list(mine), list(theirs))
        return {key: merged[key] for key in order if key in merged} or MISSING

    def _clash(self, clash: Clashing) -> Any:
        choice = self.decide(clash.path)
        if choice is not None:
            self.taken.append((choice, clash.path))
        elif clash.path[:1] != ("layout",):  # where things are drawn is nobody's conflict
            self.clashes.append(clash)
        return clash.theirs if choice == "theirs" else clash.mine


def merge_orders(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """All keys, in the order of the side that moved some (mine first), new ones of the other where they stood."""
    moved = [key for key in mine if key in base] != [key for key in base if key in mine]
    first, second = (mine, theirs) if moved else (theirs, mine)
    order, previous = list(first), None
    known = set(order)
    for key in second:
        if key not in known:
            order.insert(order.index(previous) + 1 if previous is not None else 0, key)
            known.add(key)
        previous = key
    return order


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same, or both missing."""
    if one is MISSING or other is MISSING:
        return one is other
    return same(one, other)


def _is_open(path: Path, *values: Any) -> bool:
    """Mappings whose absence says only that they are empty, inside what both sides have."""
    is_place = path in _OPEN or (len(path) == 3 and path[0] == "steps" and path[2] in ("on", "with"))
    return is_place and all(value is MISSING or isinstance(value, dict) for value in values)


def _is_divisible(path: Path, base: Any, mine: Any, theirs: Any) -> bool:
    """Whether a mapping is merged key by key: not a rule for trying again, nor what became of two kinds.

    A step, or a start, that both added is one of their own sort, so each setting is compared for itself.
    """
    has_kind = path == ("trigger",) or (len(path) == 2 and path[0] == "steps")
    sides = [mine, theirs] if has_kind and base is MISSING else [base, mine, theirs]
    if not all(isinstance(value, dict) for value in sides):
        return False
    if len(path) == 3 and path[0] == "steps" and path[2] == "retry":
        return False
    return not has_kind or len({str(value.get("kind")) for value in sides}) == 1


def _changed_places(base: Any, value: Any, path: Path) -> Iterator[Path]:
    """Where a side changed something, as deep as a setting of a step."""
    if isinstance(base, dict) and isinstance(value, dict) and len(path) < 4:
        for key in dict.fromkeys([*base, *value]):
            one, other = base.get(key, MISSING), value.get(key, MISSING)
            if not is_same(one, other):
                yield from _changed_places(one, other, (*path, key))
    else:
        yield path


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _merge_sets(base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any]:
    """What both have and either added, without what either took away."""
    gone = [item for item in base if item not in mine or item not in theirs]
    return [item for item in merge_orders(base, mine, theirs) if item not in gone]


def _by_name(*values: Any) -> list[dict[str, Any]] | None:
    """Lists of named entries as mappings; None where they are something else."""
    found = []
    for value in values:
        entries = [] if value is MISSING else value
        if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in entries
        ):
            return None
        named = {entry["name"]: entry for entry in entries}
        if len(named) != len(entries):
            return None
        found.append(named)
    return found
