"""Pledges of aid as IATI activities, version 2.03, for those who work with aid registers.

The case speaks of other people's money, so every activity is marked as reported by a secondary source. Elements stand
in the order that the standard's schema asks for. Source: IATI standard 2.03, activity schema, rule set and code lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from dayafter.casefile.schema import Aid, Place, PlaceCode, Tranche
from dayafter.errors import UsageError
from dayafter.exports.material import CaseMaterial
from dayafter.quantities import When
from dayafter.vocabulary import AidKind, ConditionKind, PlaceKind, YesNo

VERSION: Final = "2.03"
_STATUS_IMPLEMENTATION: Final = "2"
_DATE_PLANNED_START: Final = "1"
_FUNDING, _ACCOUNTABLE, _IMPLEMENTING = "1", "2", "4"
_COMMITMENT: Final = "2"
_DISBURSEMENT: Final = "3"
_FINANCE: Final = {AidKind.GRANT: "110", AidKind.LOAN: "421"}
_CONDITION: Final = {
    ConditionKind.INCLUSION: "1",
    ConditionKind.SECURITY: "1",
    ConditionKind.ECONOMIC: "3",
}
"""Code list ConditionType: 1 policy, 2 performance, 3 fiduciary."""
_SECTOR_NOT_SPECIFIED: Final = "99810"
"""Code list Sector: a pledge says no sector, and the rule set asks for one."""
_REGION_NOT_SPECIFIED: Final = "998"
"""Code list Region: developing countries, unspecified; stands where the case has no one country's code."""
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
"""Of ISO 3166-1, which the schemes of codes that a country is known by share for the country itself."""
_REFERENCE: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]+-[^\s/&|?]+")
UNREGISTERED: Final = "XX-UNREGISTERED-dayafter"
"""Stands where a registered identifier belongs; a register refuses it, which is meant."""


def iati(material: CaseMaterial, *, reporter: str = UNREGISTERED) -> str:
    """The pledges that the audience sees, as one XML document.

    An amount that is a range is given as its best value, or the middle of the range, with the range in the description:
    the standard has no place for it. Pledges without any amount have no commitment.

    Parameters
    ----------
    reporter : the reporting organisation's registered identifier, `AGENCY-NUMBER`.

    Raises
    ------
    UsageError : `reporter` is no identifier; the case has no pledge that the audience sees.
    RedactionError : something protected is left in it.
    """
    if not _REFERENCE.fullmatch(reporter):
        raise UsageError(
            f"'{reporter}' is no identifier of an organisation; write it as registered: COUNTRY-REGISTER-NUMBER"
        )
    pledges = [row for row in material.shown("aid") if isinstance(row, Aid)]
    if not pledges:
        raise UsageError("the case has no pledge of aid that this audience may see; there is nothing to write")
    root = ET.Element("iati-activities", {"version": VERSION})
    root.append(ET.Comment(_note(material, reporter)))
    for pledge in pledges:
        _activity(root, material, pledge, reporter)
    ET.indent(root, " ")
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
    return material.gate.release(text, "the aid as IATI activities")


def _note(material: CaseMaterial, reporter: str) -> str:
    about = "; ".join(f"{name}: {value}" for name, value in material.about.items())
    unregistered = " Give a registered identifier before this is published." if reporter == UNREGISTERED else ""
    return f" {about}.{unregistered} ".replace("--", "–")


def _activity(root: ET.Element, material: CaseMaterial, pledge: Aid, reporter: str) -> None:
    gate, currency = material.gate, pledge.currency or material.case.info.currency
    activity = ET.SubElement(root, "iati-activity", {"xml:lang": "en", "default-currency": currency})
    ET.SubElement(activity, "iati-identifier").text = f"{reporter}-{material.case.info.id}-{pledge.id}"
    own = ET.SubElement(activity, "reporting-org", {"ref": reporter, "type": "90", "secondary-reporter": "1"})
    _narrative(own, material.case.info.coded_by or "dayafter")
    _narrative(ET.SubElement(activity, "title"), pledge.name)
    _narrative(ET.SubElement(activity, "description", type="1"), _description(pledge, currency))
    for actor, role in (
        (pledge.donor, _FUNDING),
        (pledge.recipient, _ACCOUNTABLE),
        (pledge.distributor, _IMPLEMENTING),
    ):
        if actor is not None:
            _narrative(ET.SubElement(activity, "participating-org", role=role), gate.label(actor, table="actors"))
    ET.SubElement(activity, "activity-status", code=_STATUS_IMPLEMENTATION)
    day = _day(pledge.announced_on, material.case.info.as_of)
    date = ET.SubElement(activity, "activity-date", {"type": _DATE_PLANNED_START, "iso-date": day})
    _narrative(
        date, f"Announced {pledge.announced_on}" if pledge.announced_on else "Not stated; the as-of date of the case"
    )
    _recipient(activity, material, pledge)
    _locations(activity, material, pledge)
    ET.SubElement(activity, "sector", vocabulary="1", code=_SECTOR_NOT_SPECIFIED)
    if pledge.kind in _FINANCE:
        ET.SubElement(activity, "default-finance-type", code=_FINANCE[pledge.kind])
    tranches = [row for row in material.shown("tranches") if isinstance(row, Tranche) and row.aid == pledge.id]
    if pledge.amount is not None:
        _planned(activity, pledge, tranches, currency, day)
        _transaction(activity, _COMMITMENT, day, pledge.amount.middle, currency)
        for tranche in tranches:
            if tranche.released is YesNo.YES and tranche.share is not None:
                paid = _day(tranche.due_on, pledge.announced_on, material.case.info.as_of)
                _transaction(activity, _DISBURSEMENT, paid, pledge.amount.middle * tranche.share.middle, currency)
    _conditions(activity, tranches)


