"""How many jobs this process does at a time, as its command line says. Set once, before the work starts."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT = 16


@dataclass
class _Concurrency:
    jobs: int = DEFAULT


CONCURRENCY = _Concurrency()
