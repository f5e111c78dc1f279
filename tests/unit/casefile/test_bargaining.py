from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dayafter.casefile.bargaining import parse_bargaining, read_bargaining
from dayafter.errors import CaseFileError

KTAB = """Two valleys,"A dispute, long",2,2
Actor,Description,Power,Water,Sal W,Road,Sal R,
N, The north, 10, 20, 30, 40, 50,
S, The south, 5, 80, 10, 60, 20,
"""
LONG = """issue,actor,position,salience,capability
water,north,20,30,10
water,south,"80 [70, 90]",10,5
road,north,40..60,50,10
road,west,60,20,1
"""


def faults(text: str) -> str:
    with pytest.raises(CaseFileError) as caught:
        parse_bargaining(text, "t.csv")
    return str(caught.value)


def test_the_toolkits_layout_is_read_with_dimensions_as_issues() -> None:
    table = parse_bargaining(KTAB, "t.csv")
    assert (table.layout, table.scale) == ("ktab", 100.0)
    assert table.actors == ("N", "S")
    assert table.issues == ("Water", "Road")
    np.testing.assert_allclose(table.position.middle, [[0.2, 0.4], [0.8, 0.6]])
    np.testing.assert_allclose(table.salience.middle, [[0.3, 0.5], [0.1, 0.2]])
    np.testing.assert_allclose(table.capability.middle, [[10, 10], [5, 5]])


def test_a_long_table_may_hold_intervals_and_leave_actors_out_of_issues() -> None:
    table = parse_bargaining(LONG, "t.csv")
    assert table.layout == "long"
    assert table.actors == ("north", "south", "west")
    np.testing.assert_array_equal(table.position.known, [[True, True], [True, False], [False, True]])
    assert (table.position.low[1, 0], table.position.high[1, 0]) == (0.7, 0.9)
    assert not table.position.has_best[0, 1]


def test_columns_may_stand_in_any_order() -> None:
    lines = [",".join(reversed(line.split(","))) for line in LONG.replace('"80 [70, 90]"', "80").splitlines()]
    table = parse_bargaining("\n".join(lines), "t.csv")
    assert table.position.middle[0, 0] == 0.2


def test_shares_and_hundreds_are_told_apart_column_by_column() -> None:
    table = parse_bargaining("issue,actor,position,salience,capability\nw,n,20,0.3,1\nw,s,80,1,2\n", "t.csv")
    assert table.scale == 100.0
    np.testing.assert_allclose(table.salience.middle[:, 0], [0.3, 1.0])
    shares = parse_bargaining("issue,actor,position,salience,capability\nw,n,0.2,30,1\nw,s,0.8,10,2\n", "t.csv")
    assert shares.scale == 1.0
    np.testing.assert_allclose(shares.position.middle[:, 0], [0.2, 0.8])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("N, The north, 10", "N, The north, ten"), "t.csv:3:14  capability\n  'ten' is not a number"),
        (("N, The north, 10", "N, The north, "), "t.csv:3:14  capability\n  the cell is empty"),
        (("80, 10", "180, 10"), "t.csv:4:17  Water\n  the position 180 of 'S' is outside the scale"),
        (("80, 10", "80, 110"), "the salience 110 of 'S' is outside the scale; a salience lies within 0 to 100"),
        (("S, The south, 5", "S, The south, -5"), "the capability -5 of 'S' is outside the scale"),
        ((",2,2\n", ",3,2\n"), "t.csv:1:31\n  the first line says 3 actors; 2 lines follow the names"),
        ((",2,2\n", ",2,3\n"), "the line of names has 8 cells; 3 dimensions take 9"),
        ((",2,2\n", ",2,0\n"), "the number of dimensions is 0"),
        ((", 60, 20,", ", 60"), "t.csv:4\n  the line has 6 cells; 2 dimensions take 7"),
        ((", 60, 20,", ", 60, 20, 9"), "the line has more than the 7 cells"),
        (("S, The", "N, The"), "actor 'N' stands in line 3 already"),
        (("S, The", ", The"), "the actor is empty"),
    ],
)
def test_a_fault_of_the_toolkits_layout_names_line_and_column(change: tuple[str, str], text: str) -> None:
    assert change[0] in KTAB
    assert text in faults(KTAB.replace(*change))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("water,north,20", "water,north,20%"), "t.csv:2:13  position\n  '20%' is a percentage"),
        (("water,north,20", "water,north,"), "t.csv:2:13  position\n  the cell is empty"),
        (("water,north,20", "water,,20"), "t.csv:2:7  actor\n  the actor is empty"),
        (("water,north,20,30,10", "water,north,20,30"), "t.csv:2\n  the row has 4 cells; the header has 5"),
        (("water,north,20,30,10", "water,north,20,30,10,9"), "remove the extra cell"),
        (("issue,actor,position", "issue,actor,positon"), "write position  [table.unknown-column]"),
        (("issue,actor,position", "issue,actor,positon"), "the column position is missing"),
        (("issue,actor,position", "issue,actor,actor"), "the column actor is there twice"),
        (("road,west", "road,north"), "actor 'north' on issue 'road' stands in line 4 already"),
        (("40..60", "60..40"), "the interval 60..40 is upside down"),
        (("40..60", "40..160"), "t.csv:4:12  position\n  the position 40..160 of 'north' is outside the scale"),
        (('"80 [70, 90]"', '"80 [70, 90]'), "csv.quote"),
    ],
)
def test_a_fault_of_a_long_table_names_line_and_column(change: tuple[str, str], text: str) -> None:
    assert change[0] in LONG
    assert text in faults(LONG.replace(*change))


def test_all_faults_of_a_file_come_at_once() -> None:
    found = faults(LONG.replace("20,30", "x,30").replace("40..60", "y"))
    assert found.count("is not a number") == 2


def test_an_empty_file_says_what_to_write() -> None:
    assert "the file is empty" in faults("")
    assert "the table has no rows" in faults("issue,actor,position,salience,capability\n")
    assert "nothing follows the first line" in faults("name,text,2,1\n")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaseFileError, match=r"No such file.*missing\.csv"):
        read_bargaining(tmp_path / "missing.csv")


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(LONG.replace("water", "wäter").encode("latin-1"))
    with pytest.raises(CaseFileError, match="is not UTF-8"):
        read_bargaining(path)


def test_a_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text(LONG, encoding="utf-8")
    monkeypatch.setattr("dayafter.casefile.bargaining.MAX_FILE_BYTES", 10)
    with pytest.raises(CaseFileError, match="split it by issue"):
        read_bargaining(path)
