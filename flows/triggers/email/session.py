"""One IMAP session (RFC 3501) through the guarded sockets, in one time limit. Says in words what went wrong.

Every failure is a ``StepError``: ``outbound.refused``, ``email.unreachable``, ``email.timeout``, ``email.tls``,
``email.sign_in``, ``email.token_refused``, ``email.folder``, ``email.read_only``, ``email.protocol``.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from flows.definition.kind import StepError
from flows.definition.words import nearest
from flows.triggers.email.folder_names import quote_folder, read_folders
from flows.triggers.email.parsing import MAIL_MAX_BYTES
from flows.triggers.email.signing_in import sign_in
from integrator.lib.outbound_http import OutboundError, OutboundPolicy, RefusedError, system_resolver
from integrator.lib.outbound_http.dialing import Call, open_socket
from integrator.lib.outbound_http.tls import make_tls_context, tls_reason

PORTS = {"implicit": 993, "starttls": 143, "none": 143}
GREETING_S = 10.0  # a server that says nothing at first may wait for TLS
ANSWER_MAX_BYTES = MAIL_MAX_BYTES + 1_048_576
SESSION_MAX_BYTES = 4 * MAIL_MAX_BYTES  # twice what a look takes; imaplib keeps whatever a server says unasked
FOLDERS_SHOWN = 20
UID_MAX = 4_294_967_295
SEARCHED_AT_ONCE = 80_000  # numbers: an answer in one line of less than a million bytes, which is what imaplib takes
_SIZE = re.compile(rb"UID (\d+)")
_BYTES = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Where to look. ``trust`` is PEM of certificates to trust besides the system's, "" for none.

    With ``token``, an access token of the connection ``secret``, the password does not count.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    secret: str
    tls: str
    folder: str
    trust: str = ""
    token: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Host and port in words."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A folder as it was opened: ``validity`` names the numbering of its messages, ``next_uid`` comes next."""

    validity: int
    next_uid: int


class _Guarded(imaplib.IMAP4):
    """imaplib on a socket that connects only to a checked address and keeps the deadline of its call."""

    def __init__(self, box: Mailbox, call: Call) -> None:
        self._box, self._call, self._left_bytes = box, call, SESSION_MAX_BYTES
        self._tls = make_tls_context(call.policy) if box.tls != "none" else None
        super().__init__(box.host, box.port)

    def _create_socket(self, timeout: float | None) -> Any:
        opened: Any = open_socket(self._box.host, self._box.port, self._call)
        if self._box.tls == "implicit" and self._tls is not None:
            opened = self._tls.wrap_socket(opened, server_hostname=self._box.host)
        opened.call = self._call
        return opened

    def encrypt(self) -> None:
        """STARTTLS; what the server sent before it is forgotten."""
        self.starttls(self._tls)
        self.sock.call = self._call  # type: ignore[attr-defined]  # a TLSSocket of ours

    def read(self, size: int) -> bytes:
        """A literal of at most so many bytes as a message may have."""
        if size > ANSWER_MAX_BYTES:
            raise self.abort(f"a literal of {size} bytes")
        return self._count(super().read(size))

    def readline(self) -> bytes:
        """A line; all that came is counted."""
        return self._count(super().readline())

    def _count(self, came: bytes) -> bytes:
        self._left_bytes -= len(came)
        if self._left_bytes < 0:
            raise self.abort("more than a look takes")
        return came


