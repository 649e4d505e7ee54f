"""How the demo tells its story in a terminal: one line a stage, with the seconds since the start."""

from __future__ import annotations

import sys
import time

WIDTH = 22


class StageFailed(Exception):
    """A stage did not come about; the text says what was seen instead."""

    def __init__(self, stage: str, what: str) -> None:
        super().__init__(f"{stage}: {what}")
        self.stage, self.what = stage, what


class Teller:
    """Prints stages as they come about. Colours only on a terminal."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._has_colour = sys.stdout.isatty()

    def say(self, text: str = "") -> None:
        """A line of its own."""
        print(text, flush=True)

    def tell(self, stage: str, what: str = "") -> None:
        """A stage that came about."""
        print(f"  {self._paint('✓', 32)} {self._clock()}  {stage:<{WIDTH}} {what}".rstrip(), flush=True)

    def tell_failure(self, failure: StageFailed) -> None:
        """The stage at which it ended."""
        print(f"  {self._paint('✗', 31)} {self._clock()}  {failure.stage:<{WIDTH}} {failure.what}", flush=True)

    def _clock(self) -> str:
        return f"{time.monotonic() - self._began_s:6.1f} s"

    def _paint(self, text: str, colour: int) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._has_colour else text
