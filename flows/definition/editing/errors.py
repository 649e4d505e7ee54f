"""Why an edit of a draft is refused, in a sentence for analysts.

EditFault      edit.malformed  edit.unknown_op  edit.unknown_step  edit.unknown_kind  edit.unknown_port  edit.port_taken
               edit.trigger_target  edit.self_loop  edit.scope  edit.key  edit.key_taken  edit.place  edit.fixed
               edit.branches  edit.start_needed  edit.shape  edit.nothing  edit.too_much
"""

from __future__ import annotations


class EditFault(Exception):
    """An operation that cannot be done. ``index`` is its place in the list of the edit, 0 for the first."""

    retryable = False

    def __init__(self, code: str, message: str, *, index: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.index = code, message, index
