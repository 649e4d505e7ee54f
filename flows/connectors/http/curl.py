"""Reads a cURL command into the settings of an HTTP step. Pure: runs nothing, opens no file, keeps no secret.

Credentials in the command are taken out and become the suggestion of a connection; their values are dropped here.

CurlError   http.curl   the command cannot be read, or asks for what a step does not do; the message says what to do
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from flows.connectors.http.curl_options import FLAGS, IGNORED, REFUSED, VALUES
from flows.connectors.http.spec import METHODS
from flows.definition.model import JSON
from integrator.lib.outbound_http import BadURLError
from integrator.lib.outbound_http.urls import check_url
from integrator.lib.redaction import MASK, is_secret_name

MAX_CHARS = 65_536
_PLUMBING = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"})


class CurlError(Exception):
    """The command is not one that a step can do."""

    code = "http.curl"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, JSON] = {}


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """The connection that the command's credentials call for, without them. ``key`` is a proposal."""

    key: str
    kind: str
    base_url: str
    settings: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class CurlStep:
    """A step that does what the command did: its key and ``with:``; ``notes`` are sentences about what was left out."""

    key: str
    settings: dict[str, JSON]
    connection: Suggestion | None
    notes: tuple[str, ...]


@dataclass(kw_only=True)
class _Command:
    """The options as they were given."""

    url: str = ""
    method: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    json: list[str] = field(default_factory=list)
    is_get: bool = False
    is_head: bool = False
    user: str | None = None
    bearer: bool = False
    redirects: int | None = None
    follows: bool = False
    timeout_s: float | None = None
    notes: list[str] = field(default_factory=list)


def parse_curl(text: str) -> CurlStep:
    """This will read one command as a shell would, without running anything. Raises CurlError."""
    command = _read_options(_split(text))
    if not command.url:
        raise CurlError("The command names no address. Paste it whole, with the address.")
    address = command.url if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", command.url) else f"http://{command.url}"
    parts = urlsplit(address)
    if parts.username is not None and command.user is None:
        command.user = unquote(parts.username)
    bare = address.split("#", 1)[0].replace(f"//{parts.netloc}", f"//{parts.netloc.rpartition('@')[2]}", 1)
    address, _, query_text = bare.partition("?")
    try:
        check_url(address)
    except BadURLError as error:
        raise CurlError(error.message) from error
    return _make_step(command, address, query_text)


def _split(text: str) -> list[str]:
    if len(text) > MAX_CHARS:
        raise CurlError(f"The command is longer than {MAX_CHARS:,} characters. Paste a shorter one.")
    joined = re.sub(r"[\\^`]\s*\r?\n", " ", text.strip())
    if re.search(r"(?<![\w'\"])\$'", joined):
        joined = re.sub(r"\$'", "'", joined)
    try:
        words = shlex.split(joined)
    except ValueError as error:
        raise CurlError("A quotation mark is not closed. Paste the command whole.") from error
    words = words[1:] if words[:1] == ["$"] else words
    if not words or words[0].rpartition("/")[2] not in {"curl", "curl.exe"}:
        raise CurlError("Paste a command that begins with curl.")
    if any(word in {"|", "&&", ";", "||", ">"} for word in words):
        raise CurlError("The command goes on after curl. Paste the curl part alone.")
    return words[1:]


def _read_options(words: list[str]) -> _Command:
    command, rest = _Command(), iter(words)
    for word in rest:
        if word.startswith("--"):
            name, mark, value = word[2:].partition("=")
            _apply(command, f"--{name}", value if mark else None, rest)
        elif word.startswith("-") and len(word) > 1:
            _read_short(command, word, rest)
        elif command.url:
            raise CurlError("The command has more than one address. Make a step of each.")
        else:
            command.url = word
    return command


def _read_short(command: _Command, word: str, rest: Iterator[str]) -> None:
    """Short options may stand together; the last may have its value behind it: ``-sXPOST``."""
    for place, letter in enumerate(word[1:], start=1):
        name, tail = f"-{letter}", word[place + 1 :]
        if name in VALUES or name in IGNORED["values"] or name in REFUSED:
            _apply(command, name, tail or None, rest)
            return
        _apply(command, name, None, rest)


def _apply(command: _Command, name: str, given: str | None, rest: Iterator[str]) -> None:
    if name in REFUSED:
        raise CurlError(f"{name}: {REFUSED[name]}")
    if name in FLAGS:
        attribute, value = FLAGS[name]
        setattr(command, attribute, value)
        return
    if name in IGNORED["flags"]:
        return
    if name not in VALUES and name not in IGNORED["values"]:
        raise CurlError(f"The option {name} is not known here. Remove it, or set in the step what it does.")
    value = given if given is not None else next(rest, None)
    if value is None:
        raise CurlError(f"The option {name} lacks its value. Paste the command whole.")
    if name in VALUES:
        _TAKERS[VALUES[name]](command, value)


