"""The functions of expressions as an analyst is told of them: how each is written, and one line of what it gives."""

from __future__ import annotations

from dataclasses import dataclass

FUNCTIONS: tuple[tuple[str, str, str], ...] = (
    ("string", "$string(value)", "The value as text."),
    ("substring", "$substring(text, start, length)", "A part of a text; the first letter is at 0."),
    ("substringBefore", "$substringBefore(text, mark)", "What stands before the first mark."),
    ("substringAfter", "$substringAfter(text, mark)", "What stands behind the first mark."),
    ("lowercase", "$lowercase(text)", "The text in small letters."),
    ("uppercase", "$uppercase(text)", "The text in capital letters."),
    ("length", "$length(text)", "How many letters a text has; for lists use $count."),
    ("trim", "$trim(text)", "The text without spaces at both ends, and single ones between."),
    ("pad", "$pad(text, width, sign)", "The text filled up to a width; a negative width fills on the left."),
    ("join", "$join(texts, between)", "A list of texts as one text."),
    ("contains", "$contains(text, part)", "Yes when the text has the part."),
    ("match", "$match(text, /pattern/)", "Every place where a pattern fits."),
    ("split", "$split(text, between)", "A text cut into a list."),
    ("replace", "$replace(text, part, other)", "The text with every part replaced."),
    ("base64encode", "$base64encode(text)", "The text in base 64."),
    ("base64decode", "$base64decode(text)", "The text that base 64 holds."),
    ("encodeUrlComponent", "$encodeUrlComponent(text)", "The text as a part of an address."),
    ("encodeUrl", "$encodeUrl(text)", "An address with its special letters made safe."),
    ("decodeUrlComponent", "$decodeUrlComponent(text)", "The text behind a part of an address."),
    ("decodeUrl", "$decodeUrl(text)", "An address with its special letters made plain."),
    ("sum", "$sum(numbers)", "All numbers added up."),
    ("max", "$max(numbers)", "The largest number."),
    ("min", "$min(numbers)", "The smallest number."),
    ("average", "$average(numbers)", "The average of the numbers."),
    ("number", "$number(text)", "The number that a text says."),
    ("abs", "$abs(number)", "The number without its sign."),
    ("floor", "$floor(number)", "Rounded down to a whole number."),
    ("ceil", "$ceil(number)", "Rounded up to a whole number."),
    ("round", "$round(number, places)", "Rounded to so many places; halves go to the even one."),
    ("sqrt", "$sqrt(number)", "The square root."),
    ("power", "$power(number, exponent)", "The number raised to a power."),
    ("random", "$random()", "A random number from 0 to 1."),
    ("boolean", "$boolean(value)", "Yes unless the value is empty, 0 or missing."),
    ("not", "$not(condition)", "The opposite."),
    ("formatBase", "$formatBase(number, base)", "A number written to another base."),
    ("formatNumber", "$formatNumber(number, '#,##0.00')", "A number written by a picture."),
    ("formatInteger", "$formatInteger(number, 'w')", "A whole number in words or by a picture."),
    ("parseInteger", "$parseInteger(text, '#,##0')", "The whole number that a text says by a picture."),
    ("count", "$count(list)", "How many there are in a list."),
    ("exists", "$exists(value)", "Yes when the value is there."),
    ("default", "$default(value, other)", "The value, or the other where it is missing."),
    ("type", "$type(value)", "What sort of value it is, as text."),
    ("append", "$append(list, more)", "Two lists as one."),
    ("reverse", "$reverse(list)", "The list from its end."),
    ("shuffle", "$shuffle(list)", "The list in random order."),
    ("distinct", "$distinct(list)", "The list without repeats."),
    ("zip", "$zip(list, other)", "Lists side by side: the first of each, the second of each …"),
    ("keys", "$keys(group)", "The names of a group's fields."),
    ("lookup", "$lookup(group, name)", "A field by a name that is worked out."),
    ("spread", "$spread(group)", "A group as a list with one field each."),
    ("merge", "$merge(groups)", "Several groups as one; later ones win."),
    ("clone", "$clone(value)", "A copy of a group or list."),
    ("error", "$error(message)", "Fails the step with this message."),
    ("assert", "$assert(condition, message)", "Fails the step unless the condition holds."),
    ("map", "$map(list, function($x){ … })", "Something worked out for each."),
    ("filter", "$filter(list, function($x){ … })", "Those for which the condition holds."),
    ("single", "$single(list, function($x){ … })", "The only one for which it holds; fails without exactly one."),
    ("reduce", "$reduce(list, function($a, $b){ … })", "One value worked out of all, one after the other."),
    ("each", "$each(group, function($value, $name){ … })", "Something worked out for each field."),
    ("sift", "$sift(group, function($value){ … })", "The fields for which it holds."),
    ("sort", "$sort(list)", "The list in order."),
    ("now", "$now()", "This moment, as 2026-03-14T09:30:00.000Z."),
    ("millis", "$millis()", "This moment as a number of milliseconds."),
    ("fromMillis", "$fromMillis(number, '[D01].[M01].[Y]')", "A moment from milliseconds, written by a picture."),
    ("toMillis", "$toMillis(date)", "A date as milliseconds, to reckon with; a day has 86400000."),
)


@dataclass(frozen=True, kw_only=True)
class FunctionHelp:
    """A function: its name without $, how it is written, and one line of help."""

    name: str
    signature: str
    help: str


def list_functions() -> list[FunctionHelp]:
    """This will give every function that an expression may call."""
    return [FunctionHelp(name=name, signature=signature, help=line) for name, signature, line in FUNCTIONS]
