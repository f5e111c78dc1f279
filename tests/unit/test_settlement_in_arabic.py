"""Settlement in Arabic: nothing stays English but codes and the texts of the case, and numbers take their forms."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from functools import cache
from itertools import product

import pytest

from dayafter.assessment.assess import assess
from dayafter.brief import render_brief
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.findings import build_findings, settlements
from dayafter.findings import settlement_holding as holding
from dayafter.findings import settlement_rows as table
from dayafter.findings import settlement_words as plain
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_views import PossibleDeals, possible_deals
from dayafter.findings.wording import Wording
from dayafter.findings.words import mixes_likelihood_and_confidence
from dayafter.redaction import Gate
from dayafter.settlement.records import (
    BackingKind,
    BackingRow,
    Change,
    ChangeKind,
    FindingCode,
    Moves,
    Range,
    ScopeReport,
    Settlement,
    SettlementFinding,
    Share,
    Shift,
)
from dayafter.settlement.settle import settle_places
from dayafter.vocabulary import Audience
from tests.unit.test_findings_settlements import CASE, RANGE, SLOT, a_package, a_settlement

ARABIC = Wording("ar")
CODES = re.compile(r"\((?:positions|options|contest|status-quo|given|simulated)\)|CP-SAT")
"""Names of tables and rules, as commands and files spell them."""


@cache
def arabic_gate() -> Gate:
    """The valley with every name and text in Arabic, and a pledge."""
    case = copy.deepcopy(CASE)
    case["info"]["title"] = "الوادي"
    for row, name in zip(case["places"], ("البلاد", "المخاضة", "الكهف"), strict=True):
        row["name"] = name
    for row, name in zip(case["actors"], ("حرس النهر", "التاج", "رجال الظل"), strict=True):
        row["name"] = name
    case["issues"][0]["title"] = "من يمسك الجسر"
    for row, label in zip(case["options"], ("الحرس وحدهم", "كلاهما معًا"), strict=True):
        row["label"] = label
    case["aid"] = [{"id": "loan", "name": "قرض الإعمار", "donor": "crown", "kind": "loan"}]
    return Gate(CaseFile.model_validate(case), Audience.INTERNAL)


def in_arabic(**changed: object) -> Names:
    return Names(arabic_gate(), scope(**changed), ARABIC)


def scope(**changed: object) -> ScopeReport:
    return dataclasses.replace(a_settlement().scopes[0], **changed)  # type: ignore[arg-type]


def check(text: str | None) -> None:
    """A sentence in Arabic, whole, with nothing of English in it but codes."""
    assert text
    assert re.findall(r"[A-Za-z]+", CODES.sub("", text)) == [], text
    assert "{" not in text
    assert "«»" not in text
    assert not mixes_likelihood_and_confidence(text)


@pytest.mark.parametrize("code", list(FindingCode))
def test_every_finding_is_said_in_arabic(code: FindingCode) -> None:
    check(plain.finding(SettlementFinding(code, ("guard", "crown"), SLOT), in_arabic()))


@pytest.mark.parametrize(("kind", "achieves"), list(product(ChangeKind, plain.ACHIEVES)))
def test_every_change_is_said_in_arabic(kind: ChangeKind, achieves: str) -> None:
    one = Change(kind, ("guard",), SLOT, "both", ("ford", "land"), 0.05, 0.02, 0.1, achieves, 0.5, (0.1, 0.25))
    check(plain.change(one, in_arabic(), a_package()))
    check(plain.change(dataclasses.replace(one, who=()), in_arabic(), a_package()))


def test_packages_are_said_in_arabic_whether_or_not_anything_is_acceptable() -> None:
    names = in_arabic()
    undecided = Share(0.4, 0.6, 10)
    for package in (
        a_package(),
        a_package(picks=tuple(plain.PICKS), gap=0.125, acceptable=undecided),
        a_package(picks=(), flips=(), drivers=(), breaking=None),
        a_package(picks=(), is_acceptable=False),
    ):
        for line in plain.package_lines(package, names, 1000):
            check(line)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"n_packages": 0, "n_acceptable": 0},
        {"n_acceptable": None, "method": "branch and bound", "gap": 0.03},
        {"n_acceptable": 1, "n_efficient": 1, "method": "CP-SAT"},
        {"n_acceptable": 0, "n_efficient": 0, "method": "mixed-integer program", "left_out": ("cave",)},
    ],
)
def test_how_much_is_acceptable_is_said_in_arabic(changed: dict[str, object]) -> None:
    names = in_arabic(**changed)
    for line in plain.scope_lines(names.scope, names):
        check(line)


def test_what_stands_behind_deals_is_said_in_arabic() -> None:
    names = in_arabic()
    money = BackingRow(BackingKind.MONEY, "loan", ("guard",), SLOT, ("both",), RANGE, Share(1, 1, 10), ())
    guard = dataclasses.replace(money, kind=BackingKind.GUARANTEE, name="crown", slot=None, meets=())
    for row in (money, dataclasses.replace(money, meets=()), guard):
        check(holding.backing(row, names, 1000))
    for reaches in (0.5, 0.35):
        check(holding.shift(Shift("guard", 0.3, reaches, 0.4), names))
    for epsilon in (0.02, -0.02):
        check(holding.core(epsilon, ARABIC))
    improvers = (("guard", SLOT, 0.02), ("crown", None, 0.004))
    for gmr, smr, seq in product((True, False), repeat=3):
        found = Moves(improvers, False, gmr, smr and gmr, seq and gmr)
        check(holding.moves(a_package(moves=found), names))
    check(holding.moves(a_package(moves=Moves((), True, True, True, True)), names))
    for line in holding.package_holding(a_package(stable_alone=Share(0.1, 0.1, 10)), names):
        check(line)


def test_sizes_and_changes_take_the_forms_that_arabic_counts_in() -> None:
    assert plain.size(0.0, ARABIC) == "0 نقطة"
    assert plain.size(0.003, ARABIC) == "أقل من نقطة واحدة"
    assert plain.size(0.01, ARABIC) == "نقطة واحدة"
    assert plain.size(0.02, ARABIC) == "نقطتين"
    assert plain.size(0.05, ARABIC) == "5 نقاط"
    assert plain.size(0.12, ARABIC) == "12 نقطة"
    assert plain.gain(RANGE, 500, ARABIC) == "+5 نقاط (+2 إلى +13)"
    assert plain.gain(Range(0.12, 0.11, 0.13), 500, ARABIC) == "+12 نقطة (+11 إلى +13)"
    assert plain.share(Share(1.0, 1.0, 10), ARABIC) == "كلها"
    assert plain.share(Share(0.0, 0.0, 10), ARABIC) == "لا شيء"


def test_the_table_keeps_its_codes_and_says_labels_texts_and_units_in_arabic() -> None:
    gate = arabic_gate()
    english, arabic = table.settlement_rows(a_settlement(), gate), table.settlement_rows(a_settlement(), gate, ARABIC)
    for before, after in zip(english, arabic, strict=True):
        assert (before.section, before.name, before.value, before.rows) == (
            after.section, after.name, after.value, after.rows,
        )  # fmt: skip
        if after.name != "chosen-by":
            for text in filter(None, (after.label, after.text, after.unit)):
                check(text)
    assert {row.unit for row in english} - {""} <= set(table.UNITS)
    body = json.loads(settlements.to_json(a_settlement(), gate, ARABIC))
    for line in body["assumptions"]:
        check(line)


def test_every_rule_for_no_deal_is_said_in_arabic() -> None:
    for what in plain.NO_DEAL.values():
        check(ARABIC(what))


# --- the bundled case, whose own texts are in English


@cache
def iraq() -> tuple[CaseFile, Settlement]:
    case = load_case(find_case("iraq-2016")).case
    found = settle_places(compile_case(case), draws=20)
    assert found is not None
    return case, found


def own_texts(case: CaseFile) -> list[str]:
    """Names, titles and labels that the case gives, longest first."""
    found = {option.label for option in case.options} | {issue.title for issue in case.issues}
    for rows in (case.actors, case.places, case.aid):
        found |= {row.name for row in rows}
    return sorted(filter(None, found), key=len, reverse=True)


def sentences(views: PossibleDeals) -> list[str]:
    said = [views.title, views.lead, views.basis]
    for deal in views.deals:
        said += [deal.place, deal.chosen_for]
        said += [one.text for one in (deal.lead, *deal.holds, *deal.changes, *deal.known)]
        said += [text for gain in deal.gains for text in (gain.gain.text, gain.accepts)]
    return [text for text in said if text]


@pytest.mark.parametrize("audience", list(Audience))
def test_the_section_on_deals_that_could_hold_has_no_english_but_the_texts_of_the_case(audience: Audience) -> None:
    case, found = iraq()
    gate = Gate(case, audience)
    views = possible_deals(found, Rows(case, gate, ARABIC))
    assert views is not None
    known = own_texts(gate.case)
    for text in sentences(views):
        for one in known:
            text = text.replace(one, "…")  # noqa: PLW2901  # what is left of it
        check(text)


def test_the_arabic_page_has_the_section_from_the_right_with_names_in_their_script() -> None:
    case, found = iraq()
    gate = Gate(case, Audience.PUBLIC)
    assessment = assess(compile_case(case), seed=7, n_members=20, horizon_months=None)
    page = render_brief(build_findings(case, assessment, gate, settlement=found, language="ar"), gate)
    section = "".join(re.findall(r'<article[^>]*aria-labelledby="possible-\d+".*?</article>', page, re.DOTALL))
    assert "اتفاقات قد تصمد" in page
    for said in ("هل يصمد", "من يكسب ماذا", "سنجار"):
        assert said in section
    for left in ('lang="en"', "Would it", "Who gains", "of draws", "red line", "package"):
        assert left not in section
