"""A key under a name of the other side's choice, in a header or in the query."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.connectors.http.sign_in.kind import (
    ConnectionKind,
    Dressing,
    Fault,
    Field,
    Outgoing,
    SecretField,
    Settings,
    invalid,
)
from flows.definition.effect import ResolvedConnection

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}\Z")  # of a header: RFC 9110, 5.6.2
_PLACES = ("header", "query")


def _read(typed: Settings) -> dict[str, str]:
    place = typed.get("key_place") or "header"
    return {place: typed.get("key_name", "").strip()} if place in _PLACES else {}


def _show(settings: Settings) -> dict[str, str]:
    place = "query" if settings.get("query") else "header"
    return {"key_place": place, "key_name": settings.get(place, "")}


def _check(settings: Settings) -> Iterator[Fault]:
    names = [settings[place] for place in _PLACES if settings.get(place)]
    if len(names) != 1 or not _NAME.match(names[0]):
        yield "key_name", "Give the name under which the key is sent, such as X-Api-Key."


def _dress(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    settings, secret = connection.facts.settings, connection.secret
    if settings.get("header"):
        return Dressing(headers={str(settings["header"]).lower(): secret}, secrets=(secret,))
    if settings.get("query"):
        return Dressing(query=((str(settings["query"]), secret),), secrets=(secret,))
    raise invalid(connection, "does not say how its secret is sent")


API_KEY = ConnectionKind(
    key="api_key",
    label="API key",
    help="A key that the other side gave out, sent in a header or in the address.",
    fields=(
        Field(
            name="key_place",
            label="The API key goes into",
            choices=(("header", "a header"), ("query", "the address (query)")),
            default="header",
        ),
        Field(name="key_name", label="Name of the API key", help="Such as X-Api-Key."),
    ),
    secret=SecretField(label="Key"),
    check=_check,
    read=_read,
    show=_show,
    dress=_dress,
)
