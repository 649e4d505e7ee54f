"""Edits of a draft's document, pure: every change, from whichever view, is a list of operations applied here."""

from flows.definition.editing.applying import Applied, apply_ops
from flows.definition.editing.claims import claims_of, touches
from flows.definition.editing.delta import Clash, Delta, KeyPath, apply_delta, changed_paths, make_delta, revert_delta
from flows.definition.editing.document import close_document, open_document
from flows.definition.editing.errors import EditFault

__all__ = [
    "Applied",
    "Clash",
    "Delta",
    "EditFault",
    "KeyPath",
    "apply_delta",
    "apply_ops",
    "changed_paths",
    "claims_of",
    "close_document",
    "make_delta",
    "open_document",
    "revert_delta",
    "touches",
]
