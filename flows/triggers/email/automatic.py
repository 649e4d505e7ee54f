"""Tells mail that no person sent: answers of machines, bounces, bulk mail. Answering such mail makes loops. Pure."""

from __future__ import annotations

from email.message import Message

from flows.triggers.email.reading import read_header

_MASS = frozenset({"bulk", "junk", "auto_reply"})  # "list" is left out: mail to groups of people carries it too
_MARKS = ("x-autoreply", "x-autorespond", "x-auto-reply")


def tell_automatic(message: Message) -> str:
    """Why the message counts as automatic, in words; "" for one that a person may have sent."""
    submitted = _read(message, "auto-submitted")
    if submitted and submitted != "no":  # RFC 3834, section 5
        return f"it says that a machine sent it (Auto-Submitted: {submitted[:40]})"
    precedence = _read(message, "precedence")
    if precedence in _MASS:
        return f"it is mass mail (Precedence: {precedence})"
    if any(message.get(mark) is not None for mark in _MARKS):
        return "it is an automatic answer (X-Autoreply)"
    if message.get_content_type() == "multipart/report":  # RFC 3462: bounces and notices of receipt
        return "it is a bounce or a notice of receipt"
    if _read(message, "return-path") == "<>":  # RFC 5321, section 4.5.5
        return "it is a bounce: its return path is empty"
    return ""


def _read(message: Message, name: str) -> str:
    return read_header(message, name).partition(";")[0].strip().lower()