class Session:
    """Signed in at a mail server. Use ``open_session``."""

    def __init__(self, imap: _Guarded, box: Mailbox, call: Call) -> None:
        self._imap, self._box, self._call = imap, box, call
        self._count = self._last = 0  # messages in the open folder, and the last of their numbers

    @property
    def remaining_s(self) -> float:
        """What is left of the time limit."""
        return self._call.deadline_s - time.monotonic()

    def open_folder(self, *, may_change: bool) -> Opened:
        """Open the folder, only to read unless ``may_change``."""
        with _telling(self._box):
            try:
                status, data = self._imap.select(quote_folder(self._box.folder), readonly=not may_change)
            except imaplib.IMAP4.readonly as error:
                raise self._refuse_changes() from error
            if status != "OK":
                raise self._no_folder(self._box.folder, "folder")
            if may_change and self._imap.untagged_responses.get("READ-ONLY"):
                raise self._refuse_changes()
            validity, next_uid = self._number("UIDVALIDITY"), self._number("UIDNEXT")
        if validity is None:
            raise StepError("email.protocol", f"The mail server {self._box.place} does not number its messages.")
        if next_uid is None:
            next_uid = max(self._search("*"), default=0) + 1
        self._count, self._last = int(data[0] or 0), next_uid - 1
        return Opened(validity=validity, next_uid=next_uid)

    def check_folder(self, name: str, setting: str) -> None:
        """Raises ``email.folder`` where there is no folder of this name."""
        with _telling(self._box):
            status, _ = self._imap.status(quote_folder(name), "(UIDNEXT)")
            if status != "OK":
                raise self._no_folder(name, setting)

    def find_uids(self, *, after: int, enough: int) -> list[int]:
        """The numbers of messages beyond ``after``, ascending: all, or in a very full folder ``enough`` of them."""
        if self._count <= SEARCHED_AT_ONCE:
            return [uid for uid in self._search(f"{after + 1}:*") if uid > after]
        found: list[int] = []
        first = after + 1
        while first <= self._last and len(found) < enough:
            last = min(first + SEARCHED_AT_ONCE - 1, self._last)
            found += self._search(f"{first}:{last}")
            first = last + 1
        return found

    def choose(self, uids: Sequence[int], only: Sequence[str]) -> set[int]:
        """Those of ascending numbers that SEARCH finds with the words ``only``."""
        chosen: set[int] = set()
        for at in range(0, len(uids), SEARCHED_AT_ONCE):
            part = uids[at : at + SEARCHED_AT_ONCE]
            chosen.update(set(self._search(f"{part[0]}:{part[-1]}", *only)) & set(part))
        return chosen

    def _search(self, numbers: str, *only: str) -> list[int]:
        with _telling(self._box):
            status, data = self._imap.uid("SEARCH", "UID", numbers, *only)
            self._expect(status, "SEARCH")
        words = b" ".join(part for part in data if isinstance(part, bytes)).split()
        return sorted({uid for word in words if word.isdigit() and (uid := int(word)) <= UID_MAX})

    def measure(self, uids: Sequence[int]) -> dict[int, int]:
        """The bytes of each message that is still there."""
        if not uids:
            return {}
        with _telling(self._box):
            status, data = self._imap.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
            self._expect(status, "FETCH")
        sizes: dict[int, int] = {}
        for line in data:
            text = line if isinstance(line, bytes) else b""
            uid, size = _SIZE.search(text), _BYTES.search(text)
            if uid and size:
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def fetch(self, uid: int, *, head_only: bool = False) -> bytes | None:
        """The message as it stands, leaving it unread; None when it is gone."""
        what = "(BODY.PEEK[HEADER])" if head_only else "(BODY.PEEK[])"
        with _telling(self._box):
            status, data = self._imap.uid("FETCH", str(uid), what)
            self._expect(status, "FETCH")
        return next((part[1] for part in data if isinstance(part, tuple) and len(part) > 1), None)

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark messages as read; those that are gone are passed over."""
        with _telling(self._box):
            status, _ = self._imap.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Seen)")
            self._expect(status, "STORE")

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages (RFC 6851), or copy and delete just them where the server cannot (RFC 4315)."""
        wanted = ",".join(map(str, uids))
        with _telling(self._box):
            abilities = self._list_abilities()
            if "MOVE" in abilities:
                status, _ = self._imap.uid("MOVE", wanted, quote_folder(folder))
                self._expect(status, "MOVE")
                return
            status, _ = self._imap.uid("COPY", wanted, quote_folder(folder))
            self._expect(status, "COPY")
            status, _ = self._imap.uid("STORE", wanted, "+FLAGS.SILENT", "(\\Deleted)")
            self._expect(status, "STORE")
            if "UIDPLUS" in abilities:
                self._imap.uid("EXPUNGE", wanted)

    def _list_abilities(self) -> set[str]:
        """What the server can do, which many tell in full only to those who signed in."""
        _, data = self._imap.capability()
        return {
            word.decode("ascii", "replace").upper() for part in data if isinstance(part, bytes) for word in part.split()
        }

    def _number(self, name: str) -> int | None:
        _, data = self._imap.response(name)
        last = data[-1] if data else None
        return int(last) if isinstance(last, bytes) and last.isdigit() else None

    def _expect(self, status: str, command: str) -> None:
        if status != "OK":
            raise StepError(
                "email.protocol",
                f"The mail server {self._box.place} refused {command} in the folder '{self._box.folder}'. Look whether "
                f"{self._box.user} may do that there.",
                retryable=True,
            )

    def _no_folder(self, name: str, setting: str) -> StepError:
        status, lines = self._imap.list()
        names = read_folders(lines) if status == "OK" else []
        by_small = {known.lower(): known for known in names}
        near = nearest(name.lower(), by_small)
        guess = f" Did you mean '{by_small[near]}'?" if near else ""
        shown = ", ".join(f"'{known}'" for known in names[:FOLDERS_SHOWN])
        more = f" and {len(names) - FOLDERS_SHOWN} more" if len(names) > FOLDERS_SHOWN else ""
        exist = f" The folders there are {shown}{more}." if names else ""
        return StepError(
            "email.folder",
            f"The mailbox of {self._box.user} has no folder '{name}'.{guess}{exist} Write one of them in '{setting}'.",
        )

    def _refuse_changes(self) -> StepError:
        return StepError(
            "email.read_only",
            f"The folder '{self._box.folder}' may only be read, so nothing can be marked or moved there. Write "
            "'after: keep', or give the user more rights.",
        )


