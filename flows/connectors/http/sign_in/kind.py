"""What a kind of connection is: the fields of its form, what it checks, and how it dresses a request. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flows.definition.effect import ResolvedConnection
from flows.definition.kind import StepError
from integrator.lib.signing import Body

Pairs = tuple[tuple[str, str], ...]
Settings = Mapping[str, str]
Fault = tuple[str, str]  # the field, and a sentence that says what to do


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a kind's form. ``choices`` are (value, words); ``kind`` says what is typed into it."""

    name: str
    label: str
    help: str = ""
    required: bool = True
    kind: Literal["text", "url"] = "text"
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""


@dataclass(frozen=True, kw_only=True)
class SecretField:
    """What is stored encrypted, and how it is asked for."""

    label: str
    help: str = "Stored encrypted and never shown again."
    is_long: bool = False  # several lines, as PEM has


@dataclass(frozen=True, kw_only=True, repr=False)
class Outgoing:
    """A request about to leave. ``message_id`` is the same for every attempt of an effect."""

    method: str
    url: str
    body: Body
    message_id: str
    now: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Dressing:
    """What is added to a request. ``secrets`` are texts that nothing kept may hold. No repr: it holds them."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Pairs = ()
    client_pem: str = ""
    secrets: tuple[str, ...] = ()


def check_nothing(settings: Settings) -> Iterator[Fault]:
    """For kinds whose fields need no look beyond being there."""
    return iter(())


def describe_nothing(secret: str) -> Mapping[str, str]:
    """For secrets of which nothing is known but that they are there."""
    return {}


def same(settings: Settings) -> dict[str, str]:
    """For kinds whose form has the very names of their settings."""
    return dict(settings)


@dataclass(frozen=True, kw_only=True)
class ConnectionKind:
    """One way to prove who we are.

    ``grant`` names the OAuth2 grant whose access token the kind sends, "" for others. ``read`` makes settings of what
    was typed, ``show`` the reverse. ``read_secret`` gives what may be known of a secret, kept beside the settings and
    shown; it raises ValueError with a sentence for one that cannot work.
    """

    key: str
    label: str
    help: str
    dress: Callable[[ResolvedConnection, Outgoing], Dressing]
    fields: tuple[Field, ...] = ()
    secret: SecretField | None = None
    grant: Literal["", "client_credentials", "authorization_code"] = ""
    check: Callable[[Settings], Iterator[Fault]] = check_nothing
    read: Callable[[Settings], dict[str, str]] = same
    show: Callable[[Settings], dict[str, str]] = same
    read_secret: Callable[[str], Mapping[str, str]] = describe_nothing

    def read_typed(self, typed: Mapping[str, object]) -> dict[str, str]:
        """The settings as they are kept, of what its fields were filled in with; empty ones are left out."""
        own = {
            field.name: str(typed.get(field.name) or "").strip() or (field.default if field.choices else "")
            for field in self.fields
        }
        return {name: value for name, value in self.read(own).items() if value}

    def find_faults(self, settings: Settings) -> Iterator[Fault]:
        """Faults of the settings: what is missing first, then what the kind itself minds."""
        typed = self.show(settings)
        missing = [one for one in self.fields if one.required and not typed.get(one.name)]
        for one in missing:
            yield one.name, f"Fill in '{one.label}'."
        if not missing:
            yield from self.check(settings)


def invalid(connection: ResolvedConnection, what: str) -> StepError:
    """The error of a connection that cannot dress a request."""
    return StepError(
        "connection.invalid", f"The connection '{connection.facts.name}' {what}. Edit it under Connections."
    )


def text_of(connection: ResolvedConnection, name: str, default: str = "") -> str:
    """One setting of the connection as text."""
    return str(connection.facts.settings.get(name) or default)
