"""Says where an answer leads, in words, before it is given: the approval's rule, then the flow's steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from cases.approval_rules import Entry, Outcome, Rule, decide_approval
from cases.queries import CoAsker
from flows.definition.expressions import is_expression
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition, Step
from flows.definition.phrases import data_words, picked_words
from flows.definition.words import join_words

MAX_STEPS = 4
DECIDED = "what was decided"  # how the outline calls the outcome of the step before


def say_approval(rule: Rule, entries: Sequence[CoAsker], answer: Outcome) -> tuple[str, Outcome | None]:
    """What this answer makes of the approval, and its outcome (None: others still have to answer)."""
    outcome = decide_approval(rule, [_as_entry(entry, answer) for entry in entries])
    others = [entry.label for entry in entries if not entry.is_this and entry.state in ("open", "next")]
    if outcome is None:
        return f"your answer is kept, {join_words(others)} {_have(others)} still to answer.", None
    agreed = outcome == "approved" and len(entries) > 1 and not others
    said = "all have answered, it is approved" if agreed else f"it is {outcome}"
    if others:
        return f"{said}, {join_words(others)} need{_s(others)} not answer any more.", outcome
    return f"{said}.", outcome


def say_chain(rule: Rule, entries: Sequence[CoAsker], answer: Outcome) -> tuple[str, Outcome | None]:
    """The same where ``entries`` are of several levels; ``rule`` is that of one's own, the next is asked after it."""
    peers = [entry for entry in entries if entry.is_peer]
    if len(peers) == len(entries):
        return say_approval(rule, entries, answer)
    words, outcome = say_approval(rule, peers, answer)
    later = [entry.label for entry in entries if not entry.is_peer and entry.state == "next"]
    if outcome == "approved" and later:
        return f"your level agrees, {join_words(later)} {_is(later)} asked next.", None
    return words, outcome


def say_way(definition: FlowDefinition, kinds: Mapping[str, KindSpec], *, step: str, port: str) -> list[str]:
    """What the flow does when this step is left by this port: a sentence a step, up to the next wait or choice."""
    said: list[str] = []
    key = definition.steps[step].links.get(port) if step in definition.steps else None
    seen: set[str] = set()
    while key is not None and key in definition.steps and key not in seen and len(said) < MAX_STEPS:
        seen.add(key)
        following = definition.steps[key]
        spec = kinds.get(following.kind)
        said.append(_say_step(following, spec, port.replace("_", " ")))
        key = following.links.get("next") if _goes_straight_on(following, spec) else None
    return said or ["The flow ends."]


def _as_entry(entry: CoAsker, answer: Outcome) -> Entry:
    given = answer if entry.is_this else entry.outcome if entry.state == "answered" else None
    known: Outcome | None = "approved" if given == "approved" else "rejected" if given == "rejected" else None
    return Entry(veto=entry.veto, asked=entry.state != "next", answer=known)


def _goes_straight_on(step: Step, spec: KindSpec | None) -> bool:
    return spec is not None and spec.group in ("cases", "systems") and set(spec.exits(step)) == {"next"}


def _say_step(step: Step, spec: KindSpec | None, outcome: str) -> str:
    teller = {"http.request": _say_call, "case.close": _say_close, "case.update": _say_update}.get(step.kind)
    if teller is not None:
        return teller(step, outcome)
    if spec is None:
        return f"{step.title} follows."
    words = spec.describe(step).replace(DECIDED, outcome)
    return f"{words}." if spec.group == "people" else f"{step.title}: {words[:1].lower()}{words[1:]}."


def _say_call(step: Step, outcome: str) -> str:
    url, connection = step.settings.get("url"), step.settings.get("connection")
    host = urlsplit(url).hostname if isinstance(url, str) and not is_expression(url) else None
    place = host or (f"“{connection}”" if isinstance(connection, str) else "The system that asked")
    body = next((step.settings[name] for name in ("json", "form", "text") if step.settings.get(name) is not None), None)
    if body is None:
        return f"{place} is called."
    return f"{place} is told the {picked_words(body)}."


def _say_close(step: Step, outcome: str) -> str:
    status = data_words(step.settings["status"]) if step.settings.get("status") is not None else "closed"
    return f"The case closes as {outcome if status == DECIDED else status}."


def _say_update(step: Step, outcome: str) -> str:
    milestone, status = step.settings.get("milestone"), step.settings.get("status")
    if isinstance(milestone, str) and not is_expression(milestone):
        return f"The case reaches “{milestone}”."
    if status is not None:
        return f"The case becomes {data_words(status).replace(DECIDED, outcome)}."
    return "The case is changed."


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _s(names: Sequence[str]) -> str:
    return "s" if len(names) == 1 else ""