def _description(pledge: Aid, currency: str) -> str:
    parts = [f"{pledge.purpose.rstrip('.')}." if pledge.purpose else "Purpose not stated."]
    if pledge.amount is None:
        parts.append("Amount not stated.")
    elif not pledge.amount.is_point:
        parts.append(f"Amount between {pledge.amount.low:,.0f} and {pledge.amount.high:,.0f} {currency}.")
    parts.append(f"Rules: {pledge.rules.rstrip('.')}." if pledge.rules else "Rules of distribution not stated.")
    if pledge.distributor is None:
        parts.append("Who hands it out is not stated.")
    if pledge.source:
        parts.append(f"Sources: {'; '.join(map(str, pledge.source))}.")
    return " ".join(parts)


def _recipient(activity: ET.Element, material: CaseMaterial, pledge: Aid) -> None:
    """The country that the pledge goes to, where one alone comes into question and has a code; else no region."""
    places = {row.id: row for row in material.shown("places") if isinstance(row, Place)}
    lies_in = {id_: _country_of(id_, places) for id_ in (pledge.places or places)}
    countries = {country for country in lies_in.values() if country is not None}
    codes = {
        row.code
        for row in material.shown("place_codes")
        if isinstance(row, PlaceCode) and row.place in countries and _COUNTRY.fullmatch(row.code)
    }
    if len(countries) == len(codes) == 1:
        ET.SubElement(activity, "recipient-country", code=codes.pop())
    else:
        ET.SubElement(activity, "recipient-region", vocabulary="1", code=_REGION_NOT_SPECIFIED)


def _country_of(place: str, places: Mapping[str, Place]) -> str | None:
    """The country that a place lies in, or is."""
    at: str | None = place
    while at is not None and at in places:
        if places[at].kind is PlaceKind.COUNTRY:
            return at
        at = places[at].parent
    return None


def _locations(activity: ET.Element, material: CaseMaterial, pledge: Aid) -> None:
    for place in material.shown("places"):
        if isinstance(place, Place) and place.id in pledge.places:
            location = ET.SubElement(activity, "location")
            _narrative(ET.SubElement(location, "name"), place.name)
            if place.latitude is not None and place.longitude is not None:
                point = ET.SubElement(location, "point", srsName="http://www.opengis.net/def/crs/EPSG/0/4326")
                ET.SubElement(point, "pos").text = f"{place.latitude} {place.longitude}"
                ET.SubElement(location, "exactness", code="2")


def _planned(activity: ET.Element, pledge: Aid, tranches: list[Tranche], currency: str, day: str) -> None:
    for tranche in tranches:
        if pledge.amount is None or tranche.share is None or tranche.due_on is None:
            continue
        planned = ET.SubElement(activity, "planned-disbursement", type="1")
        ET.SubElement(planned, "period-start", {"iso-date": _day(tranche.due_on)})
        amount = pledge.amount.middle * tranche.share.middle
        ET.SubElement(planned, "value", {"currency": currency, "value-date": day}).text = f"{amount:.2f}"


def _transaction(activity: ET.Element, kind: str, day: str, amount: float, currency: str) -> None:
    transaction = ET.SubElement(activity, "transaction")
    ET.SubElement(transaction, "transaction-type", code=kind)
    ET.SubElement(transaction, "transaction-date", {"iso-date": day})
    ET.SubElement(transaction, "value", {"currency": currency, "value-date": day}).text = f"{amount:.2f}"


def _conditions(activity: ET.Element, tranches: list[Tranche]) -> None:
    stated = [one for one in tranches if one.condition in _CONDITION]
    silent = any(one.condition is ConditionKind.NOT_STATED for one in tranches) or not tranches
    if not stated and silent:
        return  # whether there are conditions is not known, and the standard has no word for that
    conditions = ET.SubElement(activity, "conditions", attached="1" if stated else "0")
    for tranche in stated:
        text = tranche.condition_text or tranche.condition.value.replace("-", " ")
        _narrative(ET.SubElement(conditions, "condition", type=_CONDITION[tranche.condition]), text)


def _narrative(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "narrative").text = text


def _day(*dates: When | None) -> str:
    """The first day that the first stated date can mean; the as-of date, which always has one, comes last."""
    return next(day for date in dates if date is not None and (day := date.earliest or date.latest)).isoformat()
