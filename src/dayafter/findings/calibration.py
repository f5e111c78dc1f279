"""A calibration as a report for people or as JSON, and how the record of calibration stands, in words."""

from __future__ import annotations

import json
from typing import Any, Final

from dayafter.calibration.fit import BACKGROUND, Calibration, Row, record_data
from dayafter.calibration.returns import Returns, Three
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.priors import Posterior
from dayafter.priors.posterior import PLACE
from dayafter.redaction import Gate

EXCITATION: Final = "excitation_own"


def to_text(found: Calibration, returns: Returns | None, gate: Gate) -> str:
    """The report: what was seen, what it informs and what it does not."""
    lines = [*_seen(found), "", *_informed(found, gate), "", *_rates(found, gate)]
    if returns is not None:
        lines += ["", *_returns(returns)]
    return gate.release("\n".join(lines) + "\n", "calibrate")


def to_json(found: Calibration, returns: Returns | None, gate: Gate) -> str:
    """The same as data."""
    body: dict[str, Any] = {
        "about": dict(found.posterior.about),
        "parameters": [
            {
                "name": row.name,
                "what": row.words,
                "unit": row.unit,
                "informed": row.informed,
                "variance_ratio": round(row.variance_ratio, 4),
                "shift_in_prior_sd": round(row.shift, 4),
                "before": [_digits(value) for value in row.before],
                "after": [_digits(value) for value in row.after],
            }
            for row in found.rows
            if _shown(row, gate)
        ],
        "insurgent_events_a_month": [
            {
                "place": gate.alias(rate.place, "places"),
                "freed_months": rate.months,
                "recorded": rate.recorded,
                "before": [_digits(value) for value in rate.before],
                "after": [_digits(value) for value in rate.after],
            }
            for rate in found.rates
            if not gate.hides(rate.place, "places")
        ],
    }
    if returns is not None:
        body["returns"] = {
            "chance_of_movement_a_month": list(returns.chance),
            "of_another_district": list(returns.chance_elsewhere),
            "batch_shape": list(returns.shape),
            "districts": len(returns.districts),
            "district_months": sum(one.months for one in returns.districts),
        }
    return gate.release(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "calibrate")


def in_words(posterior: Posterior | None, say: Wording = ENGLISH) -> str:
    """How the simulation stands with its record, for a reader who decides: always limits first."""
    scored = say("No forecast of this model for this case has been scored yet.")
    if posterior is None:
        rest = say("Its parameters are prior judgement and published effects; no record of this case entered.")
        return say.sentences(scored, rest)
    record = posterior.about.get("record", {})
    n_effects = sum(name.startswith(PLACE) for name in posterior.names)
    return say.sentences(
        scored,
        say(
            "{events} recorded events in {months} months of freed places, seen up to {as_of}, entered: they move {n} "
            "of its parameters and {k} effects of places, mostly a little.",
            events=sum(record.get("recorded_events", {}).values()), months=record.get("freed_place_months", 0),
            as_of=posterior.about.get("as_of"), n=len(posterior.symbols), k=n_effects,
        ),
        say("Everything else is prior judgement and published effects."),
    )  # fmt: skip


def _shown(row: Row, gate: Gate) -> bool:
    """Whether this audience may know the place that a row is about, if it is about one."""
    place = row.name.removeprefix(PLACE).split("/")[0]
    return not row.name.startswith(PLACE) or not gate.hides(place, "places")


def _seen(found: Calibration) -> list[str]:
    data, seen = record_data(found.observed), found.observed
    by_class = ", ".join(f"{kind} {n}" for kind, n in seen.by_class.items())
    span = f"{data['first_month']} to {data['last_month']}"
    lines = [
        f"{found.case_id}, as of {found.as_of}: {data['freed_place_months']} freed place-months, {span}",
        f"Recorded there by {data['recorded_by']}: {by_class}.",
    ]
    if seen.regimes:
        parts = [f"{kind} {months} place-months and {n} events" for kind, (months, n) in seen.regimes.items()]
        lines.append(f"The two years before, by regime: {'; '.join(parts)}. Only freed months inform the rates.")
    lines += [f"Not counted: {n} events, {reason}." for reason, n in seen.left_out.items()]
    return lines


def _informed(found: Calibration, gate: Gate) -> list[str]:
    drawn = found.sample
    rows = [row for row in found.rows if row.informed and _shown(row, gate)]
    lines = [
        f"What it informs (5, 50, 95 %; {drawn.effective:,.0f} effective of {drawn.z.shape[1]:,} members):",
        f"{'':34}{'variance':>9}  {'before':>24}  {'after':>24}  unit",
    ]
    lines += [
        f"{row.name:34}{row.variance_ratio:9.2f}  {_range(row.before):>24}  {_range(row.after):>24}  {row.unit}"
        for row in sorted(rows, key=lambda row: row.variance_ratio)
    ]
    rest = [row.name for row in found.rows if not row.informed and not row.name.startswith(PLACE)]
    lines.append(f"Left at their prior: {', '.join(rest)}; and every parameter that is not about violence.")
    n = found.row(EXCITATION)
    lines.append(
        f"Offspring of an event, background {BACKGROUND}: {_range(n.after)} events an event. Other backgrounds give "
        "other numbers, further apart than this interval is wide; see the page on calibration."
    )
    return lines


def _rates(found: Calibration, gate: Gate) -> list[str]:
    lines = ["Insurgent events a month, recorded or not, before excitation (5, 50, 95 %):"]
    for rate in found.rates:
        if not gate.hides(rate.place, "places"):
            seen = f"{gate.alias(rate.place, 'places'):34}{rate.recorded:3} recorded in {rate.months:2} months"
            lines.append(f"{seen}  {_range(rate.before):>24}  {_range(rate.after):>24}")
    return lines


def _returns(found: Returns) -> list[str]:
    n = sum(one.months for one in found.districts)
    rises = "chance that a district's count rises in a month"
    shape = "shape of batches about the district's mean (1: exponential, as the process draws)"
    rest = (
        "the share of the displaced that a batch moves (no stock at the place of origin), chance apart from permission"
    )
    return [
        f"Returns, {len(found.districts)} districts, {n} district-months, {found.first} to {found.last} (5, 50, 95 %):",
        f"  {rises}  {_range(found.chance)} on average, {_range(found.chance_elsewhere)} of one more district",
        f"  {shape}  {_range(found.shape)}",
        f"  not identified, and left at the prior: {rest}, effects of distrust, destruction and violence.",
    ]


def _range(three: Three) -> str:
    low, middle, high = three
    return f"{middle:.3g} [{low:.3g}, {high:.3g}]"


def _digits(value: float) -> float:
    return float(f"{value:.6g}")
