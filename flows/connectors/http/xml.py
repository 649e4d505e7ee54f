"""XML answers as JSON, safely: no document type, no entities of its own, no outside, bounded in depth and size. Pure.

``<order id="7"><line>a</line><line>b</line><note/></order>`` becomes ``{"order": {"@id": "7", "line": ["a", "b"],
"note": null}}``: attributes as ``@name``, an element of text alone as that text, an empty one as null, repeated ones as
a list, text beside elements or attributes as ``#text``. Namespaces are left out of the names.
"""

from __future__ import annotations

from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from flows.definition.model import JSON

MAX_DEPTH = 64
MAX_ELEMENTS = 200_000


class XMLError(ValueError):
    """The text is no XML, or XML of a sort that is not read. ``message`` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def parse_xml(data: bytes, charset: str | None = None) -> dict[str, JSON]:
    """This will give the document as JSON. ``charset`` of the header counts before the document's own (RFC 7303).

    Raises XMLError.
    """
    builder = _Builder()
    try:
        parser = DefusedXMLParser(
            target=builder, encoding=charset, forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
        parser.feed(data)
        parser.close()
    except DefusedXmlException as error:
        raise XMLError("It holds a document type or entities, which are never read.") from error
    except ParseError as error:
        raise XMLError(f"It cannot be read from line {error.position[0]} on.") from error
    except (LookupError, UnicodeError, ValueError) as error:
        if isinstance(error, XMLError):
            raise
        raise XMLError("Its character set is not known.") from error
    return builder.whole


class _Builder:
    """Takes the events of the parser and builds JSON from them, without a tree in between."""

    def __init__(self) -> None:
        self.whole: dict[str, JSON] = {}
        self._open: list[tuple[dict[str, Any], list[str]]] = [(self.whole, [])]
        self._elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) > MAX_DEPTH:
            raise XMLError(f"It is nested deeper than {MAX_DEPTH} levels.")
        if self._elements > MAX_ELEMENTS:
            raise XMLError(f"It has more than {MAX_ELEMENTS:,} elements. Ask for less at a time.")
        self._open.append(({f"@{_local(name)}": value for name, value in attributes.items()}, []))

    def data(self, text: str) -> None:
        self._open[-1][1].append(text)

    def end(self, tag: str) -> None:
        members, pieces = self._open.pop()
        text = "".join(pieces).strip()
        value: JSON = members
        if not members:
            value = text or None
        elif text:
            members["#text"] = text
        _add(self._open[-1][0], _local(tag), value)

    def close(self) -> dict[str, JSON]:
        return self.whole


def _add(members: dict[str, Any], name: str, value: JSON) -> None:
    if name not in members:
        members[name] = value
    elif isinstance(members[name], list):  # an element never is a list by itself
        members[name].append(value)
    else:
        members[name] = [members[name], value]


def _local(name: str) -> str:
    return name.rpartition("}")[2]
