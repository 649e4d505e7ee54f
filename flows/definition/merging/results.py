"""What a merge gives: the document, what was taken from which side, and what a person has to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Path = tuple[str, ...]
Side = Literal["mine", "theirs"]


@dataclass(frozen=True, kw_only=True)
class TakenChange:
    """One thing that only one side changed (``both``: both did, alike). ``text`` is a sentence."""

    side: Literal["mine", "theirs", "both"]
    path: Path
    text: str


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Both sides changed one place, differently. A value that is None was not there, or was taken away.

    ``step`` is None for what belongs to the flow; ``label`` says what it is, such as "Due in".
    """

    path: Path
    base: Any
    mine: Any
    theirs: Any
    step: str | None
    step_title: str
    label: str

    @property
    def key(self) -> str:
        """The path as a text, by which choices name it."""
        return say_path(self.path)


@dataclass(frozen=True, kw_only=True)
class Merged:
    """``document`` is canonical and has mine where a conflict is not decided; ``conflicts`` are those."""

    document: dict[str, Any]
    changes: tuple[TakenChange, ...]
    conflicts: tuple[Conflict, ...]


def say_path(path: Iterable[str]) -> str:
    """``steps/review/with/title``; what holds a slash is escaped as in a JSON pointer (RFC 6901)."""
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
