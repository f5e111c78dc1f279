"""The pages say what the brief says: red lines in the words of the options, and each chance of an end by its name."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from dayafter.casefile.load import load_case
from dayafter.casefile.scaffold import init_case
from dayafter.findings.actors import build_actors
from dayafter.quantities import Quantity
from dayafter.study import simulate
from dayafter.vocabulary import Audience
from dayafter.web.edition import Edition
from dayafter.web.views.actors import actor_items, actor_page
from dayafter.web.views.deals import chances, deal_page
from dayafter.web.views.drawn import draw_deal
from dayafter.web.whatif.choices import inputs, scale
from tests.unit.web.serving import BRIDGES, PAGES, serving


def plain_text(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_actor_has_the_red_lines_of_the_brief(language: str) -> None:
    edition = Edition(load_case("iraq-2016"), Audience.PUBLIC).speaking(language)
    told = {view.name: view for view in build_actors(edition.case, edition.rows)}
    n_lines = 0
    for actor in edition.actors:
        page = actor_page(edition, actor)
        lines = [(tuple(one.text for one in line.places), line.issue, line.text) for line in page.red_lines]
        view = told.get(edition.rows.gate_label(actor, "actors"))
        assert lines == ([] if view is None else [(line.places, line.issue, line.text) for line in view.red_lines])
        n_lines += len(lines)
        beside = [(one.place, one.red_line) for issue in page.issues for one in issue.stands if one.red_line]
        apart = [(place, line.text) for line in page.red_lines for place in line.places]
        assert sorted(beside, key=str) == sorted(apart, key=str)  # the same words beside the drawing
    assert n_lines > 10
    assert sum(item.n_red_lines for item in actor_items(edition)) == n_lines


def test_a_chance_of_an_end_says_whether_it_is_read_or_simulated(tmp_path: Path) -> None:
    horizon = Edition(load_case(BRIDGES)).assessment.horizon_months
    folders = {months: tmp_path / f"run-{months}" for months in (horizon, horizon - 1)}
    for months, folder in folders.items():
        simulate(BRIDGES, policies=["talks"], members=24, months=months, out=folder, audience="internal")
    with serving(tmp_path / "a", BRIDGES, results=folders[horizon], audience=Audience.INTERNAL) as client:
        page = plain_text(client.get("/deals/bridge-toll").text)
        assert re.search(r"within \d+ months:.*in the simulated futures;.*read from the record\.", page)
        assert "As it stands, read from the record" in page
        assert "In the simulated futures" in page
        listed = plain_text(client.get("/deals").text)
        assert "as they come out: in the simulated futures" in listed
        who, of_100 = re.search(r"If it ends, (.+?) is the likeliest to end it \((\d+) of 100\)", listed).groups()  # type: ignore[union-attr]
        assert re.search(rf"{who}\s*{of_100}\s", page)
        told = client.get("/api/v1/deals/bridge-toll").json()["chances"]
        assert [one["how"] for one in told] == ["in the simulated futures", "read from the record"]
        for path in ("/", "/places/midbridge"):
            assert client.get(path, params={"lang": "ar"}).status_code == 200
    with serving(tmp_path / "b", BRIDGES, results=folders[horizon - 1], audience=Audience.INTERNAL) as client:
        told = client.get("/api/v1/deals/bridge-toll").json()["chances"]
        assert [one["how"] for one in told] == ["read from the record"]
        assert "In the simulated futures" not in client.get("/deals/bridge-toll").text


def test_an_empty_case_has_every_page_and_says_what_to_do(tmp_path: Path) -> None:
    init_case(tmp_path / "mine")
    with serving(tmp_path, str(tmp_path / "mine")) as client:
        pages = {path: client.get(path, params={"lang": "en"}) for path in PAGES}
        assert {page.status_code for page in pages.values()} == {200}
        assert "dayafter check mine" in pages["/"].text
        assert all(
            "on record" in pages[path].text for path in ("/places", "/deals", "/actors", "/settlement", "/sources")
        )
        missing = client.get("/deals/none")
        assert missing.status_code == 404
        assert "there is no deal &#39;none&#39; here; there is none." in missing.text


def test_points_of_a_deal_sum_from_the_reference_to_the_record_and_to_the_run() -> None:
    edition = Edition(load_case("iraq-2016"))
    for shown, view in edition.deal_views.items():
        drawn = draw_deal(view)
        points = [int(step.points.replace("−", "-").replace("+", "")) for step in (*drawn.steps, *drawn.added)]
        assert drawn.reference.points + sum(points) == drawn.total.points == drawn.recorded.points
        same = view.p_end.text == f"{drawn.total.points}\u202f%"
        assert drawn.total.given == ("" if same else view.p_end.text)  # another number elsewhere is said beside the sum
        assert [one.how for one in chances(edition, view)] == ["read from the record"]
        assert deal_page(edition, shown).view is view


def test_a_slider_holds_the_number_and_what_its_column_takes() -> None:
    edition = Edition(load_case("iraq-2016"))
    found = inputs(edition, "diyala-exchange")
    for one in found:
        assert one.least <= one.low <= one.high <= one.most, one
        assert one.floor is None or one.least >= one.floor
        assert one.ceiling is None or one.most <= one.ceiling
        assert 0 < one.step <= (one.most - one.least) / 5
    assert {(one.least, one.most) for one in found if one.field == "local_assent"} == {(0.0, 1.0)}
    assert scale(Quantity.parse("40000..90000"), (0.0, None))[:3] == (0.0, 200000.0, 5000.0)
    assert scale(Quantity.parse("-3..2"), (None, None))[:2] == (-6.0, 6.0)
