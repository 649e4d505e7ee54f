"""``http.request`` as a sentence with choices. Words only."""

from __future__ import annotations

from flows.definition.model import Step
from flows.definition.phrases import picked_words
from flows.definition.sentences import Segment, Segments, choice, given, options_of, tell

_METHODS = options_of(
    ("GET", "GET", "Read something"),
    ("POST", "POST", "Send something new"),
    ("PUT", "PUT", "Put it in place of what is there"),
    ("PATCH", "PATCH", "Change a part"),
    ("DELETE", "DELETE", "Delete it"),
    ("HEAD", "HEAD", "Ask whether it is there"),
    ("OPTIONS", "OPTIONS", "Ask what is possible"),
)
_REPEATS = options_of(
    ("safe", "safe to repeat", "Sent again under the same key when nobody knows what became of it"),
    ("ask", "not safe to repeat", "A person is asked when nobody knows what became of it"),
    (None, "as its method says", "GET, PUT and DELETE are safe to repeat, POST and PATCH are not"),
)
_ANSWERS = options_of(("data", "data"), ("file", "a file"), (None, "data"))
_NO_PLACE = {False: "an address not said yet", True: "the address"}
_BODIES = (("json", ""), ("form", " as a form"), ("text", " as text"), ("multipart", " as a form with files"))


def tell_request(step: Step) -> Segments:
    """``POST to callback_url the decision and comments. It is safe to repeat``."""
    settings = step.settings
    bodies = [
        tell(f"{{it}}{how}", it=choice(name, settings, words=picked_words(settings[name])))
        for name, how in _BODIES
        if settings.get(name) is not None
    ]
    return tell(
        "{method} {to}{place}{connection}{query}{headers}{the}{body}. It is {repeat}{answer}{timeout}",
        method=choice("method", settings, missing="GET", options=_METHODS),
        to="to " if bodies else "",
        place=choice("url", settings, missing=_NO_PLACE[bool(settings.get("connection"))]),
        connection=given(" of the connection {it}", "connection", settings),
        query=given(", asking for {it}", "query", settings, picked_words(settings.get("query"))),
        headers=given(", with the headers {it}", "headers", settings, picked_words(settings.get("headers"))),
        the=" the " if bodies else "",
        body=bodies[0] if bodies else Segment(text=""),
        repeat=choice("repeat", settings, missing="repeated as its method says", options=_REPEATS),
        answer=given("; the answer is kept as {it}", "answer", settings),
        timeout=given("; at most {it} s", "timeout_s", settings),
    )
