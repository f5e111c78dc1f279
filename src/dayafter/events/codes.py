"""Every trap in event data that an import knows: what it is, what is done about it.

A row is *refused* where it cannot be trusted at all; it is *mended* where the publisher's own rule says how; it is
*marked* where a later step must decide. Nothing is done unseen: each kind is counted and listed in the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What an import does with a row."""

    REFUSED = "refused"
    """It is left out, and the import stops unless told to keep going."""
    DROPPED = "dropped"
    """It is left out because another row stands for it."""
    MENDED = "mended"
    """A value was changed by a stated rule."""
    MARKED = "marked"
    """Kept as it is, with the code in `flags`."""
    NOTED = "noted"
    """About the whole file, or no reason to mark a row."""


@dataclass(frozen=True, slots=True)
class EventCode:
    """One trap."""

    code: str
    verdict: Verdict
    text: str
    remedy: str


_R, _D, _M, _K, _N = Verdict.REFUSED, Verdict.DROPPED, Verdict.MENDED, Verdict.MARKED, Verdict.NOTED

CODES: Final[Mapping[str, EventCode]] = {
    code.code: code
    for code in (
        EventCode(
            "events.field-count", _R, "The line has more or fewer fields than the header.",
            "look for a stray quote or separator, or fetch the file again if it is the last line",
        ),
        EventCode(
            "events.missing-value", _R, "A value without which the event means nothing is empty.",
            "fill it from the publisher's own copy, or leave the row out",
        ),
        EventCode(
            "events.unreadable", _R, "A value is not of its kind: letters where a number stands, no such day.",
            "correct it from the publisher's own copy; dates are written 2016-02-22",
        ),
        EventCode(
            "events.unknown-code", _R, "A code is none that the publisher documents, a type of violence for instance.",
            "see the publisher's codebook; if the code is new, add it to the provider's table",
        ),
        EventCode(
            "events.end-before-start", _R, "The event ends before it begins.",
            "correct the dates from the publisher's own copy",
        ),
        EventCode(
            "events.outside-the-globe", _R,
            "The coordinates are no place on earth, one of the two is missing, or both are exactly 0.",
            "correct them; a latitude is -90 to 90, a longitude -180 to 180; empty both where nobody knows",
        ),
        EventCode(
            "events.negative-deaths", _R, "A number of dead is below zero.",
            "empty the value if it stands for unknown",
        ),
        EventCode(
            "events.duplicate-in-release", _R, "The same id stands twice in one release, and the rows differ.",
            "keep the row that the publisher's own copy has",
        ),
        EventCode(
            "events.repeated-row", _D, "The same row stands twice in one release.",
            "nothing to do; the first is kept",
        ),
        EventCode(
            "events.older-release", _D, "The event is in a newer release too; the newer one is kept.",
            "nothing to do, or import one release alone",
        ),
        EventCode(
            "events.superseded-candidate", _D,
            "A candidate event in a period that a final release in the same import covers.",
            "nothing to do: the publisher replaces candidates by the final release",
        ),
        EventCode(
            "events.best-outside", _M,
            "The best estimate lies outside low and high. Publishers' own files have this: the bound is moved to it.",
            "nothing to do; the best estimate is never changed",
        ),
        EventCode(
            "events.no-end-date", _M, "The file has no column for the last day: the first day is taken.",
            "import the publisher's own file if long events matter",
        ),
        EventCode(
            "events.swapped-coordinates", _M,
            "Latitude and longitude stood in each other's column: the pair lies far from all others and swapped among "
            "them.",
            "nothing to do, or correct the file",
        ),
        EventCode(
            "events.long", _K, "The event lasts longer than 31 days; a panel must say how it divides it.",
            "choose the rule when a panel is built",
        ),
        EventCode(
            "events.vague-place", _K,
            "The place is known no better than the district; the coordinates are those of a seat or a centre.",
            "nothing to do: such events do not enter panels of cells or places unless asked for",
        ),
        EventCode(
            "events.no-coordinates", _K, "The event has no coordinates.",
            "nothing to do: it counts in panels by country only",
        ),
        EventCode(
            "events.not-clear", _K, "The publisher is not sure that it is an event by its definition.",
            "nothing to do: such events do not enter panels unless asked for",
        ),
        EventCode(
            "events.parts-differ", _K, "The dead by side do not add up to the best estimate.",
            "use the best estimate; do not add up the parts",
        ),
        EventCode(
            "events.grid-differs", _M, "The file's PRIO-GRID cell is not that of the coordinates; the rule's is kept.",
            "nothing to do, or correct the coordinates",
        ),
        EventCode(
            "events.year-differs", _K, "The year in the file is not that of the first or last day.",
            "nothing to do: panels go by the days",
        ),
        EventCode(
            "events.release-unknown", _N, "Neither the file nor its name says which release it is.",
            "name the release when you import, as 25.1; otherwise duplicates across releases cannot be resolved",
        ),
        EventCode(
            "events.mixed-releases", _N,
            "The table holds several releases. Counts of the latest months grow from release to release, so a rise "
            "between two releases may be one of coding.",
            "import one release where a series over time matters",
        ),
        EventCode(
            "events.mixed-sources", _N, "The table holds several publishers, who count the same events each their way.",
            "never add them up: a panel is built from one of them",
        ),
        EventCode(
            "events.columns-missing", _N, "Columns that the publisher's own files have are not in this one.",
            "import the publisher's own file if you need them",
        ),
        EventCode(
            "events.individuals-by-rule", _N, "Persons are always six times families: a convention, no count.",
            "use families",
        ),
    )
}  # fmt: skip


def codes_markdown() -> str:
    """The list of traps, for the docs."""
    lines = [
        "## What an import notices",
        "",
        (
            "Refused rows stop an import unless it is told to keep going; then they are left out. The rest is done and "
            "reported."
        ),
        "",
        "| Code | Row is | What it means | What to do |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| `{c.code}` | {c.verdict.value} | {c.text} | {c.remedy} |" for c in CODES.values()]
    return "\n".join(lines) + "\n"
