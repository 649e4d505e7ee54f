"""The guard of every ``…_in`` operation, as ``cases.inside`` has it for those whom operations themselves need."""

from cases.inside import assert_in_transaction

__all__ = ["assert_in_transaction"]
