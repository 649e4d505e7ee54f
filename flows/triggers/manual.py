"""The trigger ``manual``: somebody starts a run with a form made of the schema, or a program does by the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.definition.kind import Finding, Setting
from flows.definition.model import JSON
from flows.definition.places import finding_at
from flows.definition.sentences import Segments, choice, tell
from flows.definition.shared_settings import ENVIRONMENT
from flows.definition.trigger import TriggerSpec, Untimed
from flows.definition.words import join_words
from integrator.files.members import list_file_places


def _describe(settings: Mapping[str, JSON]) -> str:
    schema = settings.get("schema")
    names = list(schema.get("properties") or ()) if isinstance(schema, dict) else []
    filled = f" and fills in {join_words([str(name) for name in names])}" if 0 < len(names) <= 4 else ""
    return f"When somebody presses “Start a run”{filled or (' and fills in the form' if names else '')}, a run starts"


def _tell(settings: Mapping[str, JSON]) -> Segments:
    schema = settings.get("schema")
    names = [str(name) for name in schema.get("properties") or ()] if isinstance(schema, dict) else []
    words = join_words(names) if 0 < len(names) <= 4 else "the form"
    return tell(
        "When somebody presses “Start a run” and fills in {it}, a run starts",
        it=choice("schema", settings, words=words, missing="nothing"),
    )


def _check(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    schema = settings.get("schema")
    if isinstance(schema, dict) and schema.get("type", "object") != "object":
        yield finding_at(
            ("trigger", "schema", "type"),
            "A form has fields, so its schema must be of 'type: object' with 'properties'.",
        )
    for place in list_file_places(schema):
        if len(place) != 1:
            name = ".".join(place)
            yield finding_at(
                ("trigger", "schema"),
                f"'{name}' is a file inside of another field, and the form that starts a run by hand cannot ask for "
                "it. Make it a field of its own.",
            )


class Manual(Untimed):
    """A person starts a run."""

    spec = TriggerSpec(
        key="manual",
        label="By hand",
        icon="forms",
        describe=_describe,
        summary="people press a button",
        sentence=_tell,
        roots=("body",),
        by_hand=True,
        keys=("business_key",),
        check=_check,
        settings=(
            Setting(
                name="schema",
                label="What is filled in",
                type="schema",
                literal=True,
                help="A JSON Schema of what is filled in; each property is a field of the form, with "
                "`format: file` one that takes a file.",
                sample={"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}},
            ),
            Setting(
                name="business_key",
                label="Your own id",
                advanced=True,
                help="The id kept with the run and its case.",
                sample="= body.order_id",
            ),
            ENVIRONMENT,
        ),
    )


MANUAL = Manual()
