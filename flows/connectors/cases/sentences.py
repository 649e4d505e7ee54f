"""The case and task kinds as sentences with choices. Words only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words, duration_text, levels_words, people_words, picked_words
from flows.definition.sentences import Option, Segment, Segments, choice, given, options_of, tell
from flows.definition.words import join_words

PRIORITY_OPTIONS = options_of(
    ("low", "low"), ("normal", "normal"), ("high", "high"), ("urgent", "urgent"), (None, "no", "As the case has it")
)
ORDER_OPTIONS = options_of(
    ("parallel", "all at once", "Everybody is asked now"),
    ("serial", "one after the other", "The next is asked when the one before has agreed"),
)
_CHANGES = (("title", "its title"), ("status", "its status"), ("priority", "its priority"), ("team", "its team"),
            ("milestone", "the milestone reached"))  # fmt: skip


def rule_options(all_words: str) -> tuple[Option, ...]:
    """The four rules, the common one in the words that fit how many are asked."""
    return options_of(
        ("all", all_words, "The first rejection ends it"),
        ("any", "any one is enough", "The first approval ends it; rejected when all reject"),
        ({"quorum": 2}, "at least 2 must agree", "Ends as soon as the number is reached or cannot be"),
        ("veto", "the majority decides, with a veto", "One rejection by a marked approver ends it"),
    )


def tell_open(step: Step) -> Segments:
    """``open a case of type … called “…”, with high priority``."""
    settings = step.settings
    return tell(
        "open a case of type {type} called “{title}”{priority}{team}{status}{milestone}{data}{contributions}",
        type=choice("type", settings, missing="not chosen yet"),
        title=choice("title", settings, missing="no title yet"),
        priority=tell(", with {it} priority", it=choice("priority", settings, missing="no", options=PRIORITY_OPTIONS)),
        team=given(", for the team {it}", "team", settings),
        status=given(", with the status {it}", "status", settings),
        milestone=given(", at the milestone {it}", "milestone", settings),
        data=given(", keeping {it} with it", "data", settings, picked_words(settings.get("data"))),
        contributions=given(
            ", asking for the contributions {it}",
            "contributions",
            settings,
            picked_words(settings.get("contributions")),
        ),
    )


def tell_update(step: Step) -> Segments:
    """``change the case: its status to …, its priority to …``."""
    settings = step.settings
    parts = [
        tell(f"{words} to {{it}}", it=choice(name, settings, options=PRIORITY_OPTIONS if name == "priority" else ()))
        for name, words in _CHANGES
        if settings.get(name) is not None
    ]
    if settings.get("data") is not None:
        parts.append(given("the data {it}", "data", settings, picked_words(settings["data"])))
    if settings.get("contributions") is not None:
        words = picked_words(settings["contributions"])
        parts.append(given("asking for the contributions {it}", "contributions", settings, words))
    if not parts:
        return tell("change the case: its status to {it}", it=choice("status", settings, missing="nothing yet"))
    return tell("change the case: {parts}", parts=_join(parts))


def tell_close(step: Step) -> Segments:
    """``close the case with … as its status``."""
    settings = step.settings
    return tell(
        "close the case with {status} as its status{milestone}{data}",
        status=choice("status", settings, missing="no word"),
        milestone=given(", at the milestone {it}", "milestone", settings),
        data=given(", keeping {it} with it", "data", settings, picked_words(settings.get("data"))),
    )


def tell_assign(step: Step) -> Segments:
    """``ask any one of Finance to do “…” within 2 days. They see …``."""
    settings = step.settings
    outcomes = settings.get("outcomes")
    named = [str(name).replace("_", " ") for name in outcomes] if isinstance(outcomes, list) else []
    return tell(
        "ask {to} to do “{title}”{due}{outcomes}{show}{form}",
        to=choice("to", settings, words=people_words(settings.get("to")), missing="nobody yet"),
        title=choice("title", settings, missing="no title yet"),
        due=given(" within {it}", "due_in", settings, _due(settings)),
        outcomes=given("; they answer {it}", "outcomes", settings, join_words(named, "or")),
        show=_tell_show(settings),
        form=given(". They fill in {it}", "form", settings, form_words(settings.get("form"))),
    )


def tell_approve(rule_words: Callable[[JSON, list[JSON]], str]) -> Callable[[Step], Segments]:
    """The sentence of an approval; ``rule_words`` says a rule for those who are asked."""

    def tell_it(step: Step) -> Segments:
        settings = step.settings
        asked = settings.get("approvers")
        entries = asked if isinstance(asked, list) else [asked]
        rule = settings.get("rule") or "all"
        is_several = len(entries) > 1
        if settings.get("levels") is not None:
            return _tell_levels(settings)
        return tell(
            "ask {approvers} to approve {title}{order}{lead}{rule}{due}{show}{form}",
            approvers=choice("approvers", settings, words=people_words(asked), missing="nobody yet"),
            title=choice("title", settings, missing="something without a title"),
            order=tell(", {it}", it=_order(settings)) if is_several else (),
            lead=". Of these, " if is_several else ". Of them, ",
            rule=Segment(
                text=rule_words(rule, entries), setting="rule", options=rule_options(rule_words("all", entries))
            ),
            due=given(" within {it}", "due_in", settings, _due(settings)),
            show=_tell_show(settings),
            form=given(". They fill in {it}", "form", settings, form_words(settings.get("form"))),
        )

    return tell_it


def _tell_levels(settings: Mapping[str, JSON]) -> Segments:
    """``ask any one of Finance; over 10,000 EUR then also cfo, to approve …, by amount``."""
    return tell(
        "ask {levels} to approve {title}, by {amount}. Each level must agree{due}{show}{form}",
        levels=choice("levels", settings, words=levels_words(settings)),
        title=choice("title", settings, missing="something without a title"),
        amount=choice("amount", settings, missing="an amount not chosen yet"),
        due=given(" within {it}", "due_in", settings, _due(settings)),
        show=_tell_show(settings),
        form=given(". They fill in {it}", "form", settings, form_words(settings.get("form"))),
    )


def form_words(form: JSON) -> str:
    """What people fill in: the fields by name."""
    if isinstance(form, dict) and "use" in form:
        version = f", version {form['version']}" if form.get("version") else ""
        return f"the form {form['use']}{version}"
    fields = form.get("properties") if isinstance(form, dict) else None
    return picked_words(fields) if fields else "a form"


def shown_words(show: JSON) -> str:
    """What people see: the labels, as they would be said."""
    rows = show if isinstance(show, list) else []
    labels = [str(row["label"]) for row in rows if isinstance(row, dict) and row.get("label")]
    return join_words(labels) if labels else data_words(show)


def _tell_show(settings: Mapping[str, JSON]) -> Segments:
    return given(". They see {it}", "show", settings, shown_words(settings.get("show")))


def _order(settings: Mapping[str, JSON]) -> Segment:
    return choice("order", {"order": settings.get("order") or "parallel"}, options=ORDER_OPTIONS)


def _due(settings: Mapping[str, JSON]) -> str:
    return duration_text(settings.get("due_in"))


def _join(parts: list[Segments]) -> Segments:
    joined: list[Segment] = []
    for index, part in enumerate(parts):
        if index:
            joined.append(Segment(text=" and " if index == len(parts) - 1 else ", "))
        joined.extend(part)
    return tuple(joined)
