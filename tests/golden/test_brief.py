"""The brief as a file: byte for byte for the fictional example, and what must hold for any case."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dayafter.assessment.assess import assess
from dayafter.brief import render_brief, write_brief
from dayafter.brief.figures import date_dots, time_axis
from dayafter.brief.fit import PAGE_HEIGHT, FirstPage, fit_first_page
from dayafter.brief.fonts import arabic_characters, font_faces
from dayafter.brief.land import convex_hull, lands
from dayafter.brief.map import MAX_PLACES, Box, lay_out, on_grid, spread_apart, tile_corner
from dayafter.brief.text import css_string, shorten, whole_clauses, wrap
from dayafter.casefile.bundled import find_case
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile, CaseInfo, Place
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.findings import build_findings
from dayafter.findings.directions import isolate_right_to_left
from dayafter.findings.records import ContextPlace, Findings, LedgerRow, PlaceView
from dayafter.findings.wording import Wording
from dayafter.quantities import When
from dayafter.redaction import Gate
from dayafter.settlement.settle import settle_places
from dayafter.vocabulary import Audience, DisputeStatus, PlaceKind, PlaceScope

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
EXPECTED = EXAMPLE / "expected"
REGENERATE = "DAYAFTER_REGENERATE"
_FONT = re.compile(r"base64,[A-Za-z0-9+/=]+")


def _made(case: CaseFile, audience: Audience, *, members: int = 200) -> tuple[Findings, Gate]:
    gate = Gate(case, audience)
    compiled = compile_case(case)
    assessment = assess(compiled, seed=7, n_members=members, horizon_months=None)
    return build_findings(case, assessment, gate, settlement=settle_places(compiled, seed=7, draws=members)), gate


def _page(case: CaseFile, audience: Audience = Audience.INTERNAL) -> str:
    return render_brief(*_made(case, audience, members=40))


@pytest.fixture(scope="module")
def example() -> CaseFile:
    return load_case(EXAMPLE).case


@pytest.fixture(scope="module")
def iraq() -> str:
    """The bundled case as a page for partners."""
    return _page(load_case(find_case("iraq-2016")).case, Audience.PARTNERS)


class _Reader(HTMLParser):
    """Collects tags with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.parts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


@pytest.mark.parametrize("audience", [Audience.PARTNERS, Audience.INTERNAL])
def test_the_brief_of_the_example_is_the_stored_one(example: CaseFile, audience: Audience) -> None:
    page = _FONT.sub("base64,", render_brief(*_made(example, audience)))
    stored = EXPECTED / f"brief-{audience.value}.html"
    if os.environ.get(REGENERATE) == "1":
        EXPECTED.mkdir(exist_ok=True)
        stored.write_text(page, encoding="utf-8", newline="\n")
    assert page == stored.read_text(encoding="utf-8"), (
        f"if this change is meant: {REGENERATE}=1 and run this test again"
    )


def test_the_same_findings_give_the_same_bytes(example: CaseFile) -> None:
    assert _page(example) == _page(example)


def test_the_page_asks_nothing_of_a_network_and_runs_no_script(iraq: str) -> None:
    reader = _Reader(iraq)
    links = [
        value or "" for _, attrs in reader.tags for name, value in attrs.items() if name in ("src", "href", "srcset")
    ]
    assert links
    assert all(link.startswith("#") for link in links)
    assert not {"script", "link", "iframe", "img", "object", "embed"} & {tag for tag, _ in reader.tags}
    assert not re.findall(r"url\((?!\"data:)|@import", iraq)
    assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]


def test_every_reference_leads_to_a_source_on_the_page(iraq: str) -> None:
    reader = _Reader(iraq)
    ids = {attrs["id"] for _, attrs in reader.tags if "id" in attrs}
    targets = {(attrs.get("href") or "")[1:] for tag, attrs in reader.tags if tag in ("a", "use")}
    assert targets
    assert targets <= ids


def test_tables_have_scoped_heads_and_captions_and_signs_have_names(iraq: str) -> None:
    reader = _Reader(iraq)
    assert all(
        attrs.get("scope") in ("row", "col", "rowgroup", "colgroup") for tag, attrs in reader.tags if tag == "th"
    )
    tables = sum(tag == "table" for tag, _ in reader.tags)
    assert tables == sum(tag == "caption" for tag, _ in reader.tags)
    assert all(
        "aria-label" in a or "aria-labelledby" in a for t, a in reader.tags if t == "svg" and a.get("role") == "img"
    )
    assert ("a", {"class": "skip", "href": "#ledger"}) in reader.tags


