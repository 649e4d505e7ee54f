"""The partner's two pages as HTML text: its desk with every request, and one asset. Everything shown is escaped."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tools.demo.books import Books, SentRequest

NAME = "Brightside Studio"


def render_desk(books: Books, *, product_url: str) -> str:
    """The desk: what was asked, what came back, and the three things one can do."""
    return _page(
        "Approval desk",
        f"""<p class="lead">We ask <a href="{escape(product_url)}">Integrator</a> to have our work approved.
It calls us back with the decision.</p><div id="desk">{render_desk_part(books, product_url=product_url)}</div>
<script src="/partner.js" defer></script>""",
    )


def render_desk_part(books: Books, *, product_url: str) -> str:
    """What changes on the desk; the page fetches it anew every two seconds."""
    rows = "".join(_row(request, product_url) for request in books.list_requests())
    listing = (
        f'<ul class="requests">{rows}</ul>' if rows else '<p class="none">Nothing was sent yet. Send a request.</p>'
    )
    failing = books.fail_call_backs
    address, words = ("mend", "Mend my call-back") if failing else ("fail", "Make my call-back fail")
    notice = (
        '<p class="notice" role="status">Our call-back answers 500 now. Integrator tries five times, then asks a '
        "person to look at it: sign in there as <b>ana</b>, and retry once this is mended.</p>"
        if failing
        else ""
    )
    return f"""<div class="actions">
<form method="post" action="/requests"><button class="main">Send another request</button></form>
<form method="post" action="/call-back/{address}"><button>{words}</button></form></div>{notice}{listing}"""


def render_asset(request: SentRequest) -> str:
    """The page of one asset, as approvers see it."""
    address = f"/assets/{escape(request.request_id)}.png"
    return _page(
        request.title,
        f"""<figure><img src="{address}" width="480" height="300" alt="Hills under a low sun">
<figcaption>{escape(request.text)}</figcaption></figure>
<p class="lead">Version {escape(request.version)} of request {escape(request.request_id)}</p>""",
    )


def _row(request: SentRequest, product_url: str) -> str:
    state, words = describe_state(request)
    case = (
        f'case <a href="{escape(product_url)}/cases/{escape(request.case)}">{escape(request.case)}</a> · '
        f'<a href="{escape(request.status_url)}">status</a> · '
        if request.case
        else ""
    )
    comments = "".join(
        f"<blockquote>{escape(str(entry.get('comment') or '(no comment)'))}"
        f"<footer>{escape(str(entry.get('by', '')))}</footer></blockquote>"
        for entry in request.comments
    )
    return f"""<li><div class="head"><h2><a href="/assets/{escape(request.request_id)}">{escape(request.title)}</a>
<small>{escape(request.version)}</small></h2><span class="state {state}">{escape(words)}</span></div>
<p>{case}{escape(request.request_id)} · sent <time>{say_time(request.sent_at)}</time>{_count_calls(request)}</p>
{comments}</li>"""


def say_time(sent_at: str) -> str:
    """An ISO time as one reads it: ``22 Nov 2026, 08:24 UTC``."""
    return f"{datetime.fromisoformat(sent_at):%-d %b %Y, %H:%M} UTC"


def describe_state(request: SentRequest) -> tuple[str, str]:
    """The request's state as a class name and in words."""
    if request.decision:
        return request.decision, request.decision.capitalize()
    if request.answer == 202:
        return "waiting", "Waits for the decision"
    if request.answer:
        return "refused", f"Refused ({request.answer}): {request.refusal}"
    return "waiting", "Being sent"


def _count_calls(request: SentRequest) -> str:
    counts = [
        (request.accepted, "call-back taken"),
        (request.repeated, "repeated"),
        (request.turned_away, "turned away"),
        (len(request.at_fault), "not as agreed"),
    ]
    return "".join(f" · {count} {words}" for count, words in counts if count)


def _page(title: str, content: str) -> str:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · {NAME}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/partner.css"></head>
<body><header><a href="/">{NAME}</a></header><main><h1>{escape(title)}</h1>{content}</main></body></html>"""
