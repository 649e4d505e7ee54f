"""A real Dovecot on the loopback for tests of mailboxes: any user, one password, mail in a folder of its own."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.support.certificates import Authority
from tests.support.processes import find_free_port, wait_for

PROGRAM = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
ABSENT = "Dovecot is not installed (Debian: dovecot-imapd)"
PASSWORD = "pässwörd-1"
CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/server.pem
ssl_key = <{base}/server.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{base}/mail/%u
first_valid_uid = 1
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {encrypted}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
{users}
"""


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    """A running server. ``ca_pem`` signed its certificate."""

    plain: int
    encrypted: int
    ca_pem: str

    def connect(self, user: str) -> imaplib.IMAP4:
        """Signed in as this user; the server knows everybody."""
        imap = imaplib.IMAP4("127.0.0.1", self.plain)
        imap.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        return imap


class Box:
    """The mailbox of one user."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self.server, self.user = server, user
        self._imap = server.connect(user)

    def settings(self, **more: object) -> dict[str, object]:
        """The setting ``mailbox`` of a trigger."""
        known = {"host": "127.0.0.1", "port": self.server.plain, "user": self.user, "secret": "mailbox", "tls": "none"}
        return {**known, **more}

    def put(self, message: EmailMessage | bytes, *, folder: str = "INBOX", flags: str = "") -> None:
        """A message arrives."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        status, said = self._imap.append(folder, flags, "", raw)  # type: ignore[arg-type]  # no date: now
        assert status == "OK", said

    def make_folder(self, name: str) -> None:
        """A folder that is there."""
        assert self._imap.create(name)[0] == "OK"

    def remove_folder(self, name: str) -> None:
        """A folder that is there no more."""
        assert self._imap.delete(name)[0] == "OK"

    def list_flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of each message, in order."""
        _, (count,) = self._imap.select(folder, readonly=True)
        _, lines = self._imap.fetch("1:*", "(FLAGS)") if count != b"0" else ("OK", [])
        return [line.partition(b"FLAGS (")[2].partition(b")")[0].decode() for line in lines if isinstance(line, bytes)]

    def count(self, folder: str = "INBOX") -> int:
        """How many messages are in a folder."""
        return len(self.list_flags(folder))

    def close(self) -> None:
        """Sign out."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()


@contextlib.contextmanager
def serve_dovecot() -> Iterator[Dovecot]:
    """Run a server until the block ends."""
    base = Path(tempfile.mkdtemp(prefix="mail-"))  # its users must get through: no folder of pytest's
    base.chmod(0o755)
    authority = Authority()
    (base / "server.pem").write_text(authority.make("mail"))
    (base / "mail").mkdir(mode=0o777)
    (base / "mail").chmod(0o777)
    plain, encrypted = find_free_port(), find_free_port()
    (base / "dovecot.conf").write_text(_configure(base, plain, encrypted))
    process = subprocess.Popen([str(PROGRAM), "-F", "-c", str(base / "dovecot.conf")], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _greets(plain), within_s=30, what="Dovecot to greet")
        yield Dovecot(plain=plain, encrypted=encrypted, ca_pem=authority.pem)
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(base, ignore_errors=True)


def _configure(base: Path, plain: int, encrypted: int) -> str:
    if os.geteuid() == 0:
        owner, users = pwd.getpwnam("mail"), ""
    else:
        owner = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(owner.pw_gid).gr_name
        users = "\n".join(
            [f"default_internal_user = {owner.pw_name}", f"default_login_user = {owner.pw_name}",
             f"default_internal_group = {group}"]
        )  # fmt: skip
    return CONFIGURATION.format(
        base=base, plain=plain, encrypted=encrypted, uid=owner.pw_uid, gid=owner.pw_gid, users=users, password=PASSWORD
    )


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as opened:
            return opened.recv(4) == b"* OK"
    except OSError:
        return False
