"""What `simulate` prints, as tables for people, JSON or CSV; each through the redaction gate."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.findings.export_tables import Sheet, drawn
from dayafter.findings.flat import as_csv, as_json
from dayafter.findings.simulation_rows import (
    BY_DEAL,
    COLUMNS,
    HEADLINES,
    MANIFEST,
    SimulationRow,
    manifest,
    policy_labels,
    simulation_rows,
)
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.results.schema import Channel

__all__ = ["COLUMNS", "MANIFEST", "SimulationRow", "manifest", "simulation_rows", "to_csv", "to_json", "to_text"]

_WIDTH: Final = 118
_OMITTED: Final = (
    "Rows that rest on what is withheld from this audience are left out, sums that take them in too, and where a "
    "policy does what is withheld, everything that says where it tells."
)
_HEADS: Final = (
    "policy", "median", "90 % of futures", "difference ± error", "parameter range", "history range", "same date",
    "lower / higher",
)  # fmt: skip
_CHANCE_HEADS: Final = (
    "policy", "chance", "in words", "difference ± error", "parameter range", "same date", "lower / higher"
)  # fmt: skip
_WHOLE: Final = ("id", "policy", "median", "90 % of futures", "difference ± error", "chance", "in words", "same date")
"""Columns of which no cell is broken."""
_MILLION: Final = 1_000_000


def reading(result: SimulationResult) -> tuple[str, ...]:
    """What every number rests on, and which interval is which."""
    run = result.manifest["run"]
    first, names = run["baseline"], {plan["id"]: plan["name"] for plan in run["policies"]}
    lines = [
        "Simulated under stated assumptions: not a forecast of what will happen, but what follows if the model holds.",
        (
            f"Each policy has the same {words.number(run['members'])} futures: {words.number(run['draws'])} draws of "
            f"the parameters and uncertain inputs, with {_histories(run['replicates'])} each. Median and range are "
            f"over futures. {_drawn_from(run.get('parameters', {}))}"
        ),
        (
            f"Differences are to “{names.get(first, first)}”, future by future, with the same luck in both. ± is the "
            "Monte Carlo error of the mean alone (90 %); more members shrink it. The parameter range holds nine in ten "
            "draws, histories averaged out: what is not known. Where it takes in 0, no clear change is found. The "
            "history range holds nine in ten histories of one draw: chance. A dash: no such spread is found. Lower / "
            "higher are the percent of draws in which the mean difference is below and above 0."
        ),
        (
            "“Same date” is that mean difference with every deal of the policy compared with signed, future by future, "
            "in the months in which the policy signed it, so that what merely signs sooner is not called better."
        ),
    ]
    if run["replicates"] < 2:
        lines.append("With one history a draw, parameters and histories cannot be told apart; take more members.")
    return tuple(lines)


def _drawn_from(parameters: Mapping[str, Any]) -> str:
    if parameters.get("from") == "posterior":
        return "Parameters are drawn from the posterior that lies beside the case, else from their priors."
    return "Parameters are drawn from their priors."


def _histories(number: int) -> str:
    return "1 history" if number == 1 else f"{number} histories"


def gone_wrong(result: SimulationResult, labels: Mapping[str, str]) -> tuple[str, ...]:
    """What became of members that went wrong, in a sentence each."""
    members = result.manifest["run"]["members"]
    found = result.manifest["outcome"]["members_gone_wrong"]
    if not found:
        return (f"No member went wrong, of {words.number(members)} for each policy.",)
    alike = {tuple(sorted(counts.items())) for counts in found.values()}
    if len(alike) == 1 and len(found) == len(labels):
        told = "; ".join(f"{words.number(count)} ({reason})" for reason, count in next(iter(alike)))
        return (f"Members gone wrong and left out, of {words.number(members)}, under every policy alike: {told}.",)
    return tuple(
        f"Members gone wrong and left out, of {words.number(members)}, under “{labels[policy]}”: "
        + "; ".join(f"{words.number(count)} ({reason})" for reason, count in sorted(counts.items()))
        + "."
        for policy, counts in found.items()
        if policy in labels
    )


def to_csv(result: SimulationResult, gate: Gate) -> str:
    """The headline lines as CSV, every line ending with the manifest, no cell of which a spreadsheet would run.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    text = as_csv(simulation_rows(result, gate), COLUMNS, manifest(result, gate), digits=10)
    return gate.release(text, "the simulation as CSV")


def to_json(result: SimulationResult, gate: Gate) -> str:
    """The manifest, the handling label, how to read the intervals, and the lines with their empty cells left out.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    text = as_json(
        simulation_rows(result, gate), gate, manifest(result, gate),
        assumptions=reading(result), members_gone_wrong=result.manifest["outcome"]["members_gone_wrong"],
    )  # fmt: skip
    return gate.release(text, "the simulation as JSON")


def to_text(result: SimulationResult, gate: Gate, *, width: int = _WIDTH) -> str:
    """The headline outcomes as tables of plain text, one channel after the other.

    Parameters
    ----------
    result : as `redact_result` gives it.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    run = result.manifest["run"]
    rows = simulation_rows(result, gate)
    head = [
        gate.handling,
        f"{gate.case.info.title}, as of {words.date(gate.case.info.as_of)}",
        f"months 1 to {run['months']}, seed {run['seed']}, version {run['version']}",
        "",
        *reading(result),
        *gone_wrong(result, policy_labels(result, gate)),
        *([_OMITTED] if gate.withheld else []),
        "",
    ]
    labels = policy_labels(result, gate)
    parts: list[str | Sheet] = [
        Sheet("policies", ("id", "name"), tuple(labels.items())),
        *(part for channel in HEADLINES for part in _channel(channel, rows)),
    ]
    if not rows:
        parts.append("Nothing of what was simulated may be shown to this audience over all places; see the files.")
    plain = "\n".join((*head, *(_plain(part) for part in parts)))
    gate.release(plain, "the simulation")  # before lines are broken
    laid = [*(_filled(line, width) for line in head), *(_laid(part, width) for part in parts)]
    return gate.release("\n".join(laid).rstrip("\n") + "\n", "the simulation as tables")


