"""Steps and triggers as sentences of segments: plain words, and choices that an editor can open. It renders nothing.

A kind says its own sentence by ``KindSpec.sentence``; one that does not is told by ``describe`` and what is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.definition.expressions import is_expression
from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words, duration_text

if TYPE_CHECKING:
    from flows.definition.kind import KindSpec, Setting
    from flows.definition.trigger import TriggerSpec

ALL_SETTINGS = "*"  # stands for all settings of a kind that admits any
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of few values that a choice may take, in words, with what it means. ``value`` None takes the setting away."""

    value: JSON
    words: str
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A piece of a sentence. ``setting`` names the setting of ``with:`` that it stands for, "" for plain words.

    ``options`` are the few values to choose from; without any, the setting's own field is opened. ``is_data``: the
    words stand for data of the run. ``is_missing``: nothing is set yet, and the words say so.
    """

    text: str
    setting: str = ""
    options: tuple[Option, ...] = ()
    is_data: bool = False
    is_missing: bool = False


Segments = tuple[Segment, ...]


def plain(segments: Iterable[Segment]) -> str:
    """The sentence without its choices."""
    return "".join(segment.text for segment in segments)


def tell(template: str, **pieces: Segment | Segments | str) -> Segments:
    """The template with its ``{places}`` filled: ``tell("wait {for}", for=choice(…))``; empty words are left out."""
    parts: list[Segment] = []
    for index, part in enumerate(_PLACE.split(template)):
        piece = pieces[part] if index % 2 else part
        if isinstance(piece, str):
            piece = Segment(text=piece)
        parts.extend([piece] if isinstance(piece, Segment) else piece)
    return _melt(part for part in parts if part.text)


def choice(
    setting: str,
    settings: Mapping[str, JSON],
    *,
    words: str | None = None,
    missing: str = "…",
    options: tuple[Option, ...] = (),
) -> Segment:
    """The choice for a setting: its value in words (``words`` says it better), or ``missing`` where none is set."""
    value = settings.get(setting)
    if value in (None, "", [], {}):
        return Segment(text=missing, setting=setting, options=options, is_missing=True)
    text = next((option.words for option in options if option.value == value), None) if words is None else words
    is_data = isinstance(value, str) and is_expression(value)
    return Segment(text=text or data_words(value), setting=setting, options=options, is_data=is_data)


def given(template: str, setting: str, settings: Mapping[str, JSON], words: str | None = None) -> Segments:
    """The template with ``{it}`` for the setting where it is set, else nothing."""
    if settings.get(setting) in (None, ""):
        return ()
    return tell(template, it=choice(setting, settings, words=words))


def duration(setting: str, settings: Mapping[str, JSON], *, missing: str = "…") -> Segment:
    """A duration as a choice: ``2 days``."""
    return choice(setting, settings, words=duration_text(settings.get(setting)), missing=missing)


def options_of(*rows: tuple[JSON, str] | tuple[JSON, str, str]) -> tuple[Option, ...]:
    """Options from rows of value, words and, optionally, what they mean."""
    return tuple(Option(value=row[0], words=row[1], help=row[2] if len(row) > 2 else "") for row in rows)


def tell_step(step: Step, spec: KindSpec) -> Segments:
    """The sentence of a step behind its name, without full stop: ``ask any one of Legal to approve …``."""
    if spec.sentence is not None:
        return spec.sentence(step)
    return _tell_plainly(_lower_first(spec.describe(step)), step.settings, spec.settings)


def tell_trigger(settings: Mapping[str, JSON], spec: TriggerSpec) -> Segments:
    """The sentence of what starts the flow, without full stop."""
    if spec.sentence is not None:
        return spec.sentence(settings)
    return _tell_plainly(spec.describe(settings), settings, spec.settings)


def unsaid(segments: Segments, settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """The settings that the sentence does not name, so that an editor can offer them beside it."""
    said = {segment.setting for segment in segments}
    return tuple(setting for setting in settings if setting.name not in said)


def _tell_plainly(text: str, settings: Mapping[str, JSON], known: Iterable[Setting]) -> Segments:
    parts = [Segment(text=text)]
    for setting in known:
        if settings.get(setting.name) is not None:
            lead = f"; {setting.title.lower()}: "
            parts += [Segment(text=lead), choice(setting.name, settings, options=plain_options(setting))]
    return _melt(parts)


def plain_options(setting: Setting) -> tuple[Option, ...]:
    """The options of a choice or flag as they are named; none for any other type, whose field is opened."""
    unset = () if setting.required else (Option(value=None, words="not said"),)
    if setting.type == "choice":
        return (
            *(Option(value=name, words=setting.labels.get(name, name.replace("_", " "))) for name in setting.choices),
            *unset,
        )
    if setting.type == "flag":
        return (Option(value=True, words="yes"), Option(value=False, words="no"), *unset)
    return ()


def _lower_first(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _melt(parts: Iterable[Segment]) -> Segments:
    """Neighbouring plain words as one segment."""
    melted: list[Segment] = []
    for part in parts:
        if melted and not part.setting and not melted[-1].setting:
            melted[-1] = Segment(text=melted[-1].text + part.text)
        else:
            melted.append(part)
    return tuple(melted)
