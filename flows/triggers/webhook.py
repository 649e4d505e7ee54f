"""The webhook: a request to ``/hooks/{path}`` starts a run. Its shape only; ``flows.inbound`` takes the calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.definition.expressions import is_expression
from flows.definition.joining import JOINING_SETTINGS, check_joining, say_joining
from flows.definition.kind import Finding, Setting
from flows.definition.model import JSON
from flows.definition.phrases import data_words
from flows.definition.places import finding_at
from flows.definition.sentences import Segments, choice, given, options_of, tell
from flows.definition.shared_settings import AUTH_FIELDS, ENVIRONMENT, RATE_FIELDS
from flows.definition.trigger import TriggerSpec, Untimed
from flows.definition.validation.auth import check_auth
from flows.definition.words import did_you_mean, join_words, type_words

_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")
_RATE = "{requests: 60, per_s: 60}"
_RATE_MOST = {"requests": 100_000, "per_s": 86_400}
_OPEN = "a request that anybody may send"
_AUTH_WORDS = {
    "standard_webhooks": "a signed request",
    "hmac": "a signed request",
    "basic": "a request with a password",
    "bearer": "a request with a token",
    "api_key": "a request with a key",
    "jwt": "a request with a signed token",
}
_WAITS = options_of(
    (None, "they do not wait"),
    (True, "they wait for its answer", "At most 30 seconds; a step answers them"),
)


def _describe(settings: Mapping[str, JSON]) -> str:
    auth = settings.get("auth")
    kind = auth.get("kind") if isinstance(auth, dict) else None
    request = _AUTH_WORDS.get(str(kind), "a request")
    schema = settings.get("schema")
    required = schema.get("required") if isinstance(schema, dict) else None
    fields = f" with {join_words([str(name) for name in required])}" if isinstance(required, list) and required else ""
    text = f"When somebody sends {request} to /hooks/{settings.get('path', '')}{fields}, a new run starts"
    if settings.get("respond") is True:
        text = f"{text} and they wait for its answer"
    dedupe = settings.get("dedupe")
    repeats = f". The same {data_words(dedupe)} again starts nothing new" if is_expression(dedupe) else ""
    return f"{text}{say_joining(settings)}{repeats}"


def _tell(settings: Mapping[str, JSON]) -> Segments:
    auth, schema = settings.get("auth"), settings.get("schema")
    kind = str(auth.get("kind")) if isinstance(auth, dict) else ""
    required = schema.get("required") if isinstance(schema, dict) else None
    fields = join_words([str(name) for name in required]) if isinstance(required, list) and required else "any fields"
    return tell(
        "When somebody sends {auth} to /hooks/{path} with {schema}, a new run starts{respond}. {repeats}{key}",
        auth=choice("auth", settings, words=_AUTH_WORDS.get(kind, "a request"), missing=_OPEN),
        path=choice("path", settings, missing="an address not said yet"),
        schema=choice("schema", settings, words=fields, missing="any fields"),
        respond=tell(" and {it}", it=choice("respond", settings, options=_WAITS)) if settings.get("respond") else (),
        repeats=_tell_repeats(settings),
        key=given(". The partner calls it {it}", "business_key", settings),
    )


def _tell_repeats(settings: Mapping[str, JSON]) -> Segments:
    if settings.get("dedupe") is None:
        return tell("{it} start a new run", it=choice("dedupe", settings, missing="Repeats"))
    return tell("The same {it} again starts nothing new", it=choice("dedupe", settings))


def _check(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    yield from check_path(settings.get("path"), example="content-approval")
    yield from check_joining(settings)
    yield from check_callers(settings)


def check_path(path: JSON, *, example: str) -> Iterator[Finding]:
    """Findings about the last word of a trigger's address; ``example`` is one that would do."""
    if isinstance(path, str) and not is_expression(path) and not _PATH.match(path):
        yield finding_at(
            ("trigger", "path"),
            f"'path' must be one word of letters, digits, '-' and '_' (at most 100), such as '{example}'.",
        )


def check_callers(settings: Mapping[str, JSON], *, takes_mail: bool = False) -> Iterator[Finding]:
    """Findings about who may call a trigger with an address, and how often."""
    yield from check_rate(settings.get("rate"))
    auth = settings.get("auth")
    if auth is None:
        yield finding_at(
            ("trigger",),
            "Anybody may start this flow, because 'auth' is not given. Add it, or write 'auth: {kind: none}'.",
            code="definition.open_trigger",
            severity="warning",
        )
        return
    for message, below in check_auth(auth, takes_mail=takes_mail):
        yield finding_at(("trigger", "auth", *below), message)


def check_rate(rate: JSON) -> Iterator[Finding]:
    """Findings about ``rate`` of a trigger with an address."""
    if rate is None:
        return
    if not isinstance(rate, dict):
        yield finding_at(("trigger", "rate"), f"'rate' must be a mapping such as '{_RATE}', but is {type_words(rate)}.")
        return
    for name in rate:
        if name not in _RATE_MOST:
            hint = did_you_mean(str(name), tuple(_RATE_MOST), what="Fields") or " Remove it."
            yield finding_at(("trigger", "rate", str(name)), f"'{name}' is not a field of 'rate'.{hint}")
    for name, most in _RATE_MOST.items():
        value = rate.get(name)
        if value is None:
            yield finding_at(("trigger", "rate"), f"'rate' needs '{name}'. Write it like '{_RATE}'.")
        elif isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            yield finding_at(("trigger", "rate", name), f"'{name}' must be a whole number from 1 to {most:,}.")


class Webhook(Untimed):
    """A request from outside starts a run."""

    spec = TriggerSpec(
        key="webhook",
        label="Webhook",
        icon="webhook",
        describe=_describe,
        summary="somebody calls its address",
        sentence=_tell,
        has_address=True,
        settings=(
            Setting(
                name="path",
                type="text",
                label="Address",
                placeholder="content-approval",
                required=True,
                literal=True,
                help="The last part of its address, behind /hooks/: one word such as content-approval.",
                sample="content-approval",
            ),
            Setting(
                name="auth",
                type="group",
                label="Who may call",
                fields=AUTH_FIELDS,
                literal=True,
                help="How callers prove who they are, so that nobody else starts runs.",
                sample={"kind": "standard_webhooks", "secret": "demo-content"},
            ),
            Setting(
                name="schema",
                label="What a call must contain",
                type="schema",
                literal=True,
                help="Calls without the needed fields are refused. Later steps can pick all of them.",
                sample={"type": "object", "required": ["request_id"]},
            ),
            Setting(
                name="dedupe",
                label="What tells repeats",
                help="A value that is the same when the same call comes twice. The second starts nothing new.",
                sample="= body.request_id",
            ),
            Setting(
                name="business_key",
                label="The partner’s own id",
                help="What the partner calls it, such as an order number. Runs and cases are found by it.",
                sample="= body.request_id",
            ),
            Setting(
                name="respond",
                label="Let the caller wait for an answer",
                advanced=True,
                otherwise=False,
                type="flag",
                literal=True,
                help="Let the caller wait for what a step “Answer the caller” (`respond`) says, 30 seconds at most.",
                sample=True,
            ),
            Setting(
                name="rate",
                type="group",
                label="Limit of calls",
                advanced=True,
                fields=RATE_FIELDS,
                literal=True,
                help="How many calls are let in within any span of so many seconds; others are to come later (429).",
                sample={"requests": 60, "per_s": 60},
            ),
            *JOINING_SETTINGS,
            ENVIRONMENT,
        ),
        keys=("dedupe", "business_key"),
        check=_check,
    )


WEBHOOK = Webhook()
