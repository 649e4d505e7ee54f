"""The kind ``parallel``: starts every linked branch at once, a token each."""

from __future__ import annotations

from flows.definition.kind import KindSpec, Outcome, Split, StepCall
from flows.definition.model import Step
from flows.definition.sentences import Segments, tell
from flows.definition.words import join_words, slug_words
from flows.kinds.instant import Instant


def branch_ports(step: Step) -> tuple[str, ...]:
    """The ports that get a token: all linked ones except ``error``."""
    return tuple(port for port in step.links if port != "error")


def _describe(step: Step) -> str:
    ports = [slug_words(port) for port in branch_ports(step)]
    return f"Go on with {join_words(ports)} at the same time" if ports else "Start nothing yet"


def _tell(step: Step) -> Segments:
    ports = [slug_words(port) for port in branch_ports(step)]
    return tell(f"go on with {join_words(ports)} at the same time" if ports else "no branch leads on yet; add a path")


def _check(step: Step) -> list[tuple[str, str]]:
    if branch_ports(step):
        return []
    return [("This step starts no branch. Link at least one under 'on:', each with a name of its own.", "")]


class Parallel(Instant):
    """Opens a scope; its join, if any, closes it."""

    spec = KindSpec(
        key="parallel",
        label="In parallel",
        group="logic",
        icon="arrows-split-2",
        family="scope",
        describe=_describe,
        summary="all ways at once",
        sentence=_tell,
        ports=(),
        ports_of=branch_ports,
        free_ports=True,
        opens_scope=True,
        check=_check,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Split over the linked ports."""
        return Split(ports=branch_ports(call.step))


PARALLEL = Parallel()
