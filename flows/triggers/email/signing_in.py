"""Signing in at a mail server: by password (PLAIN, LOGIN), or with a token of OAuth2 (XOAUTH2). Keeps nothing."""

from __future__ import annotations

import imaplib
from typing import TYPE_CHECKING

from flows.definition.kind import StepError

if TYPE_CHECKING:
    from flows.triggers.email.session import Mailbox

TOKEN_REFUSED = "email.token_refused"


def sign_in(imap: imaplib.IMAP4, box: Mailbox) -> None:
    """This will sign in with the mailbox's token or password. Raises StepError, and what imaplib raises."""
    if box.token:
        _sign_in_by_token(imap, box)
        return
    if "LOGINDISABLED" in imap.capabilities:
        raise StepError(
            "email.tls",
            f"The mail server {box.place} takes passwords only over TLS. Write 'tls: starttls', or 'tls: implicit' "
            "with the port 993.",
        )
    try:
        if "AUTH=PLAIN" in imap.capabilities:
            imap.authenticate("PLAIN", lambda _: f"\0{box.user}\0{box.password}".encode())
        else:
            quoted = _quotable(box.user, box).replace("\\", "\\\\").replace('"', '\\"')
            imap.login(f'"{quoted}"', _quotable(box.password, box))  # which quotes the password only
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise _not_signed_in(box) from error


def _sign_in_by_token(imap: imaplib.IMAP4, box: Mailbox) -> None:
    """SASL XOAUTH2 as Google and Microsoft have it: a refusal comes as a challenge, which is answered by nothing."""
    if "AUTH=XOAUTH2" not in imap.capabilities:
        raise StepError(
            "email.sign_in",
            f"The mail server {box.place} takes no OAuth2 tokens (XOAUTH2). Name a 'secret' with a password in place "
            "of 'connection', or ask those who run it.",
        )
    says = iter([f"user={box.user}\x01auth=Bearer {box.token}\x01\x01".encode()])
    try:
        imap.authenticate("XOAUTH2", lambda _: next(says, b""))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise StepError(
            TOKEN_REFUSED,
            f"The mail server {box.place} does not let {box.user} in with the token of the connection '{box.secret}'. "
            "Check 'user', and whether the connection may read mail: its scope, and who approved it.",
        ) from error


def _quotable(text: str, box: Mailbox) -> str:
    if not text.isascii() or any(char in text for char in "\r\n\0"):
        raise _not_signed_in(box)
    return text


def _not_signed_in(box: Mailbox) -> StepError:
    return StepError(
        "email.sign_in",
        f"The mail server {box.place} does not let {box.user} in with the secret '{box.secret}'. Check 'user', and set "
        "the secret anew. Many providers want an app password in place of the usual one.",
    )
