"""Flows tried in memory: with the engine's own steps and rules, with nothing stored and nothing sent.

``session`` runs one · ``shapes`` what goes in and comes out · ``doors`` what it may look up · ``books`` answers that
were written down · ``reading_files`` what loops over files go through · ``recorded`` and ``replaying`` a past run gone
through again · ``testing`` a flow's own test cases.
"""

from flows.engine.simulation.books import WrittenBook
from flows.engine.simulation.doors import Doors, make_free_doors, make_stored_doors
from flows.engine.simulation.making_up import complete_files, complete_trigger, make_up_answer, make_up_output
from flows.engine.simulation.recorded import NotComparable, RecordedRun, RecordedVisit, load_recorded_run
from flows.engine.simulation.replaying import Comparison, RecordedBook, compare, replay
from flows.engine.simulation.session import simulate
from flows.engine.simulation.shapes import (
    AnswerBook,
    Asked,
    Ending,
    Faked,
    Given,
    Limits,
    Question,
    Simulated,
    SimulatedVisit,
    Trial,
)
from flows.engine.simulation.testing import (
    FIXED_NOW,
    TestResult,
    accept,
    list_differences,
    make_expectation,
    run_test,
    run_tests,
)

__all__ = [
    "FIXED_NOW",
    "AnswerBook",
    "Asked",
    "Comparison",
    "Doors",
    "Ending",
    "Faked",
    "Given",
    "Limits",
    "NotComparable",
    "Question",
    "RecordedBook",
    "RecordedRun",
    "RecordedVisit",
    "Simulated",
    "SimulatedVisit",
    "TestResult",
    "Trial",
    "WrittenBook",
    "accept",
    "compare",
    "complete_files",
    "complete_trigger",
    "list_differences",
    "load_recorded_run",
    "make_expectation",
    "make_free_doors",
    "make_stored_doors",
    "make_up_answer",
    "make_up_output",
    "replay",
    "run_test",
    "run_tests",
    "simulate",
]
