"""Says the changes and conflicts of a merge: which step, which setting, what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flows.definition.editing.document import Data, say_title, steps_of
from flows.definition.kind import KindSpec
from flows.definition.merging.results import Conflict, Path, TakenChange
from flows.definition.merging.trees import MISSING, Clashing
from flows.definition.words import say_port, slug_words

_FLOW_WORDS = {
    "name": "Name of the flow",
    "description": "Description",
    "vars": "Constant",
    "trigger": "What starts it",
    "requested_by": "Who asked",
    "sensitive": "Sensitive data",
    "forms": "Form",
    "start": "First step",
    "on_error": "Step for errors",
    "notes": "Note",
    "layout": "Drawing",
    "tests": "Test case",
}
RENAMED = "key"  # the place of a conflict about what a step is called
_STEP_WORDS = {RENAMED: "Key", "kind": "Kind", "name": "Name", "retry": "If it fails", "next": "Goes on to"}


def tell_changes(
    taken: Iterable[tuple[str, Path]], sides: Sequence[Data], kinds: Mapping[str, KindSpec]
) -> Iterator[TakenChange]:
    """One sentence for each thing taken, in the order of the document; what is only drawn is left out."""
    told: set[tuple[str, str]] = set()
    for side, path in taken:
        text = "" if path[:1] == ("layout",) else _say_change(side, path, sides, kinds)
        if text and (side, text) not in told:
            told.add((side, text))
            yield TakenChange(side=side, path=path, text=text)  # type: ignore[arg-type]  # one of the three words


def tell_conflict(clash: Clashing, sides: Sequence[Data], kinds: Mapping[str, KindSpec]) -> Conflict:
    """The conflict with its words; what is missing is None."""
    step = clash.path[1] if len(clash.path) > 1 and clash.path[0] == "steps" else None
    if clash.path[2:] == (RENAMED,):
        step = str(clash.mine)
    base, mine, theirs = (None if value is MISSING else value for value in (clash.base, clash.mine, clash.theirs))
    return Conflict(
        path=clash.path,
        base=base,
        mine=mine,
        theirs=theirs,
        step=step,
        step_title=_find_title(step, sides) if step else "",
        label=_say_label(clash.path, sides, kinds),
    )


def _say_change(side: str, path: Path, sides: Sequence[Data], kinds: Mapping[str, KindSpec]) -> str:
    if not path or path[0] != "steps" or len(path) < 2:
        return f"{_say_label(path, sides, kinds)} was changed."
    title = _find_title(path[1], sides)
    if side == "both" and path[1] not in steps_of(sides[0]):
        return f"“{title}” was added."  # by both; whatever differs is told for itself
    if path[2:] == ("next",):
        return f"“{title}” goes on elsewhere."
    if path[2:3] == ("on",) and len(path) > 3:
        return f"“{title}” goes on elsewhere by “{say_port(path[3])}”."
    if len(path) > 2:
        return f"“{title}”: {_say_label(path, sides, kinds)} was changed."
    was_there = path[1] in steps_of(sides[0])
    stays = all(path[1] in steps_of(side) for side in sides[1:])
    return f"“{title}” was {('changed' if stays else 'removed') if was_there else 'added'}."


def _say_label(path: Path, sides: Sequence[Data], kinds: Mapping[str, KindSpec]) -> str:
    if path[:1] == ("steps",) and len(path) > 1:
        return _say_step_label(path[2:], _find_step(path[1], sides), kinds)
    if not path:
        return "The flow"
    word = _FLOW_WORDS.get(path[0], slug_words(path[0]))
    if path[0] == "trigger" and len(path) > 1:
        return f"{word}: {slug_words('.'.join(path[1:]))}"
    return f"{word} “{path[1]}”" if len(path) > 1 else word


def _say_step_label(rest: Path, step: Data, kinds: Mapping[str, KindSpec]) -> str:
    if not rest:
        return "The step"
    if rest[0] == "on":
        return f"“{say_port(rest[1])}” goes on to" if len(rest) > 1 else "Goes on to"
    if rest[0] != "with" or len(rest) < 2:
        return _STEP_WORDS.get(rest[0], "Settings")
    spec = kinds.get(str(step.get("kind", "")))
    labels = {setting.name: setting.label for setting in spec.settings} if spec else {}
    label = labels.get(rest[1]) or slug_words(rest[1])
    return f"{label}, {'.'.join(rest[2:])}" if len(rest) > 2 else label


def _find_step(key: str, sides: Sequence[Data]) -> Data:
    found: Any = next((steps_of(side)[key] for side in (*sides[1:], sides[0]) if key in steps_of(side)), {})
    step: Data = found
    return step


def _find_title(key: str, sides: Sequence[Data]) -> str:
    side = next((side for side in (*sides[1:], sides[0]) if key in steps_of(side)), None)
    return say_title(side, key) if side is not None else key
