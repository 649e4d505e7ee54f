"""Where events hold user names, and the same with people's own names, for readers. Pure; the log stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_IN_DATA: Mapping[str, tuple[str, ...]] = {
    "task.created": ("to",),
    "task.reassigned": ("to",),
    "task.delegated": ("to",),
    "task.given_back": ("to",),
    "task.proposed": ("to",),
    "task.information_requested": ("to",),
    "task.reopening_asked": ("to",),
    "task.watched": ("who",),
    "task.unwatched": ("who",),
    "case.watched": ("who",),
    "case.unwatched": ("who",),
}
_IN_CHANGES: Mapping[str, tuple[str, ...]] = {"case.changed": ("owner",)}


def list_user_names(name: str, data: Mapping[str, Any], changes: Mapping[str, tuple[Any, Any]]) -> set[str]:
    """The user names in one event; addresses may be among them, which name nobody here."""
    found: list[Any] = [data.get(member) for member in _IN_DATA.get(name, ())]
    for member in _IN_CHANGES.get(name, ()):
        found += changes.get(member, ())
    return set(_list_texts(found))


def with_names(name: str, data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The data of an event with names to show in place of the user names that ``names`` has."""
    return {**data, **{member: _name(data[member], names) for member in _IN_DATA.get(name, ()) if member in data}}


def _list_texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and value and ":" not in value:  # such as team:legal; no user name has a colon
            yield value
        elif isinstance(value, list):
            yield from _list_texts(value)


def _name(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_name(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value
