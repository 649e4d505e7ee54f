"""The product's settings with one kind more, for processes that a test starts: ``test.poison``."""

from __future__ import annotations

from flows.registry import KINDS
from integrator.settings import *  # noqa: F403

KINDS["test.poison"] = "tests.support.poison:POISON"
