"""Brings two states of a flow together that began from one, step by step and setting by setting. Pure."""

from flows.definition.merging.merging import merge
from flows.definition.merging.results import Conflict, Merged, TakenChange, say_path

__all__ = ["Conflict", "Merged", "TakenChange", "merge", "say_path"]
