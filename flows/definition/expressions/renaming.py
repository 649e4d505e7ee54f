"""Gives steps other names inside an expression, by the places that the parser found; texts in quotes stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .static_check import Scout, begins_at_root, leading_steps
from .syntax import Node, tree_of

_BARE = re.compile(r"(?!(?:and|or|in|true|false|null)\Z)[A-Za-z_][A-Za-z0-9_]*\Z")


def rename_steps(source: str, names: Mapping[str, str], *, joins: Collection[str] = ()) -> str:
    """The source (without its ``=``) in which ``steps.<old>`` reads ``steps.<new>``; all else stays to the byte.

    Behind a join (``joins``: their keys) the next name is that of a step of its branches. Raises ExpressionError for a
    source that does not parse.
    """
    spotter = _Spotter()
    spotter.visit(tree_of(source), at_root=True)
    found: dict[int, tuple[str, str]] = {}
    for path in spotter.paths:
        for place in (1, 2):
            if len(path) <= place or (place == 2 and str(path[1].value) not in joins):
                break
            old = str(path[place].value)
            if old in names:
                found[path[place].position] = (old, names[old])
    for end in sorted(found, reverse=True):
        source = _put(source, end, *found[end])
    return source


@dataclass(kw_only=True)
class _Spotter(Scout):
    """Remembers the name nodes of each path that begins with ``steps``."""

    paths: list[list[Node]] = field(default_factory=list)

    def _visit_path(self, node: Node, *, at_root: bool) -> None:
        if begins_at_root(node, at_root=at_root):
            named = leading_steps(node)
            if named and named[0].value == "steps":
                self.paths.append(named)
        super()._visit_path(node, at_root=at_root)


def _put(source: str, end: int, old: str, new: str) -> str:
    """Exchange the name that ends at ``end``; one in backquotes keeps them."""
    if source[:end].endswith(f"`{old}`"):
        return f"{source[: end - len(old) - 2]}`{new}`{source[end:]}"
    if not source[:end].endswith(old):  # the parser counts otherwise than we read: leave it
        return source
    return f"{source[: end - len(old)]}{new if _BARE.match(new) else f'`{new}`'}{source[end:]}"
