"""Forms that start flows: which one is open at an address, and what was sent by it as a call that intake accepts.

Judges by the form's own rules (``cases.forms``); guards against machines stand at the door (``flows.inbound``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cases.forms import check_answer, expand_form, read_form
from cases.forms.errors import FormError
from cases.forms.shape import Form
from cases.queries.forms import get_published
from flows.definition.start_forms import PUBLIC
from flows.engine.compiled import COMPILED
from flows.models import Trigger
from flows.operations.intake.arrivals import Acceptance
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.content import Content, IncomingFile, make_invalid
from flows.operations.intake.keeping import accept_with_files
from flows.operations.intake.listeners import (
    NOBODY_LISTENS,
    Listener,
    NotListening,
    compile_version,
    get_listening_version,
)
from flows.operations.intake.reading import parse_body, read_call, veil_call
from integrator.lib.veil import veiled
from integrator.people.models import Person

KIND = "form"


@dataclass(frozen=True, kw_only=True)
class StartForm:
    """A form that is open now. ``schema`` is the full one; ``rate`` is ``{requests, per_s}``, None without its own."""

    listener: Listener
    schema: Mapping[str, Any]
    title: str
    text: str
    thanks: str
    team: str
    is_public: bool

    @property
    def form(self) -> Form:
        """Its fields."""
        return read_form(self.schema)

    @property
    def rate(self) -> Mapping[str, int] | None:
        """How many of one address are let in."""
        return self.listener.reading.rate


def find_start_form(path: str) -> StartForm:
    """This will give the form that is open at ``/start/{path}/``; three queries at most.

    Raises NotListening, its reason saying why none is: unknown, not published, paused, or its library form is gone.
    """
    rows = Trigger.objects.select_related("flow__live_version", "flow__team").filter(path=path, kind=KIND)
    trigger = rows.first()
    if trigger is None:
        raise NotListening("intake.unknown_path", NOBODY_LISTENS)
    version = get_listening_version(trigger)
    flow, said = version.flow, trigger.settings
    listener = Listener(
        trigger_id=trigger.pk,
        path=path,
        team_id=flow.team_id,
        version=version,
        reading=compile_version(version.pk),
    )
    return StartForm(
        listener=listener,
        schema=_find_schema(trigger),
        title=str(said.get("title") or flow.name),
        text=str(said.get("text") or ""),
        thanks=str(said.get("thanks") or ""),
        team=str(flow.team),
        is_public=said.get("access") == PUBLIC,
    )


def _find_schema(trigger: Trigger) -> Mapping[str, Any]:
    """The form as the flow holds it, or as the library has it now. Its row has lost the order of the fields."""
    form = _read_settings(trigger)["form"]
    if "use" not in form:
        return expand_form(form)
    try:
        found = get_published(form["use"], form.get("version"), team_id=trigger.flow.team_id)
    except FormError as error:
        raise NotListening("intake.not_live", f"Its form is not there: {error.message}", trigger) from error
    return expand_form(found.schema)


def _read_settings(trigger: Trigger) -> Mapping[str, Any]:
    """The settings as published, with a form of the flow put in where it is named, in their order."""
    version_id = trigger.flow.live_version_id
    published = COMPILED.get(version_id).definition.trigger if version_id is not None else None
    return published.settings if published is not None else trigger.settings


def read_sent(call: InboundCall, data: Mapping[str, Any], files: Mapping[str, IncomingFile]) -> InboundCall:
    """This will give the call with what was filled in as its body; ``files`` by field."""
    content = _make_content(data, files)
    body = content.as_text()
    return replace(call, body=body, body_bytes=len(body), form_digest=content.digest())


def submit_form(
    form: StartForm,
    call: InboundCall,
    *,
    data: Mapping[str, Any],
    files: Mapping[str, IncomingFile],
    nonce: str,
    person: Person | None = None,
) -> Acceptance:
    """This will start a run with what was filled in. The same ``nonce`` again gets the answer of the first.

    ``person`` is who sent an internal form: the one who asked, unless the flow says otherwise. Raises CallRefused
    ``intake.invalid`` with every fault by pointer; then nothing of the files is kept.
    """
    checked = check_answer(form.form, _parse(_make_content(data, files)))
    if checked.faults:
        raise make_invalid([{"pointer": fault.pointer, "message": fault.message} for fault in checked.faults])
    shown = {key: file for key, file in files.items() if key not in checked.hidden}
    content = Content(body=checked.data, files=tuple(shown.values()), is_form=True)
    call = read_sent(call, checked.data, shown)
    reading = form.listener.reading
    with veiled(veil_call(reading, call)):
        facts = read_call(reading, call, message_id=f"form:{nonce}", form=content)
        if person is not None and not facts.requested_by:
            facts = replace(facts, requested_by=person.username)
        return accept_with_files(form.listener, call, facts)


def _parse(content: Content) -> Mapping[str, Any]:
    """What was typed, held against what JSON may hold here: no NUL, no half characters. Raises CallRefused."""
    body = parse_body(content.as_text())
    return body if isinstance(body, dict) else {}


def _make_content(data: Mapping[str, Any], files: Mapping[str, IncomingFile]) -> Content:
    body = {**data, **{key: dict(file.facts) for key, file in files.items()}}
    return Content(body=body, files=tuple(files.values()), is_form=True)