def _take_header(command: _Command, value: str) -> None:
    name, mark, content = value.partition(":")
    if mark and content.strip():
        command.headers.append((name.strip(), content.strip()))


def _take_data(command: _Command, value: str) -> None:
    if value.startswith("@"):
        raise CurlError("The body is read from a file. Paste the content itself, or add it in the step.")
    command.data.append(value)


def _take_encoded(command: _Command, value: str) -> None:
    name, mark, content = value.partition("=")
    if "@" in name or (not mark and value.startswith("@")):
        raise CurlError("The body is read from a file. Paste the content itself, or add it in the step.")
    command.data.append(f"{name}={quote(content)}" if mark and name else quote(content if mark else value))


def _take_query(command: _Command, value: str) -> None:
    name, mark, content = value.partition("=")
    command.query.append(f"{name}={quote(content)}" if mark else quote(value))


def _take_json(command: _Command, value: str) -> None:
    if value.startswith("@"):
        raise CurlError("The body is read from a file. Paste the content itself, or add it in the step.")
    command.json.append(value)


def _take_number(name: str) -> Any:
    def take(command: _Command, value: str) -> None:
        try:
            number = float(value)
        except ValueError as error:
            raise CurlError(f"'{value}' is no number of seconds or redirects. Correct it.") from error
        setattr(command, name, int(number) if name == "redirects" else number)

    return take


_TAKERS: dict[str, Any] = {
    "method": lambda command, value: setattr(command, "method", value.upper()),
    "url": lambda command, value: setattr(command, "url", value),
    "header": _take_header,
    "data": _take_data,
    "raw": lambda command, value: command.data.append(value),
    "encoded": _take_encoded,
    "query": _take_query,
    "json": _take_json,
    "user": lambda command, value: setattr(command, "user", value.partition(":")[0]),
    "bearer": lambda command, value: setattr(command, "bearer", True),
    "agent": lambda command, value: command.headers.append(("User-Agent", value)),
    "referer": lambda command, value: command.headers.append(("Referer", value)),
    "cookie": lambda command, value: command.notes.append(
        "Cookies were left out: they are credentials of a browser. Ask the other side for a key."
    ),
    "certificate": lambda command, value: command.notes.append(
        "It shows a client certificate. Make a connection with a client certificate and name it in the step."
    ),
    "redirects": _take_number("redirects"),
    "timeout": _take_number("timeout_s"),
}


def _make_step(command: _Command, address: str, query_text: str) -> CurlStep:
    notes = list(command.notes)
    body_fields = command.data if command.is_get else []
    pairs = parse_qsl("&".join([*filter(None, [query_text]), *command.query, *body_fields]), keep_blank_values=True)
    headers, kind, settings = _take_credentials(command, pairs, notes)
    taken = {settings["query"]} if kind == "api_key" and "query" in settings else set()
    base_url, path = _split_address(address)
    suggestion = Suggestion(key=_name_key(address), kind=kind, base_url=base_url, settings=settings) if kind else None
    body = _make_body(command, headers, notes)
    made: dict[str, JSON] = {
        "method": _choose_method(command, has_body=bool(body)),
        **({"connection": suggestion.key, "url": path} if suggestion else {"url": address}),
        **({"query": _group(pairs, taken)} if any(name not in taken for name, _ in pairs) else {}),
        **({"headers": {name: _plain(value) for name, value in headers}} if headers else {}),
        **body,
        **_make_limits(command, notes),
    }
    return CurlStep(key=_name_step(str(made["method"]), path), settings=made, connection=suggestion, notes=tuple(notes))


def _take_credentials(
    command: _Command, pairs: list[tuple[str, str]], notes: list[str]
) -> tuple[list[tuple[str, str]], str, dict[str, str]]:
    """The headers that may stay, and the kind of connection that the others call for ("" for none)."""
    kept: list[tuple[str, str]] = []
    found: list[tuple[str, dict[str, str]]] = []
    if command.user is not None:
        found.append(("basic", {"user": command.user}))
    if command.bearer:
        found.append(("bearer", {}))
    for name, value in command.headers:
        lowered = name.lower()
        if lowered in _PLUMBING:
            continue
        if lowered == "authorization":
            found.append(_read_authorization(value))
        elif lowered == "cookie":
            notes.append("Cookies were left out: they are credentials of a browser. Ask the other side for a key.")
        elif is_secret_name(name):
            found.append(("api_key", {"header": name}))
        else:
            kept.append((name, value))
    found += [("api_key", {"query": name}) for name, _ in pairs if is_secret_name(name)]
    if not found:
        return kept, "", {}
    kind, settings = found[0]
    notes.append("What it proves itself with was taken out. Store it in the connection; steps never hold secrets.")
    if len(found) > 1:
        notes.append("It proves itself in more than one way; the connection takes the first. Ask which one counts.")
    return kept, kind, settings


