"""Pledges as IATI activities, judged by the standard's own schema and rules."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from okfn_iati.iati_schema_validator import IatiValidator

from dayafter.errors import UsageError
from dayafter.exports.iati import iati
from dayafter.exports.material import gather
from dayafter.vocabulary import Audience
from tests.unit.exports.test_exports import EXAMPLE, VALLEY, material


@pytest.fixture(scope="module")
def validator() -> IatiValidator:
    """The official activity schema 2.03, and the rules of the standard that a schema cannot say."""
    return IatiValidator("2.03")


def faults(validator: IatiValidator, text: str) -> dict[str, list[str]]:
    """What the schema and the rules have against a document, without its first line, which lxml wants as bytes."""
    _, found = validator.validate(text.split("?>", 1)[1])
    return {name: some for name, some in found.items() if some}


@pytest.mark.parametrize("audience", list(Audience))
def test_the_bundled_pledges_are_valid_by_the_official_schema_and_rules(
    validator: IatiValidator, audience: Audience
) -> None:
    made = gather("iraq-2016", audience, members=2)
    text = iati(made, reporter="XM-DAC-99")
    assert faults(validator, text) == {}
    assert '<recipient-country code="IQ" />' in text


def test_places_tranches_and_conditions_are_valid_too(validator: IatiValidator) -> None:
    for made in (gather(str(EXAMPLE), members=2), material(VALLEY), material(with_spots())):
        assert faults(validator, iati(made)) == {}


def test_the_schema_and_the_rules_would_see_a_fault(validator: IatiValidator) -> None:
    root = ET.fromstring(iati(material(VALLEY)))
    (activity,) = root.findall("iati-activity")
    activity.remove(activity.find("title"))  # type: ignore[arg-type]  # it has one
    activity.remove(activity.find("sector"))  # type: ignore[arg-type]
    found = faults(validator, "<?xml?>" + ET.tostring(root, encoding="unicode"))
    assert "Element 'description': This element is not expected. Expected is ( title )" in found["schema_errors"][0]
    assert any("sector" in one for one in found["ruleset_errors"])


def with_spots() -> dict[str, Any]:
    """The valley with spots, a code of its country, and a second country that no pledge goes to."""
    places = [
        {**VALLEY["places"][0]},
        {**VALLEY["places"][1], "latitude": 1.25, "longitude": 2.25},
        {"id": "other-land", "name": "Other land", "kind": "country", "scope": "context"},
    ]
    return {**VALLEY, "places": places, "place_codes": [{"place": "land", "scheme": "iso", "code": "QZ"}]}


def test_a_pledge_goes_to_the_country_of_its_places_and_else_to_no_region_in_particular() -> None:
    own = ET.fromstring(iati(material(with_spots())))
    assert [one.get("code") for one in own.iter("recipient-country")] == ["QZ"]
    assert own.findtext(".//location/point/pos") == "1.25 2.25"
    uncoded = ET.fromstring(iati(material(VALLEY)))
    assert [one.get("code") for one in uncoded.iter("recipient-region")] == ["998"]
    aid = [{**VALLEY["aid"][0], "places": ""}]
    both = ET.fromstring(iati(material({**with_spots(), "aid": aid})))
    assert [one.get("code") for one in both.iter("recipient-region")] == ["998"]


ORDER = (
    "iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status",
    "activity-date", "recipient-region", "location", "sector", "default-finance-type", "planned-disbursement",
    "transaction", "conditions",
)  # fmt: skip
"""Of the elements used here, as the activity schema 2.03 orders them."""


def test_a_pledge_is_an_iati_activity_with_its_elements_in_order() -> None:
    root = ET.fromstring(iati(material(VALLEY), reporter="XM-DAC-99"))
    assert root.get("version") == "2.03"
    (activity,) = root.findall("iati-activity")
    tags = [child.tag for child in activity]
    assert tags == sorted(tags, key=ORDER.index)
    assert set(ORDER) == set(tags)
    assert activity.findtext("iati-identifier") == "XM-DAC-99-valley-seed-money"
    amounts = {
        one.find("transaction-type").get("code"): one.findtext("value")  # type: ignore[union-attr]
        for one in activity.findall("transaction")
    }
    assert amounts == {"2": "2000.00", "3": "1000.00"}
    assert activity.findtext("planned-disbursement/value") == "1000.00"
    assert "between 1,000 and 3,000 USD" in (activity.findtext("description/narrative") or "")
    assert activity.findtext("conditions/condition/narrative") == "Both sides in the council"


def test_a_reporter_that_is_no_identifier_and_a_case_without_aid_are_refused() -> None:
    with pytest.raises(UsageError, match="'us' is no identifier of an organisation"):
        iati(material(VALLEY), reporter="us")
    with pytest.raises(UsageError, match="no pledge of aid"):
        iati(material({**VALLEY, "aid": [], "tranches": []}))
