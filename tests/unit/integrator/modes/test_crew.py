"""Loops that are kept running."""

from __future__ import annotations

import threading

import pytest

from integrator.modes import crew as crew_module
from integrator.modes.crew import Crew, load_loops


class TestCrew:
    def test_ends_its_loops_when_told(self) -> None:
        started = threading.Event()

        def loop(stop: threading.Event) -> None:
            started.set()
            stop.wait()

        crew = Crew({"one": loop})
        crew.start()
        assert started.wait(5)
        assert crew.stop(within_s=5) == []

    def test_starts_a_failed_loop_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crew_module, "RESTART_AFTER_S", 0.01)
        calls: list[int] = []
        again = threading.Event()

        def loop(stop: threading.Event) -> None:
            calls.append(1)
            if len(calls) == 1:
                raise RuntimeError("the first time only")
            again.set()
            stop.wait()

        crew = Crew({"one": loop})
        crew.start()
        assert again.wait(5)
        assert crew.stop(within_s=5) == []

    def test_names_the_loops_that_do_not_end(self) -> None:
        release = threading.Event()
        crew = Crew({"deaf": lambda stop: release.wait() and None})
        crew.start()
        assert crew.stop(within_s=0.05) == ["integrator-deaf"]
        release.set()

    def test_refuses_a_path_that_leads_nowhere(self) -> None:
        with pytest.raises(ImportError):
            load_loops({"one": "integrator.modes.crew:no_such_loop"})