def _read_authorization(value: str) -> tuple[str, dict[str, str]]:
    scheme = value.split(" ", 1)[0].lower()
    if scheme == "basic":
        return "basic", {}
    return ("bearer", {}) if scheme == "bearer" else ("api_key", {"header": "Authorization"})


def _make_body(command: _Command, headers: list[tuple[str, str]], notes: list[str]) -> dict[str, JSON]:
    """The one body: JSON where it is some, a form where it is one, else text. Secrets in it are masked, with a note."""
    if command.json:
        text, media_type = "".join(command.json), "application/json"
    elif command.data and not command.is_get:
        text = "&".join(command.data)
        media_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    else:
        return {}
    if "json" in media_type or (not media_type and text.lstrip()[:1] in {"{", "["}):
        try:
            value = _mask_body(json.loads(text), notes)
        except (ValueError, RecursionError):
            return {"text": _plain(text)}
        _drop_type(headers)
        return {"json": value}
    if media_type in {"", "application/x-www-form-urlencoded"} and "=" in text:
        _drop_type(headers)
        fields = _group(parse_qsl(text, keep_blank_values=True), set())
        return {"form": _mask_body(fields, notes)}
    return {"text": _plain(text)}


def _drop_type(headers: list[tuple[str, str]]) -> None:
    headers[:] = [(name, value) for name, value in headers if name.lower() != "content-type"]


def _mask_body(value: JSON, notes: list[str]) -> JSON:
    if isinstance(value, dict):
        if any(is_secret_name(name) and isinstance(content, str) for name, content in value.items()):
            note = f"What looks like a secret in the body was replaced by {MASK}. Put something else there."
            notes[:] = [*(one for one in notes if one != note), note]
        return {
            name: MASK if is_secret_name(name) and isinstance(content, str) else _mask_body(content, notes)
            for name, content in value.items()
        }
    if isinstance(value, list):
        return [_mask_body(item, notes) for item in value]
    return _plain(value) if isinstance(value, str) else value


def _make_limits(command: _Command, notes: list[str]) -> dict[str, JSON]:
    made: dict[str, JSON] = {}
    if command.follows:
        made["follow_redirects"] = max(0, min(10, command.redirects if command.redirects is not None else 5))
    if command.timeout_s:
        made["timeout_s"] = min(300, command.timeout_s)
        if command.timeout_s > 300:
            notes.append("A call takes at most 300 s here; the time limit was shortened.")
    return made


def _choose_method(command: _Command, *, has_body: bool) -> str:
    method = command.method or ("HEAD" if command.is_head else "POST" if has_body else "GET")
    if method not in METHODS:
        raise CurlError(f"The method {method[:20]} is not sent here. Use one of {', '.join(METHODS)}.")
    return method


def _group(pairs: list[tuple[str, str]], taken: set[str]) -> dict[str, JSON]:
    """Names with their text, or a list where a name is repeated."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in taken or is_secret_name(name):
            continue
        before = made.get(name)
        made[name] = _plain(value) if before is None else [*(before if isinstance(before, list) else [before]), value]
    return made


def _plain(text: str) -> str:
    """A text that begins with "=" would be an expression; two stand for one."""
    return f"={text}" if text.startswith("=") else text


def _split_address(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return f"{parts.scheme.lower()}://{parts.netloc}", parts.path or "/"


def _name_key(address: str) -> str:
    host = (urlsplit(address).hostname or "partner").removeprefix("www.").removeprefix("api.")
    name = re.sub(r"[^a-z0-9]+", "-", host.split(".")[0] if not host[:1].isdigit() else "partner").strip("-")
    return name[:40] or "partner"


def _name_step(method: str, path: str) -> str:
    words = [word for word in re.split(r"[^a-z0-9]+", path.lower()) if word and not word[0].isdigit()]
    verbs = {"GET": "get", "POST": "send", "PUT": "put", "PATCH": "change", "DELETE": "remove"}
    return "_".join([verbs.get(method, "call"), *words[-1:]])[:60]
