"""``python -m tools.bench [--only flows timers …] [--rounds N]``: builds the stand, measures, prints ratios first."""

from __future__ import annotations

import argparse
import sys

from tools.bench.report import Comparison, Note, render
from tools.bench.stand import Stand, describe_machine, stand_built

PARTS = ("flows", "timers", "first_task", "inbox", "cases", "sla", "canvas", "intake")
NEED_WEB = {"intake", "first_task"}


def main() -> None:
    """Measure the chosen parts and print the report; exit 1 when an aim is missed and ``--strict`` is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--strict", action="store_true", help="exit 1 when an aim is missed")
    options = parser.parse_args()
    with stand_built(with_web=bool(NEED_WEB & set(options.only))) as stand:
        head = describe_machine(stand.database_url)
        comparisons, notes = measure(stand, parts=options.only, rounds=options.rounds)
        notes.append(Note(name="memory in MiB", text=_in_words(stand.read_memory_mib())))
    print(render(comparisons, notes))
    print("", *head, sep="\n")
    if options.strict and not all(each.is_reached for each in comparisons):
        sys.exit(1)


def measure(stand: Stand, *, parts: list[str], rounds: int) -> tuple[list[Comparison], list[Note]]:
    """Measure each part; says on stderr which one is under way."""
    from tools.bench import (  # lazy: Django is set up by now
        canvas_part,
        cases_part,
        first_task_part,
        flow_part,
        inbox_part,
        intake_part,
        sla_part,
        timer_part,
    )

    comparisons: list[Comparison] = []
    notes: list[Note] = []
    if "flows" in parts:
        _say("(b) runs of pure steps")
        compared, more = flow_part.measure_flows(stand, rounds=rounds)
        comparisons.append(compared)
        notes += more
    if "timers" in parts:
        _say("(c) timers")
        compared, more = timer_part.measure_timers(stand, rounds=rounds)
        comparisons.append(compared)
        notes += more
    if "first_task" in parts:
        _say("webhook to first task")
        notes.append(first_task_part.measure_first_task(stand))
    if "inbox" in parts:
        _say("the inbox")
        compared, more = inbox_part.measure_inbox(rounds=rounds)
        comparisons.append(compared)
        notes += more
    if "cases" in parts:
        _say("found cases")
        compared, more = cases_part.measure_search(rounds=rounds)
        comparisons.append(compared)
        notes += more
    if "sla" in parts:
        _say("SLA clocks")
        notes += sla_part.measure_sla(stand)
    if "canvas" in parts:
        _say("(d) the canvas")
        compared, more = canvas_part.measure_canvas(rounds=rounds)
        comparisons.append(compared)
        notes += more
    if "intake" in parts:  # last: its runs are left lying
        _say("(a) intake")
        comparisons.insert(0, intake_part.measure_intake(stand, rounds=rounds))
    return comparisons, notes


def _in_words(figures: dict[str, int]) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in figures.items())


def _say(text: str) -> None:
    print(f"measuring {text} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
