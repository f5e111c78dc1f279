"""Cells that a spreadsheet would run as a formula, and how they are made harmless.

Excel, LibreOffice and Google Sheets run a cell of a CSV file that begins with `=`, `+`, `-`, `@`, a tab or a line
break, some also behind quotes or blanks and in the full-width forms; such a cell can fetch an address or start a
program. Every writer of a spreadsheet or CSV file passes each text, headers included, through `neutralise`, which
sets one apostrophe before it. Numbers, intervals and dates of a case stay as they are: they cannot do harm.

The two functions are exact inverses, so nothing is lost: a text that already has the apostrophe gets another.
Source: the OWASP page on CSV injection, for the list of characters.
"""

from __future__ import annotations

import re
from typing import Final

_RISKY: Final = re.compile("[\\s\"'`´‘’“”„«»\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]*[=+\\-@\t\r\n|%＝＋－＠−]")
_NUMBER: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_HARMLESS: Final = re.compile(rf"{_NUMBER}(?: ?\.\. ?{_NUMBER}| ?\[ ?{_NUMBER} ?(?:,|\.\.) ?{_NUMBER} ?\])?")
"""Numbers and intervals. A date of a case begins with a digit or a full stop, which starts no formula."""


def would_run(text: str) -> bool:
    """Whether a spreadsheet could take the text, or the text behind its quotes and blanks, for a formula."""
    return _RISKY.match(text) is not None and _HARMLESS.fullmatch(text) is None


def neutralise(text: str) -> str:
    """Set an apostrophe before a text that a spreadsheet would run; leave any other as it is."""
    return f"'{text}" if would_run(text) else text


def denaturalise(text: str) -> str:
    """Take away exactly the apostrophe that `neutralise` set: `denaturalise(neutralise(text)) == text`."""
    return text[1:] if text.startswith("'") and would_run(text[1:]) else text
