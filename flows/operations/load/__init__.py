"""Synthetic rows in bulk, for benchmarks and for trying pages under load. Not part of any flow of work."""

from flows.operations.load.loading import Wanted, load_rows

__all__ = ["Wanted", "load_rows"]