def test_names_carry_their_language(iraq: str) -> None:
    languages = {attrs.get("lang") for tag, attrs in _Reader(iraq).tags if tag == "bdi" and "lang" in attrs}
    assert {"ar", "ckb", "kmr-Latn"} <= languages


def test_the_arabic_and_sorani_ledgers_run_from_the_right(iraq: str) -> None:
    tables = [attrs for tag, attrs in _Reader(iraq).tags if tag == "table" and attrs.get("dir") == "rtl"]
    assert [attrs["lang"] for attrs in tables] == ["ar", "ckb"]
    assert "awaits a native reader" in iraq


def test_arabic_names_bring_their_face_and_a_page_without_them_none(iraq: str, example: CaseFile) -> None:
    assert iraq.count("@font-face") == 2
    assert "data:font/woff;base64," in iraq
    assert font_faces("Portsea") == ""
    assert arabic_characters("a سا س") == "اس"
    assert "@font-face" not in _page(example)


def _in_arabic(case: CaseFile) -> CaseFile:
    """The case with every name and title in Arabic script only."""
    info = case.info.model_copy(update={"title": "الجسور الثلاثة", "region": "وادي أورلا", "question": "أي بلدة أولا؟"})
    places = tuple(p.model_copy(update={"name": f"بلدة الجسر {n}"}) for n, p in enumerate(case.places, 1))
    deals = tuple(d.model_copy(update={"name": f"تفاهم {'ا' * n}"}) for n, d in enumerate(case.deals, 1))
    ledger = tuple(c.model_copy(update={"summary": "كلا الحرسين على الجسر"}) for c in case.ledger)
    return case.model_copy(update={"info": info, "places": places, "deals": deals, "ledger": ledger})


def test_names_in_arabic_script_are_isolated_in_every_english_sentence(example: CaseFile) -> None:
    page = _page(_in_arabic(example))
    line = page[page.index("<h2>Bottom line</h2>") : page.index('class="cols"')]
    assert "“<bdi>تفاهم ا</bdi>”" in line
    assert '<h1 dir="auto">الجسور الثلاثة</h1>' in page
    assert 'id="deals"><bdi>تفاهم ا</bdi>: the only deal in force' in page
    body = page[page.index("<body") :]
    flipped = re.findall(r'dir="auto"[^>]*>([^<]*)', body)
    assert not [text for text in flipped if re.search("[a-z]{3}", text) and re.search("[\u0600-\u06ff]", text)]


def test_runs_from_the_right_are_isolated_with_their_own_numbers_and_nothing_else() -> None:
    assert isolate_right_to_left("in بلدة الجسر 2, 11 April") == "in <bdi>بلدة الجسر 2</bdi>, 11 April"
    assert isolate_right_to_left("ا (0.3) & b") == "<bdi>ا</bdi> (0.3) &amp; b"
    assert isolate_right_to_left("ا 2–5 of 9") == "<bdi>ا</bdi> 2–5 of 9"


def _hostile(text: str) -> CaseFile:
    info = CaseInfo(
        id="hostile", title=text, region=text, question=text, reader=text, coded_by=text, as_of=When.parse("2019-05-31")
    )
    place = Place(id="p", name=text, kind=PlaceKind.TOWN, scope=PlaceScope.CONTESTED, latitude=1.0, longitude=2.0)
    return CaseFile(info=info, places=(place,))


