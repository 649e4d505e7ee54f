"""Every write to a draft of the designer: begin, edit, undo, redo, merge, throw away; and who is there."""

from flows.operations.drafts.editing import Edit, EditResult, apply_edit
from flows.operations.drafts.opening import discard_draft, keep_text, open_draft, start_flow
from flows.operations.drafts.presence import forget_presences, note_presence
from flows.operations.drafts.undoing import redo_edit, undo_edit

__all__ = [
    "Edit",
    "EditResult",
    "apply_edit",
    "discard_draft",
    "forget_presences",
    "keep_text",
    "note_presence",
    "open_draft",
    "redo_edit",
    "start_flow",
    "undo_edit",
]
