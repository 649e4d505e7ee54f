"""Orders to the engine: start, cancel, answer an incident, run again. They insert signals and never touch a run row."""

from flows.operations.runs.answering import answer_incident
from flows.operations.runs.cancelling import cancel_run
from flows.operations.runs.repeating import run_again_from
from flows.operations.runs.starting import NewRun, create_run_in, start_run

__all__ = ["NewRun", "answer_incident", "cancel_run", "create_run_in", "run_again_from", "start_run"]
