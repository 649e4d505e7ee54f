"""The trigger ``event``: what happened in the flow's own team starts a run. It judges one event and reads no log.

The loop guard stands with the operations: it needs to know what led to an event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.definition.expressions import ExpressionError, compile_value, is_expression
from flows.definition.kind import Finding, Setting, StepError
from flows.definition.model import JSON
from flows.definition.phrases import condition_words, data_words
from flows.definition.places import finding_at
from flows.definition.sampling.examples import give_event
from flows.definition.sentences import Segments, choice, given, tell
from flows.definition.shared_settings import ENVIRONMENT
from flows.definition.trigger import Fired, Firing, Start, TriggerSpec, Untimed
from flows.definition.words import did_you_mean, nearest
from integrator.events.catalogue import EVENT_TYPES

_GROUP = ".*"


def _describe(settings: Mapping[str, JSON]) -> str:
    name = str(settings.get("event") or "")
    known = EVENT_TYPES.get(name)
    what = f"anything of “{name.removesuffix(_GROUP)}” happens" if name.endswith(_GROUP) else f"“{name}” happens"
    if known is not None:
        what = f"the event “{known.label}” happens"
    rule = settings.get("filter")
    only = f" and {data_words(rule)} is true" if is_expression(rule) else ""
    return f"When {what} in the team{only}, a new run starts"


def _tell(settings: Mapping[str, JSON]) -> Segments:
    name = str(settings.get("event") or "")
    known = EVENT_TYPES.get(name)
    words = f"the event “{known.label}”" if known is not None else f"“{name}”"
    if name.endswith(_GROUP):
        words = f"anything of “{name.removesuffix(_GROUP)}”"
    return tell(
        "When {event} happens in the team{filter}, a new run starts",
        event=choice("event", settings, words=words, missing="an event not chosen yet"),
        filter=given(" and {it} is true", "filter", settings, condition_words(settings.get("filter"))),
    )


def _check(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    name = settings.get("event")
    if isinstance(name, str) and name.startswith("trigger."):
        yield finding_at(("trigger", "event"), "Events about triggers start nothing. Choose another event.")
        return
    if not isinstance(name, str) or is_expression(name) or name in EVENT_TYPES:
        return
    groups = {f"{known.partition('.')[0]}{_GROUP}" for known in EVENT_TYPES}
    if name in groups:
        return
    guess = nearest(name, EVENT_TYPES)
    hint = f" Did you mean '{guess}'?" if guess else did_you_mean(name, sorted(groups), what="Groups")
    yield finding_at(
        ("trigger", "event"),
        f"There is no event '{name}'.{hint or ' Write a name such as case.opened, or a group such as case.*'}",
    )


class EventTrigger(Untimed):
    """An event of the log starts a run."""

    spec = TriggerSpec(
        key="event",
        label="Event",
        icon="bolt",
        describe=_describe,
        summary="something happens here",
        sentence=_tell,
        example=give_event,
        roots=("body",),
        roots_of={"filter": ("body", "event")},
        keys=("filter", "business_key"),
        check=_check,
        settings=(
            Setting(
                name="event",
                label="Event",
                names="event",
                type="text",
                literal=True,
                required=True,
                help="A name of the event catalogue, or a group such as `case.*`; of the flow's own team only.",
                sample="case.closed",
            ),
            Setting(
                name="filter",
                label="Only where",
                help="True for the events that count. `body` is `{id, name, at, actor, subject, data, changes, team}`.",
                sample="= body.data.status = 'approved'",
            ),
            Setting(
                name="business_key",
                label="Your own id",
                advanced=True,
                help="The id kept with the run and its case.",
                sample="= body.subject.id",
            ),
            ENVIRONMENT,
        ),
    )

    def hears(self, settings: Mapping[str, JSON]) -> str:
        """The name or group."""
        return str(settings.get("event") or "")

    def fire(self, firing: Firing) -> Fired:
        """One run with the event as its body, or none where the filter says no. Raises ``StepError``."""
        if firing.event is None:
            raise StepError("trigger.event_removed", "The event was removed from the log before it could be acted on.")
        rule = firing.settings.get("filter")
        if rule is not None:
            roots = {"body": firing.event, "event": firing.event}
            try:
                counts = compile_value(rule).evaluate(roots, now=firing.now, want="flag")
            except ExpressionError as error:
                raise StepError(
                    "trigger.filter_failed",
                    f"'filter' cannot be worked out for this event, so it started nothing: {error.message}. Mend the "
                    "filter, for instance with $exists(), and publish the flow again.",
                    details=dict(error.details),
                ) from error
            if not counts:
                return Fired(state=firing.state)
        return Fired(starts=(Start(body=firing.event),), state=firing.state)


EVENT = EventTrigger()
