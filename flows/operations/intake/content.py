"""What a call hands over besides words: files in forms and base64 become files of ours, the body carries their facts.

Nothing is kept here: uploads lie in the spool until the call is accepted (``keeping``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.definition.model import JSON
from flows.errors import CallRefused
from integrator.files.errors import FilesError
from integrator.files.incoming import IncomingFile, receive
from integrator.files.members import Place, find_at, is_file_member, list_file_places
from integrator.files.spool import Upload, spool_chunks
from integrator.lib import strict_json

JSON_FIELDS = ("body", "data")  # a field of this name that holds an object is the body
INVALID = "The body does not fit what this address takes; see errors."
BASE64_EXPECTED = "must be the content of a file in base64"
FILE_EXPECTED = "must be a file"
_TRUE, _FALSE = frozenset({"true", "1", "on", "yes"}), frozenset({"false", "0", "off", "no"})


@dataclass(frozen=True, kw_only=True)
class BodyShape:
    """What a schema says of files and of simple members at the top: ``types`` by name."""

    files: tuple[Place, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FormBody:
    """A form as it was parsed: text fields and uploads by field name, in order; ``body_bytes`` long."""

    fields: Sequence[tuple[str, str]] = ()
    uploads: Sequence[tuple[str, Upload]] = ()
    body_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Content:
    """The body as runs get it, and the files in it. ``is_form``: it did not come as JSON."""

    body: JSON
    files: tuple[IncomingFile, ...] = ()
    is_form: bool = False

    @property
    def facts(self) -> list[Mapping[str, Any]]:
        """The facts of all files."""
        return [file.facts for file in self.files]

    def discard(self) -> None:
        """Remove what was not kept."""
        for file in self.files:
            file.upload.discard()

    def as_text(self) -> bytes:
        """The body as JSON, as it is shown and kept of a form."""
        return strict_json.dumps_canonical(self.body).encode()

    def digest(self) -> str:
        """SHA-256 of a form's content, the same for each repeat whatever ids its files got."""
        ids = {str(file.id): file.upload.sha256 for file in self.files}
        plain = strict_json.dumps_canonical(_with_hashes(self.body, ids))
        return hashlib.sha256(plain.encode()).hexdigest()


