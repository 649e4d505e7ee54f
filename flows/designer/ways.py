"""Where a step goes on, in words: ports that lead to the same step stand together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.definition.kind import KindSpec
from flows.definition.model import Step
from flows.definition.words import join_words

_WORDS = {"default": "else", "timeout": "the time is up", "each": "for each one", "error": "if that fails for good"}


@dataclass(frozen=True, kw_only=True)
class Way:
    """Ports (name, words) and the step they lead to; ``target`` "" ends there. ``is_plain``: reading on says it."""

    ports: tuple[tuple[str, str], ...]
    target: str
    title: str
    is_error: bool = False
    is_plain: bool = False
    is_lost: bool = False

    @property
    def spoken(self) -> str:
        """The way for ears: ``approved or rejected: go on with Reply``."""
        words = join_words([words for _, words in self.ports], "or")
        return f"{words}: {f'go on with {self.title}' if self.target else self.title}"

    @property
    def names(self) -> str:
        """The ports' names, with spaces between them."""
        return " ".join(port for port, _ in self.ports)


def list_exits(step: Step, spec: KindSpec | None) -> tuple[tuple[str, str], ...]:
    """Every port by which the step may be left, with its words; ``error`` is the last."""
    ports = spec.exits(step) if spec else tuple(step.links)
    named = dict.fromkeys((*ports, *step.links))
    named.pop("error", None)
    return tuple((port, port_words(port, spec)) for port in (*named, "error"))


def list_ways(step: Step, spec: KindSpec | None, titles: Mapping[str, str], follower: str) -> tuple[Way, ...]:
    """The ways on: linked ports by where they lead, then those that lead nowhere yet, then the error path.

    ``titles`` are the flow's steps; ``follower`` is the one that stands next when reading.
    """
    exits = list_exits(step, spec)
    if spec is not None and len(exits) == 1 and not step.links and not spec.free_ports and not spec.ports_of:
        return ()  # a step that ends the run
    by_target: dict[str, list[tuple[str, str]]] = {}
    for port, words in exits[:-1]:
        by_target.setdefault(step.links.get(port, ""), []).append((port, words))
    ends = by_target.pop("", [])
    ways = [_way(ports, target, titles) for target, ports in by_target.items()]
    if len(ways) == 1 and not ends and len(exits) == 2 and ways[0].target == follower:
        ways = [Way(ports=ways[0].ports, target=follower, title=ways[0].title, is_plain=True)]
    if ends:
        ways.append(Way(ports=tuple(ends), target="", title="ends here", is_plain=not ways and len(exits) == 2))
    if "error" in step.links:
        target = step.links["error"]
        ways.append(Way(ports=exits[-1:], target=target, title=titles.get(target, target), is_error=True))
    return tuple(ways)


def port_words(port: str, spec: KindSpec | None) -> str:
    """What a port is called in a sentence: ``approved``, ``after the last one``, ``else``."""
    if port == "next":
        if spec is not None and spec.outer_ports:
            return "after the last one"
        if spec is not None and "timeout" in spec.ports:
            return "it comes in time"
        return "all is well" if spec is not None and len(spec.ports) > 1 else "then"
    return _WORDS.get(port, port.replace("_", " "))


def _way(ports: list[tuple[str, str]], target: str, titles: Mapping[str, str]) -> Way:
    return Way(
        ports=tuple(ports),
        target=target,
        title=titles.get(target, f"“{target}”, which does not exist"),
        is_lost=target not in titles,
    )
