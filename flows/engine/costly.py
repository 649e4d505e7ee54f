"""Which versions lately made runs that take long to compute. Each process learns its own; nothing is stored.

Runs of such a version are claimed apart and one at a time a process, so that cheap neighbours never queue behind them.
"""

from __future__ import annotations

import threading

COSTLY_S = 0.05  # of processor time in one burst; ten pure steps take about one millisecond
MARKS_OF_COSTLY = 2  # one alone may be the first run of a version, whose expressions are parsed anew
MARKS_MAX = 4


class CostlyVersions:
    """Marks by version id: each costly burst adds one, each cheap one takes one off. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: dict[int, int] = {}
        self.turn = threading.Lock()  # held by the one runner that takes up their runs

    def note(self, version_id: int, ran_s: float) -> bool:
        """Tell how much processor time a burst took; whether that was too much to keep others waiting for more."""
        is_costly = ran_s >= COSTLY_S
        if is_costly or version_id in self._marks:
            with self._lock:
                marks = self._marks.pop(version_id, 0) + (1 if is_costly else -1)
                if marks > 0:
                    self._marks[version_id] = min(marks, MARKS_MAX)
        return is_costly

    def list(self) -> list[int]:
        """The ids of those that are costly now."""
        if not self._marks:
            return []
        with self._lock:
            return sorted(version_id for version_id, marks in self._marks.items() if marks >= MARKS_OF_COSTLY)

    def clear(self) -> None:
        """Forget all, for tests."""
        with self._lock:
            self._marks.clear()


COSTLY = CostlyVersions()
