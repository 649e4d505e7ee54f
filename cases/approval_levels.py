"""Chains of levels: who has to agree by amount, in which order, and what a changed amount asks again. Pure values.

Amounts and bounds are decimals, never floats. A level is needed where the amount is *over* its bound; the lowest one is
always needed, so that nothing goes through without anybody's approval. A later level is asked when the one before it
agreed; the first that rejects decides. A level that somebody added by hand has no bound and is always needed.

Raises ``AskInvalid`` of ``cases.errors``: task.levels_invalid  task.amount_missing  task.amount_invalid
task.currency_mismatch
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.approval_rules import (
    APPROVED,
    REJECTED,
    Entry,
    Order,
    Outcome,
    Progress,
    Rule,
    RuleError,
    decide_approval,
    parse_rule,
    plan_approval,
)
from cases.errors import AskInvalid

MAX_LEVELS = 20
LIMIT = Decimal(10) ** 18
_TEXT = re.compile(r"-?\d{1,18}(\.\d{1,6})?\Z", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_EXAMPLE = "Write a number such as 10000 or 10000.50, or {amount: '10000.50', currency: EUR}."


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of a chain. ``above`` None: needed whatever the amount. ``is_extra``: somebody added it by hand."""

    key: str
    rule: Rule
    order: Order = "parallel"
    above: Decimal | None = None
    is_extra: bool = False


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An entry in its level. ``overtaken``: it was about another amount, or is asked again later: it counts no more."""

    level: str
    entry: Entry
    overtaken: bool = False


@dataclass(frozen=True, kw_only=True)
class WrittenLevel:
    """A level as a flow writes it; ``rule`` is plain JSON as ``parse_rule`` reads it."""

    above: Decimal
    approvers: Any
    rule: Any
    order: Order


def read_currency(value: Any) -> str:
    """Three capital letters (ISO 4217), empty for None. Raises AskInvalid."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _CURRENCY.match(value):
        message = f"{value!r:.40} is no currency. Write its three letters, such as EUR."
        raise AskInvalid("task.amount_invalid", message)
    return value


def read_amount(value: Any, currency: str) -> Decimal:
    """The amount, held against the currency of the bounds: a number, a text of digits, or ``{amount, currency}``.

    A binary fraction is taken as it is written in JSON. Raises AskInvalid.
    """
    if isinstance(value, Mapping):
        own = read_currency(value.get("currency"))
        if own and currency and own != currency:
            message = (
                f"The amount is in {own}, but the levels are in {currency}. Convert it before this step,"
                f" or ask by {own} in a step of its own."
            )
            raise AskInvalid("task.currency_mismatch", message, {"amount": own, "levels": currency})
        value = value.get("amount")
    if value is None:
        raise AskInvalid("task.amount_missing", f"There is no amount to choose the levels by. {_EXAMPLE}")
    return read_number(value, "The amount")


def read_number(value: Any, what: str) -> Decimal:
    """An exact number below 10^18. Raises AskInvalid saying ``what`` is none."""
    number: Decimal | None = None
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = _parse(repr(value))
    elif isinstance(value, str) and _TEXT.match(value):
        number = _parse(value)
    if number is None or not number.is_finite() or abs(number) >= LIMIT:
        raise AskInvalid("task.amount_invalid", f"{what} is no usable number: {value!r:.60}. {_EXAMPLE}")
    return number


