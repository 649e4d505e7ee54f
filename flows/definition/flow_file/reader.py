"""The door for flow files coming in: bytes to a definition, with findings that name line, step and field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.definition.flow_file.errors import FlowFileError
from flows.definition.flow_file.events import SyntaxFault, read_events
from flows.definition.flow_file.shape import shape_definition
from flows.definition.flow_file.tree import Tree, build_tree
from flows.definition.kind import Finding
from flows.definition.model import JSON, FlowDefinition
from flows.definition.places import Path, with_lines

MAX_FILE_BYTES = 1_048_576


@dataclass(frozen=True, kw_only=True)
class ReadResult:
    """What a file says. ``definition`` is None when ``findings`` holds an error; ``lines`` is the source map."""

    definition: FlowDefinition | None
    findings: list[Finding]
    lines: Mapping[Path, int] = field(default_factory=dict)


def read_flow_file(text: str | bytes, *, team: str = "") -> ReadResult:
    """Read a flow file without raising: every fault of its shape becomes a finding with its line.

    ``team`` takes the place of the team that the file names or leaves out; "" leaves it as it is.
    """
    try:
        tree = _read_tree(_decode(text))
    except SyntaxFault as fault:
        finding = Finding(message=fault.message, line=fault.line, code="flow_file.syntax")
        return ReadResult(definition=None, findings=[finding])
    data = {**tree.data, "team": team} if team and isinstance(tree.data, Mapping) else tree.data
    definition, findings = shape_definition(data)
    return ReadResult(definition=definition, findings=with_lines(findings, tree.lines), lines=tree.lines)


def parse_flow_file(text: str | bytes, *, team: str = "") -> FlowDefinition:
    """The definition in a flow file. Raises ``FlowFileError`` with all findings. ``team``: see above."""
    result = read_flow_file(text, team=team)
    if result.definition is None:
        raise FlowFileError(result.findings)
    return result.definition


def read_data_file(text: str | bytes) -> tuple[JSON, dict[Path, int]]:
    """The plain JSON of a file under the rules of flow files, and its lines. Raises ``FlowFileError``."""
    try:
        tree = _read_tree(_decode(text))
    except SyntaxFault as fault:
        raise FlowFileError([Finding(message=fault.message, line=fault.line, code="flow_file.syntax")]) from fault
    return tree.data, tree.lines


def _read_tree(text: str) -> Tree:
    return build_tree(read_events(text))


def _decode(text: str | bytes) -> str:
    """Text of at most 1 MiB in UTF-8; a byte order mark at its start is dropped."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_FILE_BYTES:
        raise SyntaxFault(f"The file has {len(raw):,} bytes; a flow file may have at most {MAX_FILE_BYTES:,}.", None)
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SyntaxFault("This is not UTF-8 text. Save the file as UTF-8.", line) from error
