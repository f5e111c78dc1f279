"""Two runs of the simulation: what they were made of, and which outcomes at the horizon moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dayafter.comparing.outcomes import outcome_changes
from dayafter.comparing.records import Change, Comparison
from dayafter.comparing.telling import in_words
from dayafter.errors import UsageError
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction.policy import BREADTH
from dayafter.results.result import SimulationResult
from dayafter.vocabulary import Audience


def compare_runs(before: SimulationResult, after: SimulationResult, say: Wording = ENGLISH) -> Comparison:
    """Compare two runs, which may differ in their case, policies, seed, size or version; told in a language.

    Raises
    ------
    UsageError : the two have no policy in common.
    """
    shared = [policy for policy in before.policies if policy in after.policies]
    if not shared:
        raise UsageError(
            f"the two runs have no policy in common ({', '.join(before.policies)}; {', '.join(after.policies)}); "
            "compare runs of the same policies"
        )
    made = tuple(_made_of(before.manifest["run"], after.manifest["run"], say))
    moved, told = outcome_changes(before, after, shared, say)
    return Comparison("runs", _about(before), _about(after), (*made, *moved), told)


def _about(result: SimulationResult) -> dict[str, str]:
    run = result.manifest["run"]
    told = {name: str(run[name]) for name in ("seed", "members", "months", "version", "baseline") if name in run}
    return {"case": str(run["case"]["id"]), **told, "hash": str(result.manifest["hash"])[:12]}


def _made_of(old: Mapping[str, Any], new: Mapping[str, Any], say: Wording) -> Iterator[Change]:
    """What the runs are made of: every entry of the manifest that differs, policies and tables of the case by name."""
    left, right = dict(_entries(old)), dict(_entries(new))
    for name in dict.fromkeys((*left, *right)):
        if left.get(name) != right.get(name):
            what, _, about = name.partition("/")
            was, now = left.get(name, ""), right.get(name, "")
            if what in {"policy", "table"}:
                both = was and now
                there = say("in it")
                was, now = (say("as before"), say("changed")) if both else (there if was else "", there if now else "")
            yield Change("made-of", in_words(what, say), about, "", was, now)


def _entries(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in run.items():
        if name == "case":
            yield from ((f"table/{table}", str(digest)) for table, digest in value["inputs"].items())
            yield from ((f"case/{key}", str(text)) for key, text in value.items() if key != "inputs")
        elif name == "policies":
            yield from ((f"policy/{one['id']}", str(one)) for one in value)
        else:
            yield name, str(value)


def narrower(before: SimulationResult, after: SimulationResult) -> str:
    """The handling label of the run that fewer may read; of its owner alone where one has passed no gate."""
    labels = [one.manifest.get("redaction") for one in (before, after)]
    if any(label is None for label in labels):
        return Audience.INTERNAL.value.upper()
    told = min((label for label in labels if label), key=lambda label: BREADTH[Audience(label["audience"])])
    return str(told["handling"])