def _parse(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:  # the caller says what is wrong with it
        return None


def write_amount(amount: Decimal) -> str:
    """The amount as text without an exponent: ``12000``, ``10000.01``."""
    return f"{amount:f}"


def say_amount(amount: Decimal | str, currency: str) -> str:
    """The amount for people: ``12,000.00 EUR``; more places only where they are there."""
    number = Decimal(amount)
    exponent = number.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{number:,.{places}f} {currency}".strip()


def read_levels(value: Any, *, rule: Any, order: Order) -> tuple[WrittenLevel, ...]:
    """The levels by their bound, lowest first; a level without a rule or order has the step's. Raises AskInvalid."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LEVELS:
        raise _unfit(f"“levels” is a list of 1 to {MAX_LEVELS} rows with “above” and “approvers”.")
    levels = [_read_level(row, number, rule, order) for number, row in enumerate(value, start=1)]
    bounds = [level.above for level in levels]
    twice = next((bound for bound in bounds if bounds.count(bound) > 1), None)
    if twice is not None:
        raise _unfit(f"Two levels begin above {write_amount(twice)}. Put their approvers into one.")
    return tuple(sorted(levels, key=lambda level: level.above))


def _read_level(row: Any, number: int, rule: Any, order: Order) -> WrittenLevel:
    if not isinstance(row, Mapping) or set(row) - {"above", "approvers", "rule", "order"} or not row.get("approvers"):
        raise _unfit(f"Level {number} needs “above” and “approvers”, and may say a “rule” and an “order” of its own.")
    own_order = row.get("order") or order
    if own_order not in ("parallel", "serial"):
        raise _unfit(f"The order of level {number} must be parallel or serial.")
    own_rule = row.get("rule") if row.get("rule") is not None else rule
    try:
        parse_rule(own_rule)
    except RuleError as error:
        raise _unfit(f"Level {number}: {error.message}") from error
    return WrittenLevel(
        above=read_number(row.get("above") if row.get("above") is not None else 0, f"The bound of level {number}"),
        approvers=row["approvers"],
        rule=own_rule,
        order=own_order,
    )


def _unfit(message: str) -> AskInvalid:
    return AskInvalid("task.levels_invalid", message)


def list_needed(levels: Sequence[Level], amount: Decimal | None) -> tuple[Level, ...]:
    """The levels that this amount needs, in their order. None: none is known, so those without a bound."""
    bounded = [level for level in levels if level.above is not None]
    chosen = {level.key for level in levels if level.above is None or (amount is not None and amount > level.above)}
    if bounded and not any(level.key in chosen for level in levels if not level.is_extra):
        chosen.add(min(bounded, key=lambda level: level.above or Decimal(0)).key)
    return tuple(level for level in levels if level.key in chosen)


def plan_levels(levels: Sequence[Level], amount: Decimal | None, placed: Sequence[Placed]) -> Progress:
    """Decide, or say which positions of ``placed`` to ask now: always within the first level that is still open."""
    for level in list_needed(levels, amount):
        progress = _plan_level(level, placed)
        if progress.outcome != APPROVED:
            return progress
    return Progress(outcome=APPROVED)


def find_open_level(levels: Sequence[Level], amount: Decimal | None, placed: Sequence[Placed]) -> Level | None:
    """The level that is being asked; None once all is decided."""
    return next((level for level in list_needed(levels, amount) if _decide(level, placed) is None), None)


def plan_restart(levels: Sequence[Level], amount: Decimal, placed: Sequence[Placed]) -> tuple[int, ...]:
    """Which positions a changed amount overtakes; those of levels that it needs are to be asked again.

    It starts again from the highest level that the new amount needs: that one decides on this amount, even if it agreed
    to another. Lower levels that agreed stay agreed while the amount still needs them; a level that was still open is
    asked again, because those who answered saw another amount; a level that is needed no more counts no more.
    """
    needed = list_needed(levels, amount)
    top = next((level for level in reversed(needed) if not level.is_extra), None)
    overtaken: list[int] = []
    for level in levels:
        live = list_live(level, placed)
        stays = level in needed and level != top and _decide(level, placed) == APPROVED
        if not stays and any(placed[position].entry.asked for position in live):
            overtaken.extend(live)
    return tuple(sorted(overtaken))


def list_live(level: Level, placed: Sequence[Placed]) -> list[int]:
    """The positions of the level's entries that count."""
    return [at for at, one in enumerate(placed) if one.level == level.key and not one.overtaken]


def _decide(level: Level, placed: Sequence[Placed]) -> Outcome | None:
    return decide_approval(level.rule, [placed[at].entry for at in list_live(level, placed)])


def _plan_level(level: Level, placed: Sequence[Placed]) -> Progress:
    live = list_live(level, placed)
    progress = plan_approval(level.rule, level.order, [placed[at].entry for at in live])
    if progress.outcome in (APPROVED, REJECTED):
        return progress
    return Progress(outcome=None, ask=tuple(live[at] for at in progress.ask))


def describe_bound(level: Level, currency: str) -> str:
    """What the level is for, in words: ``over 10,000.00 EUR``, ``any amount``, ``added``."""
    if level.is_extra:
        return "added"
    return f"over {say_amount(level.above, currency)}" if level.above else "any amount"