def test_markup_in_names_stays_text() -> None:
    evil = "<script>alert(1)</script>\"'}</style><b onmouseover=x>"
    page = _page(_hostile(evil))
    reader = _Reader(page)
    assert "script" not in {tag for tag, _ in reader.tags}
    assert not [a for _, a in reader.tags if "onmouseover" in a]
    assert page.count("</style>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_case_with_nothing_in_it_makes_a_whole_page() -> None:
    info = CaseInfo(id="nowhere", title="Nowhere", question="What is open?", as_of=When.parse("2019-05-31"))
    text = "".join(_Reader(_page(CaseFile(info=info))).parts)
    assert "No deal is in force" in text
    assert "The case names no contested place, so there is no ledger to show." in text
    assert "No two sources in this case differ about one field." in text


def test_very_long_names_are_cut_on_the_first_page_and_the_cut_shows() -> None:
    page = _page(_hostile("Very long name " * 40))
    first = page[page.index('id="decision"') : page.index('aria-labelledby="ledger"')]
    assert "…" in first
    assert max(map(len, _Reader(first).parts)) < 600


def test_findings_and_gate_must_be_for_the_same_audience(example: CaseFile) -> None:
    findings, _ = _made(example, Audience.INTERNAL, members=40)
    with pytest.raises(UsageError, match="the gate is for partners"):
        render_brief(findings, Gate(example, Audience.PARTNERS))
    with pytest.raises(UsageError, match="no interface in 'xx'"):
        Wording("xx")


def test_the_file_written_is_the_page_in_utf8(example: CaseFile, tmp_path: Path) -> None:
    findings, gate = _made(example, Audience.INTERNAL, members=40)
    path = write_brief(findings, gate, tmp_path / "new" / "brief.html")
    assert path.read_bytes().decode("utf-8") == render_brief(findings, gate)


# --- the map


def _row(name: str, spot: tuple[float, float] | None, *, national: bool = False) -> LedgerRow:
    latitude, longitude = spot or (None, None)
    return LedgerRow(PlaceView(name, "", national, DisputeStatus.DISPUTED, (), latitude, longitude, 1), ())


def _rows(n: int) -> list[LedgerRow]:
    """Places in a tight cluster, as towns of one district are."""
    return [_row(f"A place called {i}", (34.0 + (i * 7 % 11) / 90, 44.0 + (i * 5 % 13) / 80)) for i in range(n)]


@pytest.mark.parametrize("n_places", [1, 2, 6, 9, 16, 30, 36])
def test_no_two_places_overlap_on_the_map(n_places: int) -> None:
    layout = lay_out(
        [*_rows(n_places), _row("The capital", None, national=True)], (ContextPlace("City", False, 34.05, 44.1),)
    )
    boxes = [spot.box for spot in (*layout.spots, *layout.strip)]
    assert len(boxes) == min(n_places + 1, MAX_PLACES)
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]
    assert all(b.x >= 0 and b.x + b.width <= layout.width + 0.01 and b.y + b.height <= layout.height for b in boxes)


def test_north_stays_north_of_south_when_two_towns_are_moved_apart() -> None:
    layout = lay_out([_row("South", (34.18, 45.1)), _row("North", (34.20, 45.1)), _row("Far", (36.0, 42.0))])
    y = {spot.row.place.name: tile_corner(spot.box, layout.style)[1] for spot in layout.spots}
    assert y["North"] < y["South"]


def test_labels_of_towns_lie_on_no_place() -> None:
    layout = lay_out(
        _rows(9), tuple(ContextPlace(f"City {i}", i % 2 == 0, 34.0 + i / 60, 44.0 + i / 60) for i in range(9))
    )
    assert layout.towns
    assert not [t for t in layout.towns for spot in layout.spots if t.text.overlaps(spot.box)]


def _regions(n: int) -> list[LedgerRow]:
    return [replace(row, place=replace(row.place, region=f"Area {i % 2}")) for i, row in enumerate(_rows(n))]


def test_land_holds_its_places_and_its_name_lies_on_none_of_them() -> None:
    layout = lay_out(_regions(6))
    assert [land.name for land in layout.lands] == ["Area 0", "Area 1"]
    named = [land.label for land in layout.lands if land.label is not None]
    assert named
    assert not [b for b in named for spot in layout.spots if b.overlaps(spot.box)]
    half = (layout.style.tile + 6) / 2
    for spot in layout.spots:
        x, y = tile_corner(spot.box, layout.style)
        land = next(land for land in layout.lands if land.name == spot.row.place.region)
        xs, ys = [c[0] for c in land.corners], [c[1] for c in land.corners]
        assert min(xs) - 0.01 <= x + half <= max(xs) + 0.01
        assert min(ys) - 0.01 <= y + half <= max(ys) + 0.01


