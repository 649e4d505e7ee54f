"""Messages as the world writes them: what a flow gets of each, and which are refused."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.triggers.email.parsing import MailRefused, parse_head, parse_mail
from flows.triggers.email.reading import html_to_text
from integrator.files.spool import get_spool_dir
from tests.support.mail import make_mail

HEAD = b"From: a@b.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n"


@pytest.fixture(autouse=True)
def _spool(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path


def parse(rest: bytes, *, head: bytes = HEAD) -> dict[str, Any]:
    mail = parse_mail(head + rest)
    mail.discard()
    return mail.body


def in_parts(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    begin = b"Content-Type: multipart/%s; boundary=edge\r\n\r\n" % kind
    return begin + b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"


class TestHeaders:
    @pytest.mark.parametrize(
        ("header", "name", "value"),
        [
            (b"Subject: =?utf-8?q?caf=C3=A9?= =?iso-8859-1?q?_=E4?=", "subject", "café ä"),
            (b"Subject: caf\xc3\xa9", "subject", "café"),
            (b"Subject: =?klingon?q?x?=", "subject", "=?klingon?q?x?="),
            (b"Subject: a\r\n b\x00c", "subject", "a b c"),
            (b"From: =?utf-8?q?M=C3=BCller=2C_A?= <A@B.Example>", "from", "A@b.example"),
            (b"From: =?utf-8?q?M=C3=BCller=2C_A?= <A@B.Example>", "from_name", "Müller, A"),
            (b"From: undisclosed", "from", ""),
            (b"Cc: a@x.example, B <b@x.example>", "cc", ["a@x.example", "b@x.example"]),
            (b"Date: Thu, 19 Nov 2026 10:00:00 +0100", "date", "2026-11-19T09:00:00Z"),
            (b"Date: yesterday", "date", None),
            (b"In-Reply-To: Your mail of today <1@x> and", "in_reply_to", "<1@x>"),
            (b"References: <1@x>\r\n <2@x> <1@x>", "references", ["<1@x>", "<2@x>"]),
            (b"Message-ID: none", "message_id", None),
            (b"Subject: AW: [C-2026-000123] Frage", "case_number", "C-2026-000123"),
            (b"Subject: INV-2026-000123", "case_number", "INV-2026-000123"),
            (b"Subject: aBC-2026-000123", "case_number", None),
            (b"List-Id: <a.example>", "headers", {"list_id": "<a.example>"}),
        ],
    )
    def test_are_read_as_they_were_meant(self, header: bytes, name: str, value: Any) -> None:
        assert parse(b"\r\nHi", head=b"Received: x\r\n" + header + b"\r\n")[name] == value


class TestTexts:
    @pytest.mark.parametrize(
        ("rest", "text"),
        [
            (b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xe9", "café"),
            (b"\r\ncaf\xc3\xa9", "café"),
            (b"Content-Type: text/plain; charset=us-ascii\r\n\r\n\x93x\x94", "“x”"),
            (b"Content-Type: text/plain; charset=nonsense\r\n\r\nplain", "plain"),
            (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=", "hi"),
            (b"\r\na\r\nb\x00", "a\nb"),
            (b"Content-Type: text/html\r\n\r\n<style>x</style><p>Hi&nbsp;<b>you</b></p>there", "Hi you\nthere"),
        ],
    )
    def test_are_decoded(self, rest: bytes, text: str) -> None:
        assert parse(rest)["text"] == text

    def test_come_beside_html(self) -> None:
        body = parse(
            in_parts(b"\r\nplain", b"Content-Type: text/html\r\n\r\n<p>rich", kind=b"alternative"),
        )
        assert (body["text"], body["html"], body["attachments"]) == ("plain", "<p>rich", [])


class TestPagesThatCostTime:
    """An unclosed mark at which the library would read to the end, for each of them, takes minutes for one mail."""

    @pytest.mark.parametrize(
        "mark", ["<a ", "</", "<!", "<![", "<!--", "<?", "<", "<a b='", "<a/", "<!doctype [", "<![CDATA[", "<a b='>"]
    )
    def test_are_read_once(self, mark: str) -> None:
        began = time.process_time()
        html_to_text(mark * (300_000 // len(mark)))
        assert time.process_time() - began < 2

    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("<!--[if mso]><b>no</b><![endif]--><p>yes</p>", "yes"),
            ("<!doctype html><p>1 < 2 &lt; 3</p>", "1 < 2 < 3"),
            ("<a href='x>y'>link</a><![CDATA[gone]]>", "link"),
            ("<p>open <b", "open <b"),
        ],
    )
    def test_read_as_before(self, html: str, text: str) -> None:
        assert html_to_text(html) == text

    @pytest.mark.parametrize("header", ["To: " + "(" * 60_000, "Cc: " + "a:" * 30_000])
    def test_headers_within_headers_are_no_addresses(self, header: str) -> None:
        mail = parse_mail(f"From: jo@example.org\r\nSubject: x\r\n{header}\r\n\r\nhello".encode())
        assert (mail.body["to"], mail.body["cc"], mail.body["from"]) == ([], [], "jo@example.org")


class TestAttachments:
    @pytest.mark.parametrize(
        ("part", "name", "size"),
        [
            (b'Content-Type: text/csv; name="a.csv"\r\n\r\na,b', "a.csv", 3),
            (b"Content-Type: image/png\r\n\r\nx", "attachment.png", 1),
            (b"Content-Disposition: attachment; filename*=utf-8''%C3%A4.txt\r\n\r\nx", "ä.txt", 1),
            (b'Content-Disposition: attachment; filename="=?utf-8?q?=C3=A4?=.txt"\r\n\r\nx', "ä.txt", 1),
            (b'Content-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nx', "passwd", 1),
            (b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nHi", "message.eml", 19),
        ],
    )
    def test_become_files(self, part: bytes, name: str, size: int) -> None:
        (facts,) = parse(in_parts(b"\r\ntext", part))["attachments"]
        assert facts["name"] == name
        assert abs(facts["bytes"] - size) <= 4  # line ends of an inner message may be written anew

    def test_leave_nothing_behind_when_a_later_part_is_refused(self) -> None:
        with pytest.raises(MailRefused):
            parse(
                in_parts(
                    b"Content-Disposition: attachment\r\n\r\nx", b"Content-Type: text/plain; charset=x\r\n\r\n\xff"
                )
            )
        assert list(get_spool_dir().iterdir()) == []


class TestRefusals:
    @pytest.mark.parametrize(
        ("raw", "code", "words"),
        [
            (b"", "email.unreadable", "It is no e-mail"),
            (b"\x00\xff" * 50, "email.unreadable", "It is no e-mail"),
            (HEAD + b"X: " + b"x" * 300_000 + b"\r\n\r\n", "email.too_large", "headers have"),
            (HEAD + b"\r\n" + b"x" * 1_000_001, "email.too_large", "1,000,000 characters"),
            (HEAD + in_parts(*[b"\r\nx"] * 201), "email.too_large", "more than 200 parts"),
            (HEAD + in_parts(*[b"\r\nx"] * 30_000), "email.too_large", "more than 200 parts"),
            (HEAD + b"Content-Type: text/plain; charset=x\r\n\r\n\xff", "email.unreadable", "charset 'x'"),
            (
                HEAD + in_parts(b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nabcde"),
                "email.unreadable",
                "is damaged",
            ),
        ],
    )
    def test_say_what_is_wrong(self, raw: bytes, code: str, words: str) -> None:
        with pytest.raises(MailRefused) as caught:
            parse_mail(raw)
        assert (caught.value.code, words in caught.value.reason) == (code, True), caught.value.reason

    def test_refuse_too_many_files(self, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
        with pytest.raises(MailRefused, match="At most 2 files"):
            parse(in_parts(*[b"Content-Disposition: attachment\r\n\r\nx"] * 3))
        assert list(get_spool_dir().iterdir()) == []


class TestAnyBytes:
    @given(st.binary(max_size=300), st.integers(0, 400))
    def test_give_a_message_or_a_refusal(self, noise: bytes, at: int) -> None:
        message = make_mail()
        message.add_attachment(b"data", maintype="application", subtype="pdf", filename="a.pdf")
        whole = message.as_bytes()
        raw = whole[:at] + noise + whole[at:]
        with suppress(MailRefused):
            parse_mail(raw).discard()
        assert isinstance(parse_head(raw), dict)
