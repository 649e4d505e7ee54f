"""The kind ``join``: brings the branches of a parallel step together.

Tokens are the planner's: it decides by ``join_mode`` when a join fires and what its output is.
"""

from __future__ import annotations

from typing import Literal

from flows.definition.kind import KindSpec, Outcome, Setting, StepCall, StepError
from flows.definition.model import Step
from flows.definition.sentences import Segments, choice, options_of, tell
from flows.kinds.instant import Instant


def join_mode(step: Step) -> Literal["all", "any"] | int:
    """How many branches the join waits for: ``all`` (the default), ``any``, or a number."""
    mode = step.settings.get("mode")
    if mode == "any" or (isinstance(mode, int) and not isinstance(mode, bool)):
        return mode
    return "all"


def _describe(step: Step) -> str:
    mode = join_mode(step)
    if mode == "all":
        return "Wait until all branches are done"
    if mode in ("any", 1):
        return "Go on with the first branch that is done"
    return f"Go on when {mode} branches are done"


_MODES = options_of(
    ("all", "all branches are done", "The usual one"),
    ("any", "one branch is done", "The others are given up"),
)


def _tell(step: Step) -> Segments:
    mode = join_mode(step)
    words = f"{mode} branches are done" if isinstance(mode, int) and mode != 1 else None
    shown = {"mode": "any" if mode == 1 else mode}
    return tell("go on when {it}", it=choice("mode", shown, words=words, options=_MODES))


class Join(Instant):
    """Closes the scope of its opener; fires ``next`` once, with the branch outputs by step key."""

    spec = KindSpec(
        key="join",
        label="Join",
        group="logic",
        icon="arrows-join-2",
        family="scope",
        describe=_describe,
        summary="wait for the others",
        sentence=_tell,
        settings=(
            Setting(
                name="mode",
                type="mode",
                label="Wait for",
                otherwise="all",
                help="All branches, any one of them, or how many.",
                literal=True,
                sample="all",
            ),
        ),
        closes_scope=True,
    )

    def execute(self, call: StepCall) -> Outcome:
        """A join is fired by the planner and never executed; reaching this is an error that names the step."""
        raise StepError("join.not_executable", f"The join '{call.step.key}' was reached outside its branches.")


JOIN = Join()
