"""The trigger ``poll``: its settings, and one asking: the call, the list in its answer, and the next cursor.

Errors: what ``http.request`` raises, and ``poll.no_list``, ``poll.too_many``, ``poll.bad_setting`` when the answer is
not what the settings expect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flows.connectors.http.page_settings import PAGE_FIELDS
from flows.connectors.http.spec import HTTP_REQUEST_SPEC
from flows.definition.expressions import ExpressionError, compile_value, is_expression
from flows.definition.kind import Finding, Setting, StepError
from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words
from flows.definition.places import finding_at, pointer_path
from flows.definition.sentences import Segments, choice, given, tell
from flows.definition.shared_settings import ENVIRONMENT
from flows.definition.trigger import DuePlan, Fired, Firing, Start, TriggerSpec, Untimed
from flows.definition.words import type_words
from flows.triggers.poll.asking import ask
from flows.triggers.schedule.times import Interval
from flows.triggers.schedule.trigger import check_every
from flows.triggers.schedule.words import every_words
from integrator.lib.clock import parse_duration

ITEMS_MAX = 1_000
CALL_SETTINGS = ("url", "query", "headers", "connection", "timeout_s")  # evaluated before the call
PAGES = "paginate"  # as it is written: its expressions see each page
_FIRST = timedelta(seconds=1)


def _describe(settings: Mapping[str, JSON]) -> str:
    url = settings.get("url")
    connection = settings.get("connection")
    named = f"the connection {connection}"
    place = named if not url else f"{data_words(url)} of {named}" if connection else data_words(url)
    text = f"Every {every_words(settings.get('every'))} {place} is asked for its list, and each new item starts a run"
    dedupe = settings.get("dedupe")
    return f"{text}. The same {data_words(dedupe)} again starts nothing new" if is_expression(dedupe) else text


def _tell(settings: Mapping[str, JSON]) -> Segments:
    return tell(
        "Every {every}, {url}{connection} is asked for its list, and each item of {items} that is new by {dedupe} "
        "starts a run",
        every=choice("every", settings, words=every_words(settings.get("every")), missing="so often (not said yet)"),
        url=choice("url", settings, missing="the address" if settings.get("connection") else "no address yet"),
        connection=given(" of the connection {it}", "connection", settings),
        items=choice("items", settings, missing="it"),
        dedupe=choice("dedupe", settings, missing="nothing: each counts"),
    )


def _check(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    yield from check_every(settings.get("every"))
    called = {name: settings[name] for name in (*CALL_SETTINGS, PAGES) if settings.get(name) is not None}
    for message, pointer in HTTP_REQUEST_SPEC.check(Step(key="poll", kind="http.request", settings=called)) or ():  # type: ignore[misc]
        said = message.replace("This step has no address", "The poll has no address")
        yield finding_at(("trigger", *pointer_path(pointer)), said)
    if settings.get("cursor_parameter") is not None and settings.get("cursor") is None:
        yield finding_at(
            ("trigger", "cursor_parameter"),
            "'cursor_parameter' sends a cursor, but there is none. Add 'cursor:', such as '= body.next_cursor'.",
        )
    if settings.get("dedupe") is None and settings.get("cursor") is None:
        yield finding_at(
            ("trigger",),
            "Every asking starts a run for each item again, because neither 'dedupe' nor 'cursor' is given. Add "
            "'dedupe:' with what tells an item from others, such as '= body.id'.",
            code="definition.poll_repeats",
            severity="warning",
        )


class Poll(Untimed):
    """New rows of a list start runs."""

    spec = TriggerSpec(
        key="poll",
        label="Poll",
        icon="refresh",
        describe=_describe,
        summary="ask for a list now and then",
        sentence=_tell,
        roots=("body",),
        roots_of={
            **dict.fromkeys(("url", "query", "headers"), ("cursor",)),
            "items": ("body", "headers", "status"),
            "cursor": ("body", "headers", "status", "items", "cursor"),
        },
        keys=("items", "cursor", "dedupe", "business_key"),
        timing=("every",),
        remembers_for=("url", "connection", "cursor", "cursor_parameter", "first_cursor"),
        one_at_a_time=True,
        check=_check,
        settings=(
            Setting(name="every", type="duration", label="Every", literal=True, required=True, sample="PT5M",
                    help="Elapsed time between two askings."),
            Setting(name="url", type="url", label="Address", sample="https://partner.example/orders",
                    help="The whole address, or a path when a connection is named."),
            Setting(name="connection", type="text", label="Connection", literal=True, names="connection", sample="erp",
                    help="The name of a stored address with its credentials."),
            Setting(name="query", type="mapping", label="Query", advanced=True, sample={"status": "new"},
                    help="Names and values put behind the address. `= cursor` is what `cursor` gave last, else null, "
                         "which leaves the name out."),
            Setting(name="headers", type="mapping", label="Headers", advanced=True,
                    sample={"Accept": "application/json"}, help="Names and values."),
            Setting(name="timeout_s", type="number", label="Time limit", literal=True, advanced=True, unit="seconds",
                    sample=30, help="For the whole call."),
            Setting(name=PAGES, type="group", label="Pages", literal=True, advanced=True, fields=PAGE_FIELDS,
                    sample={"style": "link"},
                    help="Reads page after page, as in `http.request`; the answer is then all items together."),
            Setting(name="items", label="Where the list is", sample="= body.orders",
                    help="Where the list stands: `body`, `headers` and `status` are those of the answer. Without it, "
                         f"the answer is the list. At most {ITEMS_MAX:,} items."),
            Setting(name="cursor", label="What to remember", advanced=True, sample="= body.next_cursor",
                    help="What to remember for the next asking; sees `items` and the last `cursor` too. Null keeps "
                         "the last."),
            Setting(name="cursor_parameter", type="text", label="Name of the cursor", literal=True, advanced=True,
                    sample="since",
                    help="The query name under which the cursor is sent."),
            Setting(name="first_cursor", type="text", label="First cursor", literal=True, advanced=True,
                    sample="2026-01-01T00:00:00Z",
                    help="The cursor of the very first asking."),
            Setting(name="schema", type="schema", label="What an item must contain", literal=True, advanced=True,
                    sample={"type": "object", "required": ["id"]},
                    help="A JSON Schema that an item must meet; one that does not is kept as a refused request."),
            Setting(name="dedupe", label="What tells items apart", sample="= body.id",
                    help="What tells items apart: the same again starts nothing new. `body` is the item."),
            Setting(name="business_key", label="The partner’s own id", sample="= body.id", advanced=True,
                    help="The partner's own id, kept with the run."),
            ENVIRONMENT,
        ),
    )  # fmt: skip

    def first_due(self, settings: Mapping[str, JSON], *, after: datetime, zone: str) -> datetime | None:
        """At once, so that a mistake shows at once."""
        return after + _FIRST

    def plan(self, settings: Mapping[str, JSON], *, planned_at: datetime, now: datetime, zone: str) -> DuePlan:
        """Ask once, however often it was missed: the list still has what is new."""
        times = Interval(every=parse_duration(str(settings["every"])), anchor_at=planned_at)
        return DuePlan(times=(planned_at,), next_at=times.next_after(max(planned_at, now)))

    def fire(self, firing: Firing) -> Fired:
        """Ask, and give each item. Raises ``StepError``."""
        settings = firing.settings
        cursor = firing.state if firing.state is not None else settings.get("first_cursor")
        answer = ask(firing, _read_call(settings, cursor, firing.now))
        items = _read_items(settings, answer, firing.now)
        following = _evaluate("cursor", settings, {**answer, "items": items, "cursor": cursor}, firing.now)
        starts = tuple(Start(body=item, is_item=True) for item in items)
        return Fired(starts=starts, state=following if following is not None else cursor)


def _read_call(settings: Mapping[str, JSON], cursor: JSON, now: datetime) -> dict[str, Any]:
    written = {name: settings[name] for name in CALL_SETTINGS if settings.get(name) is not None}
    try:
        called: dict[str, Any] = compile_value(written).evaluate({"cursor": cursor}, now=now)
    except ExpressionError as error:
        raise StepError("poll.bad_setting", f"The call cannot be put together: {error.message}") from error
    if settings.get(PAGES) is not None:
        called[PAGES] = settings[PAGES]
    name = settings.get("cursor_parameter")
    if name and cursor is not None:
        called["query"] = {**(called.get("query") or {}), str(name): cursor}
    return called


def _read_items(settings: Mapping[str, JSON], answer: Mapping[str, JSON], now: datetime) -> list[JSON]:
    found = answer["body"] if settings.get("items") is None else _evaluate("items", settings, answer, now)
    if found is None:
        return []
    if not isinstance(found, list):
        if settings.get("items") is not None and isinstance(found, dict):
            return [found]  # one row: JSONata drops the list round it
        raise StepError(
            "poll.no_list",
            f"A list was expected, but the answer holds {type_words(found)}. Say in 'items' where the list stands, "
            "such as '= body.orders'.",
        )
    if len(found) > ITEMS_MAX or answer.get("more") is True:
        raise StepError(
            "poll.too_many",
            f"The answer holds {_say_count(found, answer)}; {ITEMS_MAX:,} is the most. Ask for fewer at a time, for "
            "instance with a 'limit' in 'query', and use 'cursor' to go on.",
        )
    return found


def _say_count(found: list[JSON], answer: Mapping[str, JSON]) -> str:
    return f"more than {len(found):,} items" if answer.get("more") is True else f"{len(found):,} items"


def _evaluate(name: str, settings: Mapping[str, JSON], roots: Mapping[str, JSON], now: datetime) -> JSON:
    if settings.get(name) is None:
        return None
    try:
        return compile_value(settings[name]).evaluate(roots, now=now)
    except ExpressionError as error:
        raise StepError(
            "poll.bad_setting",
            f"'{name}' cannot be worked out from the answer: {error.message}. Mend it, and publish the flow again.",
            details=dict(error.details),
        ) from error


POLL = Poll()