@contextmanager
def open_session(box: Mailbox, *, allow: tuple[str, ...], within_s: float) -> Iterator[Session]:
    """Connect, encrypt as the mailbox says, and sign in; signed out afterwards."""
    policy = OutboundPolicy(allow=allow, ca_pem=box.trust)
    ends_s = time.monotonic() + within_s
    call = Call(
        policy=policy,
        deadline_s=min(ends_s, time.monotonic() + GREETING_S),
        resolver=system_resolver,
        abort_before_connect=None,
    )
    with _telling(box, is_greeting=True):
        imap = _Guarded(box, call)
    call.deadline_s = ends_s
    try:
        with _telling(box):
            _encrypt(imap, box)
            sign_in(imap, box)
        yield Session(imap, box, call)
    finally:
        call.deadline_s = min(ends_s, time.monotonic() + 2)
        with suppress(imaplib.IMAP4.error, OSError, ValueError):
            imap.logout()
        with suppress(OSError, ValueError):
            imap.shutdown()  # which a logout that failed leaves undone


def _encrypt(imap: _Guarded, box: Mailbox) -> None:
    if box.tls != "starttls":
        return
    if "STARTTLS" not in imap.capabilities:
        raise StepError(
            "email.tls",
            f"The mail server {box.place} does not offer STARTTLS. Write 'tls: implicit' with the port 993, or ask "
            "those who run it.",
        )
    imap.encrypt()


@contextmanager
def _telling(box: Mailbox, *, is_greeting: bool = False) -> Iterator[None]:
    """Turn what sockets and imaplib raise into a ``StepError`` in words."""
    try:
        yield
    except StepError:
        raise
    except RefusedError as error:
        raise StepError(error.code, f"{box.place}: {error.message}") from error
    except OutboundError as error:
        raise _unreachable(box, error.message) from error
    except TimeoutError as error:
        raise _too_slow(box, is_greeting=is_greeting) from error
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        reason = tls_reason(error)
        if reason is not None:
            raise _bad_tls(box, error, reason) from error
        if is_greeting or isinstance(error, imaplib.IMAP4.abort | OSError):
            raise _unreachable(box, "It hung up, or what it says is not IMAP.") from error
        raise StepError(
            "email.protocol", f"The mail server {box.place} gave an answer that cannot be understood.", retryable=True
        ) from error


def _unreachable(box: Mailbox, reason: str) -> StepError:
    return StepError(
        "email.unreachable",
        f"The mail server {box.place} could not be used: {reason} Check 'host', 'port' and 'tls'.",
        retryable=True,
    )


def _too_slow(box: Mailbox, *, is_greeting: bool) -> StepError:
    hint = "Raise 'timeout_s', or look whether the server is well."
    if is_greeting:
        hint = "Check 'host' and 'port'."
        if box.tls != "implicit":
            hint = "It may speak TLS from the first byte: then write 'tls: implicit', usually with the port 993."
    what = "said nothing" if is_greeting else "took longer than the time allowed for one look"
    return StepError("email.timeout", f"The mail server {box.place} {what}. {hint}", retryable=True)


def _bad_tls(box: Mailbox, error: BaseException, reason: str) -> StepError:
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "If it is your own server, put the certificate that signed its own under 'trust' of the mailbox."
    elif box.tls == "implicit":
        reason, hint = "it does not speak TLS there", "Write 'tls: starttls', or use the port 993."
    else:
        hint = "Ask those who run it."
    return StepError("email.tls", f"The mail server {box.place} cannot be trusted with a password: {reason}. {hint}")