def test_a_place_in_no_area_has_no_land() -> None:
    assert lay_out(_rows(4)).lands == ()
    assert lands({"": [(1.0, 1.0)], "Empty": []}, (), 10, 100, 100) == ()


def test_a_hull_keeps_corners_and_drops_what_lies_within() -> None:
    assert set(convex_hull([(0, 0), (4, 0), (4, 4), (0, 4), (2, 2), (2, 0)])) == {(0, 0), (4, 0), (4, 4), (0, 4)}
    assert convex_hull([(1, 1), (1, 1)]) == ((1, 1),)


def test_an_axis_of_time_holds_every_account_and_names_its_months() -> None:
    first, last = dt.date(2014, 8, 1).toordinal(), dt.date(2014, 11, 30).toordinal()
    axis = time_axis(first, last)
    assert axis.low <= first < last + 1 <= axis.high
    assert len(axis.ticks) <= 6
    drawn = str(date_dots([(first, first + 60, False), (last - 60, last, True)]))
    assert "Aug 2014" in drawn
    assert drawn.count("<circle") == 2


@pytest.mark.parametrize("days", [1, 40, 400, 4000, 40000])
def test_any_span_of_time_has_a_readable_axis(days: int) -> None:
    first = dt.date(1900, 12, 17).toordinal()
    axis = time_axis(first, first + days)
    assert axis.low <= first
    assert first + days < axis.high
    assert 2 <= len(axis.ticks) <= 6


def test_a_case_without_coordinates_is_a_grid_in_its_own_order() -> None:
    layout = lay_out([_row(f"P{i}", None) for i in range(7)])
    assert not layout.located
    assert [spot.row.place.name for spot in layout.strip] == [f"P{i}" for i in range(7)]
    order = [(spot.box.y, spot.box.x) for spot in layout.strip]
    assert order == sorted(order)


def test_more_places_than_are_legible_are_counted() -> None:
    layout = lay_out(_rows(MAX_PLACES + 5))
    assert layout.n_left_out == 5


def test_boxes_that_cannot_be_parted_go_to_a_grid() -> None:
    crowd = [Box(0, 0, 60, 60) for _ in range(9)]
    assert spread_apart(crowd, 100, 100) is None
    grid = on_grid(crowd, 100, 100)
    assert not [(a, b) for i, a in enumerate(grid) for b in grid[i + 1 :] if a.overlaps(b)]


# --- text and room


def test_text_is_cut_at_a_space_and_the_cut_shows() -> None:
    assert shorten("one two three", 20) == "one two three"
    assert shorten("one two three four", 12) == "one two…"
    assert wrap("one two three four", 8, 2) == ("one two", "three…")
    assert whole_clauses("One, two; three four five", 14) == "One, two…"
    assert whole_clauses("One two three, four", 9) == shorten("One two three, four", 9)
    assert whole_clauses("One, two.", 9) == "One, two."


def test_a_css_string_cannot_leave_its_quotes() -> None:
    text = css_string('a"b\\c</style>\nd')
    assert re.fullmatch(r'"[^"<>\n]*"', text)


def test_the_first_page_drops_facts_before_it_shrinks() -> None:
    roomy = FirstPage(30, 10, 120, 90, 300, 290, (20, 20), (80, 80, 80, 80), (60, 60))
    assert (fit_first_page(roomy).n_facts, fit_first_page(roomy).tight) == (4, False)
    full = replace(roomy, question=340, bottom_line=560, title=110, deal_names=(44, 44, 44))
    fit = fit_first_page(full)
    assert fit.n_facts < 4
    assert fit.height <= PAGE_HEIGHT


def test_what_an_option_is_stands_whole_on_the_first_page_or_not_at_all() -> None:
    some = FirstPage(30, 10, 120, 90, 300, 190, (20, 20), (), (60, 60), option_names=(20,) * 5, option_texts=(80,) * 5)
    silent = replace(some, option_texts=(0,) * 5)
    assert fit_first_page(some).says_options
    assert fit_first_page(some).height > fit_first_page(silent).height
    full = replace(some, question=340, bottom_line=560, title=110, region=110, deal_names=(44, 44, 44), trigger=280)
    assert not fit_first_page(full).says_options
    assert fit_first_page(full).height <= PAGE_HEIGHT
