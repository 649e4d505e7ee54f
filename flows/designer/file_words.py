"""How sentences about a flow file are said of what stands on the page instead. Tables alone."""

from __future__ import annotations

import re

# What rows of a table are made of, where something is to be filled in, and where it is named.
PARTS = {"when": "its condition", "port": "the way it leaves by", "name": "a name", "status": "a status"}
COLUMNS = {
    "when": "Condition",
    "port": "Way",
    "above": "Over the amount",
    "approvers": "Who is asked",
    "who": "Who",
    "veto": "Veto",
    "label": "Label",
    "value": "Value",
    "as": "Shown as",
    "quorum": "How many must agree",
}
_FILE_WORDS = (
    (r"Add 'trigger:'.*$", "Choose what starts it."),
    (r"^'(?:kind' is missing from 'trigger'|trigger' must be).*$", "Nothing starts this flow. Choose what starts it."),
    (
        r"^'auth' does not say its kind\..*$",
        "It is not said how callers prove who they are. Choose it under 'auth'.",
    ),
    (
        r"because 'auth' is not given\. Add it, or write 'auth: \{kind: none\}'\.",
        "because it is not said how callers prove who they are. Choose it under 'auth'.",
    ),
    (r"^'(\w+)' must be a list with at least one.*$", r"'\1' needs at least one entry."),
    (r"^'(\w+)' must be (?:a mapping|a list of '-|a list of \{).*$", r"'\1' cannot be read as it is. Fill it in anew."),
    (r"^'(\w+)' must have 'message' and 'key'.*$", r"'\1' needs both a message and a key. Fill them in."),
    (r"^A schema must be a mapping.*$", "The list of fields cannot be read as it is. Make it anew."),
    (r"^A form begins with 'type: object'.*$", "This form has no fields yet. Add one."),
    (r"its schema must be of 'type: object' with 'properties'\.", "and this one has none yet. Add one."),
    (r"Add it under 'properties:'\.", "Add one."),
    (r"Name it in a step by 'form: \{[^}]*\}'", "Choose it as the form of a step"),
    (r"Write it like '\{.*?\}'\.", "Fill it in."),
    (r"Add it under '(?:with|trigger):'.*$", "Fill it in."),
    (r"Add (?:it|them)(?=\.| with| for| who)", "Fill it in"),
    (r"Add it, (?:such as|for instance) '(?:\w+: )?([^']+)'\.", r"Fill it in, such as \1."),
    (r"Write the fields it shall set under 'with:'\.", "Fill in the fields it shall set."),
    (r"names no port\.", "does not say which way it leaves by."),
    (r"Link at least one under 'on:', each with a name of its own\.", "Let at least one way go on with a step."),
    (r"Link its first step under 'on:' as 'each'\.", "Say with which step each item begins."),
    (r"Add 'respond: true' to the trigger\.", "Let the caller wait for an answer, at the start of the flow."),
    (
        r"must be (an?) ([\w ]+), but (?:this )?is [\w ]+\. (?:Write it without quotes|Put it in quotes)\.",
        r"must be \1 \2.",
    ),
    (r"must be a duration such as P2D, or \{working: P2D\} for working days\.", "must be a length of time."),
    (r"Write '\{quorum: 2\}', or all, any or veto\.", "Choose one of the rules there are."),
    (r"Write '\{quorum: 2\}'\.", "Say how many must agree."),
    (r", or \{quorum: n\}\.", ", or how many must agree."),
    (r"Add 'name:' with a few words that say what it shows\.", "Give it one that says what it shows."),
    (
        r"This approver has no 'who:'\. Add a person or a team, such as 'who: ([^']+)'\.",
        r"It is not said who this approver is. Fill in a person or a team, such as \1.",
    ),
    (
        r"There is no variable '(\w+)'\. Add it under 'vars:'\.",
        r"There is no variable “\1”. Add it to those of the flow.",
    ),
    (r"such as '- (\S+)'", r"such as \1"),
    (r", such as '\{above:[^']*'", ""),
)
FILE_WORDS = tuple((re.compile(pattern), said) for pattern, said in _FILE_WORDS)
