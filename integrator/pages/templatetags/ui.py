"""The words of our templates (a builtin: no load needed). Thin: each tag asks a pure module and draws one component.

``templates/components/README.md`` lists them with their parameters.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from integrator.pages import facts, forms, words
from integrator.pages.ring import measure_ring
from integrator.pages.states import look_of

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; hidden from screen readers unless it has a ``label``."""
    address = f"{static('icons/sprite.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag
def state(word: str, label: str = "", *, pill: bool = False) -> SafeString:
    """A state by icon and word; ``label`` says it better ("for Legal"), ``pill`` for titles."""
    look = look_of(str(word))
    return format_html(
        '<span class="state{} {}">{}{}</span>',
        " state--pill" if pill else "",
        look.look,
        icon(look.icon),
        label or look.label,
    )


@register.simple_tag
def state_icon(word: str) -> SafeString:
    """The icon alone, named for screen readers, for lists where the word stands elsewhere."""
    look = look_of(str(word))
    return icon(look.icon, look.label)


@register.filter
def state_class(word: str) -> str:
    """The class that gives an element the tone of a state."""
    return look_of(str(word)).look


@register.simple_tag
def when(at: datetime | None, *, exact: bool = False, none: str = "") -> SafeString | str:
    """A time in words with the exact one in the title, in the reader's zone. ``exact`` shows that one itself."""
    if at is None:
        return none
    now, zone = timezone.now(), timezone.get_current_timezone()
    title = words.say_exactly(at, zone)
    if exact:
        return format_html('<time datetime="{}" class="num">{}</time>', at.isoformat(), title)
    return format_html(
        '<time datetime="{}" title="{}" data-when="{}">{}</time>',
        at.isoformat(),
        title,
        words.say_clock(at, now=now, zone=zone),
        words.say_when(at, now=now, zone=zone),
    )


@register.simple_tag
def moment(at: datetime | None, pattern: str = "D j M H:i:s") -> SafeString | str:
    """The very second, for what is compared with other clocks; the whole of it in the title, in the reader's zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    title = words.say_exactly(at, timezone.get_current_timezone())
    said = date_format(local, pattern)
    return format_html('<time datetime="{}" title="{}" class="num">{}</time>', at.isoformat(), title, said)


@register.filter
def day_words(at: datetime) -> str:
    """``Today, Thursday 19 November``."""
    return words.say_day(at, now=timezone.now(), zone=timezone.get_current_timezone())


@register.filter
def duration(length: timedelta | float | str | None) -> str:
    """``2 h 10 min`` of a timedelta or of seconds; empty for None and for a variable that is not there."""
    return "" if length is None or isinstance(length, str) else words.say_duration(length)


@register.filter
def since(at: datetime | None, start_at: datetime | None) -> timedelta | None:
    """What passed between two times (until now for a None end); None without a start."""
    return None if start_at is None else (at or timezone.now()) - start_at


@register.simple_tag
def due(
    due_at: datetime | None,
    start_at: datetime | None = None,
    *,
    none: str = "no deadline",
    is_short: bool = False,
    in_full: bool = False,
) -> SafeString | str:
    """``today 16:30 · 2 h 10 min``, toned when it is soon or late. Short: ``2 h 10 min left``; in full: both."""
    if due_at is None:
        return none
    now = timezone.now()
    ring = measure_ring(start_at=start_at, due_at=due_at, now=now)
    left = words.say_time_left(due_at, now=now)
    if ring and ring.look == "late":
        return format_html('<span class="late">{}</span>', left)
    at = words.say_clock(due_at, now=now, zone=timezone.get_current_timezone())
    look = ring.look if ring else ""
    if is_short or in_full:
        tail = f" · due {at}" if in_full else ""
        return format_html('<span class="{}">{}</span>{}', look, left, tail)
    return format_html('<span class="{}">{}</span> · {}', look, at, left.removesuffix(" left"))


@register.simple_tag
def sla_ring(
    start_at: datetime | None,
    due_at: datetime | None,
    *,
    paused: bool = False,
    done: bool = False,
    big: bool = False,
) -> str:
    """The ring that empties; nothing without a due time."""
    ring = measure_ring(start_at=start_at, due_at=due_at, now=timezone.now(), is_paused=paused, is_done=done)
    return render_to_string("components/ring.html", {"ring": ring, "big": big}) if ring else ""


@register.simple_tag
def ring_of(clock: Any, *, big: bool = False) -> str:
    """The ring of a clock that counts for itself: anything with ``dashes``, ``look`` and ``label``."""
    return render_to_string("components/ring.html", {"ring": clock, "big": big})


@register.simple_tag
def due_by_clock(clock: Any) -> SafeString:
    """``today 16:30 · 2 h 10 min of working time``, toned when it is soon; late: by how much."""
    if clock.look == "late" or clock.due_at is None:
        return format_html('<span class="{}">{}</span>', clock.look, clock.words)
    at = words.say_clock(clock.due_at, now=timezone.now(), zone=timezone.get_current_timezone())
    return format_html('<span class="{}">{}</span> · {}', clock.look, at, clock.words.removesuffix(" left"))


def initials_of(person: Any) -> str:
    """Two letters: of two words their first ones, of one word its beginning."""
    parts = str(person).replace(".", " ").split()
    return (parts[0][0] + parts[-1][0]).upper() if len(parts) > 1 else str(person)[:2].capitalize()


register.filter("initials", initials_of)


@register.simple_tag(takes_context=True)
def avatar(context: template.Context, person: Any) -> SafeString:
    """The initials of a person or of any name; one's own in the accent."""
    user = context.get("user")
    mine = user is not None and getattr(user, "pk", None) is not None and user == person
    return format_html(
        '<span class="face{}" aria-hidden="true">{}</span>', " face--me" if mine else "", initials_of(person)
    )


