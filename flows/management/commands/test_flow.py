"""``test_flow FILE``: runs the test cases of a flow file in memory, a line each. Asks no database and calls nobody."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.core.management.base import BaseCommand, CommandError

from flows.definition.decision_tables.compiling import CompiledTable, compile_table
from flows.definition.decision_tables.table import TableShapeError
from flows.definition.decision_tables.table_file import read_table_file
from flows.definition.flow_file import read_flow_file
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import with_lines
from flows.definition.validation import validate
from flows.definition.words import count_of
from flows.engine.simulation import TestResult, make_free_doors, run_tests
from flows.registry import kind_specs, trigger_specs


class Command(BaseCommand):
    """Test a flow file."""

    help = "Runs the test cases of a flow file in memory. Exit 1 when one fails or the file has faults."
    requires_system_checks: list[str] = []  # no database, no broker: it runs in anybody's build

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The flow file (YAML or JSON); - reads standard input.")
        parser.add_argument(
            "--table", metavar="FILE", action="append", default=[], help="A decision table that the flow uses."
        )
        parser.add_argument("--junit", metavar="FILE", help="Writes the results there as JUnit XML as well.")

    def handle(self, *args: Any, **options: Any) -> None:
        definition = self._read_flow(options["file"])
        tables = dict(_read_table(name) for name in options["table"])
        results = run_tests(definition, doors=make_free_doors(definition, tables=tables))
        for result in results:
            self.stdout.write(f"{'ok    ' if result.is_ok else 'FAILED'} {result.test.name}")
            for difference in result.differences:
                self.stdout.write(f"       {difference}")
        if options["junit"]:
            _write(options["junit"], make_junit(definition.key, results))
        failed = sum(not result.is_ok for result in results)
        if failed:
            raise CommandError(f"{failed} of {count_of(len(results), 'test case')} failed.")
        said = f"{count_of(len(results), 'test case')} passed." if results else "The flow has no test cases."
        self.stdout.write(said)

    def _read_flow(self, name: str) -> FlowDefinition:
        file = read_flow_file(_read(name))
        if file.definition is None:
            self._refuse(file.findings)
            raise CommandError("The flow file cannot be read. Mend what is named.")
        found = with_lines(validate(file.definition, kind_specs(), trigger_specs()), file.lines)
        errors = [finding for finding in found if finding.severity == "error"]
        if errors:
            self._refuse(errors)
            raise CommandError("The flow has faults. Mend what is named, then test it.")
        return file.definition

    def _refuse(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            where = f" line {finding.line}" if finding.line else ""
            self.stderr.write(f"{finding.severity}{where}: {finding.message}")


def make_junit(flow: str, results: Sequence[TestResult]) -> str:
    """The results as JUnit XML: one suite, a case each, a failure with its sentences."""
    failed = sum(not result.is_ok for result in results)
    took_s = sum(result.took_s for result in results)
    head = f'<testsuite name={quoteattr(flow)} tests="{len(results)}" failures="{failed}" time="{took_s:.3f}">'
    rows = "".join(_make_row(flow, result) for result in results)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{head}\n{rows}</testsuite>\n</testsuites>\n'


def _make_row(flow: str, result: TestResult) -> str:
    names = f"classname={quoteattr(flow)} name={quoteattr(result.test.name)}"
    case = f'<testcase {names} time="{result.took_s:.3f}"'
    if result.is_ok:
        return f"{case}/>\n"
    told = _fit("\n".join(result.differences))
    return f"{case}><failure message={quoteattr(_fit(result.differences[0]))}>{escape(told)}</failure></testcase>\n"


def _fit(text: str) -> str:
    """Without the characters that XML 1.0, section 2.2, has no place for."""
    return "".join(sign for sign in text if sign in "\t\n\r" or sign >= " ")


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"The file {name} cannot be read: {error.strerror}.") from error


def _read_table(name: str) -> tuple[str, CompiledTable]:
    try:
        table = read_table_file(_read(name))
    except TableShapeError as error:
        raise CommandError(f"The decision table {name} cannot be read: {error.message}") from error
    return table.key, compile_table(table)


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The file {name} cannot be written: {error.strerror}.") from error
