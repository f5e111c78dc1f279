"""Deals, kept, missing or ended; the third parties at work on them; and what could hit them from above."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dayafter.arrays import RowKey
from dayafter.casefile.schema import Deal, Engagement
from dayafter.compiler.builders import (
    Axes,
    Field,
    build_flags,
    empty_bools,
    empty_ints,
    is_current,
    key_of,
    months_before,
)
from dayafter.quantities import Quantity
from dayafter.vocabulary import FOUR_QUESTIONS, DealForm, DealLevel, EngagementRole, YesNo

_FORMS: Final = tuple(DealForm)
_AGE_UNKNOWN: Final = 36.0
"""Months: a deal without a date is drawn as up to three years old."""
_KEPT_AT_SIGNING: Final = 0.5
_LEFT_WITHIN: Final = 6.0
"""Months in which the departure of a guarantor still tells (model notes, 4)."""


def compile_deals(axes: Axes) -> tuple[dict[str, Any], dict[str, Field]]:
    """Who signed what, where, how firmly; with whom it would need to be."""
    deals, n_deals = axes.case.deals, len(axes.deals)
    a, c, p = len(axes.actors), len(axes.communities), len(axes.places)
    values: dict[str, Any] = {
        "deal_status": tuple(row.status for row in deals),
        "covers": empty_bools(n_deals, p),
        "covers_question": empty_bools(n_deals, p, len(FOUR_QUESTIONS)),
        "signs": empty_bools(n_deals, a),
        "needed": empty_bools(n_deals, a),
        "party_communities": empty_bools(n_deals, c),
        "needed_communities": empty_bools(n_deals, c),
        "form_low": empty_ints(n_deals),
        "form_high": empty_ints(n_deals),
        "level": empty_bools(n_deals, 2),
        "level_known": np.array([bool(row.levels) for row in deals], dtype=np.bool_),
        "residents_party": build_flags("residents_party", [(row.id, _residents(row)) for row in deals]),
        "commission": build_flags("commission", [(row.id, row.commission) for row in deals]),
        # Nothing written about an author is taken as none: see docs/why/assessment.md
        "imposed": build_flags("imposed", [(row.id, row.imposed or YesNo.NO) for row in deals]),
    }
    for d, row in enumerate(deals):
        values["form_low"][d], values["form_high"][d] = _forms(row)
        values["level"][d] = [DealLevel.LOCAL in row.levels, DealLevel.NATIONAL in row.levels]
        for name, axis, labels in (
            ("signs", "actors", row.parties),
            ("needed", "actors", row.needed),
            ("party_communities", "communities", row.communities),
            ("needed_communities", "communities", row.needed_communities),
        ):
            for label in labels:
                values[name][d, axes.find(axis, label, f"deal {row.id}")] = True
        for label in row.places:
            values["covers"][d, list(axes.covered_by.get(label, ()))] = True
    term_rows = _compile_terms(axes, values)
    fields = _deal_numbers(axes)
    terms = Field("terms", (n_deals,), rows=term_rows)  # carries rows alone
    return values, fields | {"terms": terms}


def _compile_terms(axes: Axes, values: dict[str, Any]) -> dict[tuple[int, ...], tuple[RowKey, ...]]:
    """Mark the questions that terms settle. A term without a place holds wherever its deal does."""
    rows: dict[tuple[int, ...], tuple[RowKey, ...]] = {}
    for term in axes.case.terms:
        d = axes.find("deals", term.deal, f"term {term.key}")
        if term.place is not None:
            where = list(axes.covered_by.get(term.place, ()))
            values["covers"][d, where] = True
        else:
            where = [int(p) for p in np.flatnonzero(values["covers"][d])]
        rows[d,] = (*rows.get((d,), ()), key_of("terms", term))
        if term.question in FOUR_QUESTIONS:
            values["covers_question"][d, where, FOUR_QUESTIONS.index(term.question)] = True
    return rows


def _residents(row: Deal) -> YesNo | None:
    """Whether any community is itself party: an empty list says no only where it is said whose assent is needed."""
    if row.communities:
        return YesNo.YES
    return YesNo.NO if row.needed_communities else None


def _forms(row: Deal) -> tuple[int, int]:
    """Least and most firm form that the row allows."""
    if row.form is not None:
        return _FORMS.index(row.form), _FORMS.index(row.form)
    if row.written is YesNo.NO:
        return 0, 0
    return (1 if row.written is YesNo.YES else 0), len(_FORMS) - 1


def _deal_numbers(axes: Axes) -> dict[str, Field]:
    """Assent, what was kept, and age."""
    n_deals = len(axes.deals)
    names = ("local_assent", "kept_share", "age_months")
    fields = {name: Field(name, (n_deals,)) for name in names}
    fields["deal_assent"] = Field("deal_assent", (n_deals, len(axes.actors)))
    by_communities: dict[str, list[Quantity]] = {}
    for row in axes.case.acceptances:
        if row.of not in axes.deals:
            continue
        if row.side in axes.communities:
            by_communities.setdefault(row.of, []).append(row.acceptance)
            continue
        cell = (axes.deals[row.of], axes.find("actors", row.side, f"acceptance {row.key}"))
        fields["deal_assent"].put(cell, row.acceptance, row.key, key_of("acceptances", row))
    for d, deal in enumerate(axes.case.deals):
        key = key_of("deals", deal)
        fields["local_assent"].put((d,), deal.local_assent, deal.id, key)
        if stated := by_communities.get(deal.id):  # the hull of what its communities say
            hull = Quantity(min(one.low for one in stated), max(one.high for one in stated))
            fields["local_assent"].put((d,), hull, deal.id)
        fields["local_assent"].assume((d,), 0, 1, deal.id)
        fields["kept_share"].put((d,), deal.kept_share, deal.id, key)
        fields["kept_share"].assume((d,), _KEPT_AT_SIGNING, _KEPT_AT_SIGNING, deal.id)
        fields["age_months"].put((d,), months_before(deal.agreed_on, axes.as_of), deal.id, key)
        fields["age_months"].assume((d,), 0, _AGE_UNKNOWN, deal.id)
    return fields


def compile_engagements(axes: Axes) -> tuple[dict[str, Any], dict[str, Field]]:
    """Third parties, and how far each side accepts them."""
    rows, n_rows = axes.case.engagements, len(axes.case.engagements)
    values: dict[str, Any] = {
        "engagements": tuple(row.id for row in rows),
        "engagement_role": tuple(row.role for row in rows),
        "engagement_actor": empty_ints(n_rows),
        "engagement_deal": empty_ints(n_rows),
        "engagement_on_deal": np.array([row.deal is not None for row in rows], dtype=np.bool_),
        "engagement_current": empty_bools(n_rows),
        "engagement_left": empty_bools(n_rows),
    }
    acceptance = Field("acceptance", (n_rows, len(axes.actors)))
    numbers = {row.id: number for number, row in enumerate(rows)}
    for stated in axes.case.acceptances:
        if stated.of in numbers and stated.side in axes.actors:
            cell = (numbers[stated.of], axes.actors[stated.side])
            acceptance.put(cell, stated.acceptance, stated.key, key_of("acceptances", stated))
    for number, row in enumerate(rows):
        values["engagement_actor"][number] = axes.find("actors", row.actor, f"engagement {row.id}")
        if row.deal is not None:
            d = axes.find("deals", row.deal, f"engagement {row.id}")
            values["engagement_deal"][number] = d
            if row.role is EngagementRole.GUARANTOR:
                for party in axes.case.deals[d].parties:
                    acceptance.assume((number, axes.actors[party]), 0, 1, f"{row.id}/{party}")
        values["engagement_current"][number] = is_current(row.since, row.until, axes.as_of)
        values["engagement_left"][number] = _just_left(row, axes)
    return values, {"acceptance": acceptance}


def _just_left(row: Engagement, axes: Axes) -> bool:
    gone = months_before(row.until, axes.as_of)
    return gone is not None and not is_current(row.since, row.until, axes.as_of) and gone.low <= _LEFT_WITHIN


def compile_shocks(axes: Axes) -> dict[str, Any]:
    """Shocks that may still come: dated after the as-of date or with a rate alone."""
    rows = [
        row for row in axes.case.shocks if row.date is None or row.date.latest is None or row.date.latest >= axes.as_of
    ]
    hits = empty_bools(len(rows), len(axes.places))
    for number, row in enumerate(rows):
        if not row.places:
            hits[number] = True
        for label in row.places:
            hits[number, list(axes.covered_by.get(label, ()))] = True
    return {"shocks": tuple(row.id for row in rows), "shock_places": hits}
