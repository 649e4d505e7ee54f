"""What can be wrong with a flow file.

FlowFileError             flow_file.invalid   the file cannot be read; ``findings`` say where and what to do
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.definition.kind import Finding
from flows.definition.model import JSON


class FlowFileError(Exception):
    """A flow file (or stored definition) that does not have the shape of the contract."""

    code = "flow_file.invalid"
    retryable = False

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        first = self.findings[0]
        place = f"Line {first.line}: " if first.line else ""
        more = f" (and {len(self.findings) - 1} more)" if len(self.findings) > 1 else ""
        self.message = f"{place}{first.message}{more}"
        super().__init__(self.message)

    @property
    def details(self) -> dict[str, JSON]:
        """The findings as plain JSON."""
        return {
            "findings": [
                {"message": each.message, "line": each.line, "step": each.step, "field": each.field, "code": each.code}
                for each in self.findings
            ]
        }
