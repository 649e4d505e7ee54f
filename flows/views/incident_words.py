"""What a person can answer to an incident, each with its consequence. Pure words; the operation decides what fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flows.definition.model import FlowDefinition, Step
from flows.definition.words import join_words
from flows.models import Effect, Incident
from flows.operations.runs.answering import list_answers
from flows.queries import VisitView
from flows.registry import kind_specs

Way = Literal["button", "confirm", "page"]


@dataclass(frozen=True, kw_only=True)
class AnswerLine:
    """One answer: pressed at once, confirmed first, or given on the incident's own page with what it needs."""

    value: str
    label: str
    icon: str
    consequence: str
    way: Way = "button"
    confirm: str = ""
    is_primary: bool = False
    is_danger: bool = False


@dataclass(frozen=True, kw_only=True)
class IncidentCard:
    """An open incident. ``answers`` is empty for readers who may not answer, and once somebody has."""

    incident: Incident
    answers: tuple[AnswerLine, ...]

    @property
    def is_answered(self) -> bool:
        """Whether the run is about to take an answer up."""
        return bool(self.incident.answer)


def make_card(visit: VisitView, definition: FlowDefinition, *, may_answer: bool) -> IncidentCard | None:
    """This will make the card of a visit's open incident; None without one."""
    incident = visit.incident
    if incident is None or incident.closed_at is not None:
        return None
    effect = next((view.effect for view in visit.effects if view.effect.id == incident.effect_id), None)
    return card_of(incident, definition, effect, may_answer=may_answer)


def card_of(incident: Incident, definition: FlowDefinition, effect: Effect | None, *, may_answer: bool) -> IncidentCard:
    """This will make the card of an open incident."""
    can_be_answered = may_answer and not incident.answer and incident.closed_at is None
    answers = tell_answers(incident, definition, effect) if can_be_answered else ()
    return IncidentCard(incident=incident, answers=answers)


def tell_answers(incident: Incident, definition: FlowDefinition, effect: Effect | None) -> tuple[AnswerLine, ...]:
    """This will give the answers that fit, in the order to consider them."""
    step = definition.steps.get(incident.step_key)
    fitting = list_answers(incident)
    is_unknown = incident.code == "effect.unknown"
    lines = {
        "happened": AnswerLine(
            value="happened",
            label="It happened…",
            icon="check",
            consequence="Nothing is sent. The run goes on with the result that you enter.",
            way="page",
        ),
        "retry": _tell_retry(incident, effect, is_unknown=is_unknown),
        "retry_edited": AnswerLine(
            value="retry_edited",
            label="Change and try…",
            icon="edit",
            consequence="Correct address or content first. Before and after are both kept."
            + (" It goes out under a new key, so the target takes it for another one." if effect else ""),
            way="page",
        ),
        "skip": _tell_skip(step, definition, effect),
        "give_up": AnswerLine(
            value="give_up",
            label="Give up…",
            icon="ban",
            consequence="Ends the run as failed. Open tasks are withdrawn; a case stays as it is.",
            way="confirm",
            confirm="Give up",
            is_danger=True,
        ),
    }
    order = ("happened", "retry", "retry_edited", "skip", "give_up") if is_unknown else _KNOWN_ORDER
    can_edit = step is not None and can_change_settings(step)
    return tuple(lines[word] for word in order if word in fitting and (word != "retry_edited" or can_edit))


def can_change_settings(step: Step) -> bool:
    """Whether the step has settings that a person can write: conditions that are asked one by one are not."""
    spec = kind_specs().get(step.kind)
    return spec is not None and not spec.closes_scope and not any(setting.lazy for setting in spec.settings)


def list_ports(step: Step) -> tuple[str, ...]:
    """The linked exits that a person may skip to; ``next`` where none is linked."""
    return tuple(port for port in step.links if port != "error") or ("next",)


def say_where(step: Step, port: str, definition: FlowDefinition) -> str:
    """``Goes on with “Close”``, or that the branch ends."""
    target = definition.steps.get(step.links.get(port, ""))
    return f"Goes on with “{target.title}”" if target else "This branch ends here"


_KNOWN_ORDER = ("retry", "retry_edited", "skip", "happened", "give_up")


def _tell_retry(incident: Incident, effect: Effect | None, *, is_unknown: bool) -> AnswerLine:
    if is_unknown:
        return AnswerLine(
            value="retry",
            label="It did not: send again",
            icon="refresh",
            consequence="Sends the same once more under the same key. A target that knows keys does nothing twice.",
        )
    if effect is not None:
        told = "Sends the same again under the same key. If one did arrive after all, the target can tell."
    elif not incident.step_key:
        told = "Lets the run go on where it stopped."
    else:
        told = "Does the step once more with the same data."
    return AnswerLine(value="retry", label="Try again", icon="refresh", consequence=told, is_primary=True)


def _tell_skip(step: Step | None, definition: FlowDefinition, effect: Effect | None) -> AnswerLine:
    ports = list_ports(step) if step else ("next",)
    untold = f" {effect.host} is not told." if effect is not None and effect.host else ""
    if step is None or len(ports) > 1:
        ways = join_words([port.replace("_", " ") for port in ports], "or")
        return AnswerLine(
            value="skip",
            label="Skip…",
            icon="player-skip-forward",
            consequence=f"Goes on without it; you choose the way: {ways}.{untold}",
            way="page",
        )
    return AnswerLine(
        value="skip",
        label="Skip",
        icon="player-skip-forward",
        consequence=f"{say_where(step, ports[0], definition)}, without a result of this step.{untold}",
    )