def read_shape(schema: object) -> BodyShape:
    """This will read what matters for forms and files from a trigger's schema; None and ``true`` say nothing."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    named = properties if isinstance(properties, Mapping) else {}
    types = {
        str(name): str(member["type"])
        for name, member in named.items()
        if isinstance(member, Mapping) and member.get("type") in ("number", "integer", "boolean")
    }
    return BodyShape(files=list_file_places(schema), types=types)


def read_json_content(body: JSON, shape: BodyShape) -> Content:
    """This will turn base64 at the places of files into files. Raises CallRefused with every fault by pointer."""
    files: list[IncomingFile] = []
    faults: list[dict[str, str]] = []
    for place in shape.files:
        for container, key, path in find_at(body, place):
            try:
                file = _decode(container[key], name=path[-1] if not path[-1].isdigit() else path[0])
            except _NoBase64:
                faults.append({"pointer": _as_pointer(path), "message": BASE64_EXPECTED})
                continue
            files.append(file)
            container[key] = file.facts
    content = Content(body=body, files=tuple(files))
    if faults:
        content.discard()
        raise make_invalid(faults)
    return content


def read_form_content(form: FormBody, shape: BodyShape) -> Content:
    """This will make a body of a form: its JSON field, or its fields by name, with the facts of its files.

    A field that came several times is a list; numbers and yes/no are read where the schema asks for them, all else
    stays text. Raises CallRefused with every fault by pointer.
    """
    files = [receive(upload) for _, upload in form.uploads]
    by_name: dict[str, list[JSON]] = {}
    for (name, _), file in zip(form.uploads, files, strict=True):
        by_name.setdefault(name, []).append(dict(file.facts))
    body, is_json = _read_fields(form, shape)
    wanted = {place[0] for place in shape.files}
    clash = next((name for name in by_name if name in body), None)
    if clash is not None:
        raise make_invalid([{"pointer": _as_pointer((clash,)), "message": "came as a file and as text"}])
    body |= {
        name: found[0] if len(found) == 1 and (name, "*") not in shape.files else found
        for name, found in by_name.items()
        if not is_json or name in wanted
    }
    _refuse_other_than_files(body, shape, {str(file.id) for file in files})
    return Content(body=body, files=tuple(files), is_form=True)


def make_invalid(errors: list[dict[str, str]]) -> CallRefused:
    """The refusal of a body, its reason beginning with the first fault."""
    first = errors[0]
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    reason = f"{first['pointer']}: {first['message']}{more}" if first["pointer"] else f"{first['message']}{more}"
    return CallRefused("intake.invalid", INVALID, reason=reason, errors=errors)


class _NoBase64(ValueError):
    """What stands where a file belongs is no base64."""


def _read_fields(form: FormBody, shape: BodyShape) -> tuple[dict[str, Any], bool]:
    """``(members, whether one JSON field gave them)``."""
    named: dict[str, list[str]] = {}
    for name, text in form.fields:
        named.setdefault(name, []).append(text)
    for name in JSON_FIELDS:
        texts = named.get(name, [])
        if len(texts) == 1 and texts[0].lstrip().startswith("{"):
            return _parse(texts[0]), True
    return {
        name: _read_text(texts[0], shape.types.get(name)) if len(texts) == 1 else list(texts)
        for name, texts in named.items()
    }, False


def _parse(text: str) -> dict[str, Any]:
    try:
        body = strict_json.parse(text.encode())
    except strict_json.StrictJSONError as error:
        raise make_invalid([{"pointer": error.pointer, "message": error.message}]) from error
    return body if isinstance(body, dict) else {}


def _read_text(text: str, wanted: str | None) -> JSON:
    """The text, as number or yes/no where that is wanted and it is one."""
    if wanted == "boolean":
        word = text.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else text
    if wanted in ("number", "integer"):
        try:
            number = strict_json.parse(text.strip().encode())
        except strict_json.StrictJSONError:
            return text
        return number if isinstance(number, int | float) and not isinstance(number, bool) else text
    return text


def _refuse_other_than_files(body: dict[str, Any], shape: BodyShape, ids: set[str]) -> None:
    """In a form only what came as a file part is a file, whatever words claim to be one."""
    faults = [
        {"pointer": _as_pointer(path), "message": FILE_EXPECTED}
        for place in shape.files
        for container, key, path in find_at(body, place)
        if not isinstance(container[key], dict) or str(container[key].get("file")) not in ids
    ]
    if faults:
        raise make_invalid(faults)


def _decode(value: JSON, *, name: str) -> IncomingFile:
    if not isinstance(value, str):
        raise _NoBase64
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _NoBase64 from error
    upload = spool_chunks([data], name=name)
    extension = mimetypes.guess_extension(upload.type) or ""
    return receive(Upload(**{**vars(upload), "name": f"{upload.name}{extension}"}))


def _with_hashes(value: JSON, hashes: Mapping[str, str]) -> JSON:
    if isinstance(value, dict):
        return {
            key: hashes.get(member, member)
            if key == "file" and isinstance(member, str)
            else _with_hashes(member, hashes)
            for key, member in value.items()
        }
    return [_with_hashes(item, hashes) for item in value] if isinstance(value, list) else value


def _as_pointer(path: Sequence[str]) -> str:
    return "".join(f"/{strict_json.escape_pointer(part)}" for part in path)


def tell_refusal(error: FilesError) -> CallRefused:
    """What a file was refused for, as a refusal of the call."""
    return CallRefused("intake.too_large", error.message)


__all__ = [
    "BodyShape",
    "Content",
    "FormBody",
    "IncomingFile",
    "is_file_member",
    "make_invalid",
    "read_form_content",
    "read_json_content",
    "read_shape",
    "tell_refusal",
]