def _filled(line: str, width: int) -> str:
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def _channel(channel: Channel, rows: Iterable[SimulationRow]) -> Iterator[str | Sheet]:
    """The outcomes of one channel: a table each, and one for each deal that is in force in some future."""
    own = [row for row in rows if row.channel == channel.value]
    if not own:
        return
    yield channel.value.upper()
    for group in _outcomes(row for row in own if not row.deal):
        scale = 1 / _MILLION if max(row.q95 for row in group) >= 10 * _MILLION else 1.0
        unit = f"million {group[0].unit}" if scale < 1 else group[0].unit
        cells = tuple(_line(row, scale) for row in group if _differs(row))
        yield Sheet(f"{group[0].label} ({unit})", _HEADS, cells)
        yield _below(group)
    deals = _outcomes(row for row in own if row.deal)
    known = [group for group in deals if any(row.mean or _differs(row, baseline=False) for row in group)]
    for group in known:
        title = f"{_deal_name(group[0])}: chance that it is {BY_DEAL[1]} (%)"
        yield Sheet(title, _CHANCE_HEADS, tuple(_chance_line(row) for row in group if _differs(row)))
        yield _below(group)
    never = [_deal_name(group[0]) for group in deals if group not in known]
    if never:
        yield f"In force at the end of no future: {'; '.join(never)}."


def _deal_name(row: SimulationRow) -> str:
    return row.label.removesuffix(f": {BY_DEAL[1]}")


def _outcomes(rows: Iterable[SimulationRow]) -> list[list[SimulationRow]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: (row.outcome, row.deal))]


def _plain(part: str | Sheet) -> str:
    if isinstance(part, str):
        return part
    return "\n".join((part.title, *part.columns, *(cell for row in part.rows for cell in row)))


def _laid(part: str | Sheet, width: int) -> str:
    if isinstance(part, Sheet):
        return "\n".join(line.rstrip() for line in drawn((part,), width, _WHOLE).strip("\n").splitlines()) + "\n"
    return _filled(part, width) + "\n"


def _below(group: Sequence[SimulationRow]) -> str:
    """What a table leaves out, and what its numbers rest on."""
    same = [row.policy for row in group if not _differs(row)]
    told = f"No future differs under: {', '.join(same)}. " if same else ""
    return f"{told}Basis, {group[0].basis}."


def _differs(row: SimulationRow, *, baseline: bool = True) -> bool:
    """Whether a line says more than that nothing changes: a policy with a difference somewhere; `baseline` for that."""
    if row.total_mean is None:
        return baseline
    told = (row.total_p_less, row.total_p_more, row.total_mean, row.conditional_mean)
    return any(value for value in told)


def _chance_line(row: SimulationRow) -> tuple[str, ...]:
    """Of a state that holds or not, the mean is its chance."""
    difference = _difference(row, 100)
    shown = (row.policy, f"{words.percent(row.mean)}", words.likelihood(row.mean))
    return (*shown, *difference[:2], *difference[3:])


def _line(row: SimulationRow, scale: float) -> tuple[str, ...]:
    return (
        row.policy, _figure(scale * row.q50), f"{_figure(scale * row.q05)}–{_figure(scale * row.q95)}",
        *_difference(row, scale),
    )  # fmt: skip


def _difference(row: SimulationRow, scale: float) -> tuple[str, str, str, str, str]:
    """Difference with its error, parameter range, history range, difference at the same date, lower / higher."""
    if row.total_mean is None:
        return ("compared with", "", "", "", "")
    low, high = _ends(row.total_parameter_low, row.total_parameter_high, scale)
    mean = scale * row.total_mean
    error = None if row.total_mc_high is None else scale * row.total_mc_high - mean
    # A chance is a mean of 0 and 1, which bears whole points.
    ends = [end for end in (low, high) if end is not None] + ([] if error is None else [mean - error, mean + error])
    decimals = 0 if row.unit == "share" or not ends else words.decimals_borne(Spread(mean, min(ends), max(ends), 0))
    history = _ends(row.total_history_low, row.total_history_high, scale)
    return (
        _signed(mean, decimals) + ("" if error is None else f" ± {words.number(error, decimals)}"),
        _signed_range(low, high, decimals),
        _signed_range(*history, decimals),
        "" if row.conditional_mean is None else _signed(scale * row.conditional_mean, decimals),
        "" if row.total_p_less is None or row.total_p_more is None else _shares(row.total_p_less, row.total_p_more),
    )


def _ends(low: float | None, high: float | None, scale: float) -> tuple[float | None, float | None]:
    return (None if low is None else scale * low, None if high is None else scale * high)


def _shares(less: float, more: float) -> str:
    """Shares of draws, in whole percent: counts, no likelihoods, so that 0 and 100 may stand."""
    return f"{round(100 * less)} / {round(100 * more)}"


def _figure(value: float) -> str:
    return words.number(value, 0 if value == int(value) or abs(value) >= 100 else 1)


def _signed(value: float, decimals: int) -> str:
    text = words.number(value, decimals)
    return text if text.startswith(words.MINUS) or not text.strip("0.") else f"+{text}"


def _signed_range(low: float | None, high: float | None, decimals: int) -> str:
    if low is None or high is None:
        return ""
    return "–" if low == high else f"{_signed(low, decimals)} to {_signed(high, decimals)}"
