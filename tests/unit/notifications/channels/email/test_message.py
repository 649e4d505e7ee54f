"""What a mail says, and that nobody writes into its headers or its HTML."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.email.message import AddressUnusable, MailContent, build_message, make_address

AT = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
SENDER = "Integrator <flows@example.com>"


def content(**more: Any) -> MailContent:
    plain: dict[str, Any] = {
        "message_id": "alert.1",
        "title": "The ERP is down",
        "body": "Nothing answers.",
        "severity": "info",
        "severity_label": "For information",
        "type_label": "Erp down",
        "team": "Operations",
        "link": "https://erp.example/status",
        "alert_url": "https://flows.example.com/alerts/1/",
        "sent_at": AT,
    }
    return MailContent(**{**plain, **more})


def read_back(made: EmailMessage) -> EmailMessage:
    return email.message_from_bytes(made.as_bytes(), policy=default)  # type: ignore[return-value]


def part(made: EmailMessage, sort: str) -> str:
    body = read_back(made).get_body((sort,))
    assert body is not None
    return str(body.get_content())


class TestMail:
    def test_says_the_alert_as_text_and_as_html(self) -> None:
        made = build_message(content(), sender=SENDER, recipient="lee@example.org")
        for sort in ("plain", "html"):
            text = part(made, sort)
            for words in ("The ERP is down", "Nothing answers.", "https://erp.example/status", "Operations"):
                assert words in text, (sort, words)

    def test_names_itself_the_same_each_time_and_wants_no_answer(self) -> None:
        made = read_back(build_message(content(), sender=SENDER, recipient="lee@example.org"))
        assert made["Message-ID"] == "<alert.1@example.com>"
        assert made["Auto-Submitted"] == "auto-generated"
        assert (str(made["From"]), str(made["To"])) == (SENDER, "lee@example.org")

    def test_says_how_grave_it_is_in_the_subject(self) -> None:
        made = build_message(
            content(severity="critical", severity_label="Critical"), sender=SENDER, recipient="a@b.example"
        )
        assert str(made["Subject"]) == "Critical: The ERP is down"

    def test_without_an_own_address_says_where_to_find_it(self) -> None:
        made = build_message(content(link="", alert_url=""), sender=SENDER, recipient="lee@example.org")
        assert "under Alerts" in part(made, "plain")
        assert "href" not in part(made, "html")

    def test_keeps_markup_as_text(self) -> None:
        bad = '<script>alert(1)</script><a href="https://evil.example">x</a>'
        html = part(build_message(content(title=bad, body=bad), sender=SENDER, recipient="lee@example.org"), "html")
        assert "<script>" not in html
        assert 'href="https://evil.example"' not in html
        assert "&lt;script&gt;" in html

    @given(st.text(max_size=400))
    def test_has_the_headers_we_wrote_whatever_the_title(self, title: str) -> None:
        usable = title.encode("utf-8", "replace").decode() or "x"
        made = read_back(build_message(content(title=usable), sender=SENDER, recipient="lee@example.org"))
        assert [name.lower() for name in made] == [
            "from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress",
            "mime-version", "content-type",
        ]  # fmt: skip
        assert str(made["To"]) == "lee@example.org"

    @pytest.mark.parametrize("title", ["Hi\r\nBcc: all@example.org", "Hi\nBcc: x@y.example", "Hi\u2028Bcc: x"])
    def test_takes_a_line_break_for_a_space(self, title: str) -> None:
        made = read_back(build_message(content(title=title), sender=SENDER, recipient="lee@example.org"))
        assert made["Bcc"] is None
        assert str(made["Subject"]).startswith("Hi Bcc:")


class TestAddresses:
    @pytest.mark.parametrize(
        "bare",
        ["", "lee", "lee@", "@x", "a b@x.example", "a@x.example\nBcc: y", "a@x.example,b@x.example", "<a@x.example>",
         "a@x..example", "ä@x.example", "a@x.example\n", '"a\r\n"@x.example'],
    )  # fmt: skip
    def test_of_another_shape_are_refused(self, bare: str) -> None:
        with pytest.raises(AddressUnusable):
            make_address(bare)

    @pytest.mark.parametrize("bare", ["lee@example.org", "a.b+c@sub.example.co", "root@localhost"])
    def test_of_the_usual_shape_are_kept(self, bare: str) -> None:
        assert make_address(bare).addr_spec == bare