@register.simple_tag(takes_context=True)
def person_name(context: template.Context, person: Any, team: Any = "") -> SafeString | str:
    """Face, name and team."""
    if not person:
        return "nobody"
    about = format_html(' <span class="team">{}</span>', team) if team else ""
    return format_html('<span class="who">{}<span>{}{}</span></span>', avatar(context, person), person, about)


@register.simple_tag
def json_facts(value: Any, *, say_keys: bool = False) -> str:
    """Any JSON value as facts to read; ``say_keys`` for readers who are no analysts."""
    fact = facts.read_facts(value, say_keys=say_keys)
    return render_to_string("components/json_facts.html", {"fact": fact})


@register.filter
def json_text(value: Any) -> str:
    """JSON, indented, for reading."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """The page's query string with changes; None, "" and False drop a parameter. Paging starts anew."""
    query: QueryDict = context["request"].GET.copy() if "request" in context else QueryDict(mutable=True)
    for name, value in {"cursor": None, **changes}.items():
        query.pop(name, None)
        if value not in (None, "", False):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def qs_with(context: template.Context, name: str, value: Any) -> str:
    """``qs`` with one parameter whose name comes from a variable: ``{% qs_with filter.name value as address %}``."""
    return qs(context, **{name: value})


@register.inclusion_tag("components/pager.html", takes_context=True)
def paging(context: template.Context, page: Any, *, newer: str = "Newer", older: str = "Older") -> dict[str, Any]:
    """Links to the pages before and after of a keyset page."""
    return {
        "before": qs(context, cursor=page.previous) if page.previous else "",
        "after": qs(context, cursor=page.next) if page.next else "",
        "newer": newer,
        "older": older,
    }


@register.inclusion_tag("components/crumbs.html")
def crumbs(*parts: Any) -> dict[str, Any]:
    """``{% crumbs "Flows" "/flows/" flow.name %}``: label and address by turns, last the page itself."""
    links = list(zip(parts[:-1:2], parts[1::2], strict=False))
    return {"links": links, "here": parts[-1] if parts else ""}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A form's control with our class."""
    return forms.render_control(field)


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether a field is one tick box."""
    return forms.is_tick(field.field.widget)


@register.filter
def may_be_left(field: BoundField) -> bool:
    """Whether "optional" stands beside its label."""
    return forms.may_be_left(field.field)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether a field is a group of radio buttons or ticks."""
    return forms.is_group(field.field.widget)


@register.filter
def number(value: float | None) -> str:
    """``48,212``; empty for None."""
    return "" if value is None else f"{value:,}"


@register.simple_tag
def htmx_config() -> SafeString:
    """The content of ``<meta name="htmx-config">``: no eval, no styles, no other hosts, no page kept in the browser."""
    return mark_safe(HTMX_CONFIG)  # noqa: S308 - a constant of ours


HTMX_CONFIG = (
    '{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,'
    '"historyCacheSize":0,"refreshOnHistoryMiss":true,"attributesToSettle":["class","width","height"],'
    '"responseHandling":[{"code":"204","swap":false},'
    '{"code":"[23]..","swap":true},{"code":"4(00|09|22)","swap":true},{"code":"[45]..","swap":false,"error":true}]}'
)
