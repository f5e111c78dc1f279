from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.casefile.csv_text import CsvText
from dayafter.casefile.load import check_case, load_case
from dayafter.casefile.raw import MAX_FILE_BYTES
from dayafter.errors import CaseFileError, Severity, UsageError
from tests.unit.casefile.helpers import ACTORS, HEAD, issues_of, small_case, spot

SHARES = "id,name,kind,destroyed_share\n"


def test_a_small_case_loads(tmp_path: Path) -> None:
    loaded = load_case(small_case(tmp_path / "case"))
    assert [actor.id for actor in loaded.case.actors] == ["north", "south"]
    assert str(loaded.where("actors", 1, "kind")) == "actors.csv:3:13  kind"
    assert str(loaded.info_origins["as_of"]) == "case.yaml:5:8  as_of"


def test_all_faults_are_raised_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    folder = small_case(
        tmp_path / "case",
        head=HEAD.replace("title: Small\n", "titel: Small\n"),
        actors="id,name,kind,armed,source\nNorth,North,region,maybe,r1\nsouth,,stat,yes,r1\n",
    )
    with pytest.raises(CaseFileError) as caught:
        load_case(folder)
    found = [(*spot(issue), issue.code) for issue in caught.value.issues if issue.severity is Severity.ERROR]
    assert found == [
        ("actors.csv", 2, 1, "cell.id"),
        ("actors.csv", 2, 20, "cell.enum"),
        ("actors.csv", 3, 7, "cell.missing"),
        ("actors.csv", 3, 8, "cell.enum"),
        ("case.yaml", None, None, "case.missing-field"),
        ("case.yaml", 3, 1, "case.unknown-field"),
    ]
    assert "write state" in str(caught.value)
    assert "write title" in str(caught.value)


@pytest.mark.parametrize(
    ("files", "code", "where"),
    [
        ({"actors": ""}, "table.no-header", ("actors.csv", 1, None)),
        ({"actors": ACTORS.replace(",", ";")}, "csv.separator", ("actors.csv", 1, 1)),
        ({"actors": ACTORS.replace(",", "\t")}, "csv.separator", ("actors.csv", 1, 1)),
        ({"actors": "sep=;\n" + ACTORS}, "csv.separator", ("actors.csv", 1, 1)),
        ({"actors": ACTORS + 'east,"East,region,r1\n'}, "csv.unclosed-quote", ("actors.csv", 4, 6)),
        ({"actors": ACTORS + 'east,"Ea"st,region,r1\n'}, "csv.quote", ("actors.csv", 4, None)),
        ({"actors": ACTORS + "east,East\n"}, "csv.too-few-cells", ("actors.csv", 4, None)),
        ({"actors": ACTORS + "east,East,region,r1,x\n"}, "csv.too-many-cells", ("actors.csv", 4, None)),
        ({"actors": ACTORS.replace("name", "nmae")}, "table.unknown-column", ("actors.csv", 1, 4)),
        ({"actors": ACTORS.replace("name", "nmae")}, "table.missing-column", ("actors.csv", 1, None)),
        ({"actors": ACTORS.replace("source", "name")}, "table.duplicate-column", ("actors.csv", 1, 14)),
        ({"actors": ACTORS.replace("source", "")}, "table.empty-header", ("actors.csv", 1, 14)),
        ({"actors": "id,name,kind" + ",x" * 200 + "\n"}, "table.too-many-columns", ("actors.csv", 1, None)),
        ({"actors": ACTORS + "east,\x1b[31mEast,region,r1\n"}, "cell.control-character", ("actors.csv", 4, 6)),
        ({"actors": ACTORS + f"east,{'x' * 32_768},region,r1\n"}, "cell.too-long", ("actors.csv", 4, 6)),
        ({"actors": ACTORS + f"east,{'x' * 140_000},region,r1\n"}, "cell.too-long", ("actors.csv", 4, 6)),
        ({"actors": ACTORS.encode("utf-16")}, "file.encoding", ("actors.csv", 1, 1)),
        ({"actors": (ACTORS + "east,كركوك,region,r1\n").encode("cp1256")}, "file.encoding", ("actors.csv", 4, 6)),
        ({"actors": (ACTORS + "east,Zürich,region,r1\n").encode("latin-1")}, "file.encoding", ("actors.csv", 4, 7)),
        ({"actors": ACTORS + "ea\0st,East,region,r1\n"}, "file.nul-byte", ("actors.csv", 4, 3)),
        ({"sources": "id,title,kind,grade\nr1,R,report,Z9\n"}, "cell.pattern", ("sources.csv", 2, 13)),
        ({"sources": "id,title,kind,published_on\nr1,R,report,12/11/2015\n"}, "cell.date", ("sources.csv", 2, 13)),
        ({"places": "id,name,kind,latitude\np,P,town,north\n"}, "cell.number", ("places.csv", 2, 10)),
        ({"places": "id,name,kind,latitude\np,P,town,95\n"}, "cell.out-of-range", ("places.csv", 2, 10)),
        ({"places": SHARES + "p,P,town,1..0\n"}, "cell.interval-upside-down", ("places.csv", 2, 10)),
        ({"places": SHARES + "p,P,town,1 [0..0.5]\n"}, "cell.best-outside", ("places.csv", 2, 10)),
        ({"actors": ACTORS.replace("South,region,r1", "South,region,r1 [p")}, "cell.citation", ("actors.csv", 3, 20)),
        ({"actor": ACTORS}, "file.unknown-table", ("actor.csv", None, None)),
        ({"Places": "id,name,kind\n"}, "file.name-case", ("Places.csv", None, None)),
        ({"head": ""}, "case.not-a-mapping", ("case.yaml", 1, None)),
        ({"head": "- a\n"}, "case.not-a-mapping", ("case.yaml", 1, 1)),
        ({"head": HEAD + "region: {a: b}\n"}, "case.shape", ("case.yaml", 6, 9)),
        ({"head": HEAD + "region: [a, b]\n"}, "case.shape", ("case.yaml", 6, 9)),
        ({"head": HEAD + "horizon_months: 0\n"}, "cell.out-of-range", ("case.yaml", 6, 17)),
        ({"head": HEAD + "horizon_months: soon\n"}, "cell.number", ("case.yaml", 6, 17)),
        ({"head": HEAD + "languages: [en, arabic]\n"}, "cell.pattern", ("case.yaml", 6, 12)),
        ({"head": HEAD + f"summary: {'x' * 32_768}\n"}, "cell.too-long", ("case.yaml", 6, 10)),
        ({"head": HEAD.replace("format: 1", "format: 99")}, "case.newer-format", ("case.yaml", 1, 9)),
        ({"head": HEAD.replace("format: 1", "format: 0")}, "case.unknown-format", ("case.yaml", 1, 9)),
        ({"head": HEAD + "title: [\n"}, "yaml.syntax", ("case.yaml", 7, 1)),
    ],
)  # fmt: skip
def test_a_fault_is_reported_at_its_spot(
    tmp_path: Path, files: dict[str, str | bytes], code: str, where: tuple[str, int | None, int | None]
) -> None:
    report = check_case(small_case(tmp_path / "case", **files))
    assert not report.ok
    assert report.loaded is None
    issue = next(issue for issue in report.issues if issue.code == code)
    assert spot(issue) == where
    assert issue.severity is Severity.ERROR
    assert "\x1b" not in str(issue)
    assert issue.what
    assert issue.remedy


def test_the_encoding_is_guessed_and_the_byte_named(tmp_path: Path) -> None:
    issues = issues_of(small_case(tmp_path / "a", actors=(ACTORS + "east,كركوك,region,r1\n").encode("cp1256")))
    assert (
        issues["file.encoding"].what == "byte 70 of the file (0xDF) is not UTF-8; the file may be Windows-1256 (Arabic)"
    )
    issues = issues_of(small_case(tmp_path / "b", actors=ACTORS.encode("utf-16-le")))
    assert "UTF-16" in issues["file.nul-byte"].what


def test_a_utf8_mark_old_line_ends_blank_lines_and_stray_commas_are_taken(tmp_path: Path) -> None:
    plain = load_case(small_case(tmp_path / "plain"))
    for name, actors in {
        "mark": b"\xef\xbb\xbf" + ACTORS.encode(),
        "windows": ACTORS.replace("\n", "\r\n").encode(),
        "mac": ACTORS.replace("\n", "\r").encode(),
        "blank": ACTORS.replace("\n", "\n\n,,,\n").encode(),
        "commas": ACTORS.replace("\n", ",,\n").encode(),
        "spaces": ACTORS.replace(",", " , ").encode(),
    }.items():
        assert load_case(small_case(tmp_path / name, actors=actors)) == plain, name


def test_a_line_break_in_a_cell_is_kept_and_later_cells_keep_their_spot(tmp_path: Path) -> None:
    actors = 'id,note,name,kind,source\nnorth,"one\r\ntwo ""x""",North,regoin,r1\n'
    issue = issues_of(small_case(tmp_path / "case", actors=actors))["cell.enum"]
    assert spot(issue) == ("actors.csv", 3, 18)
    case = load_case(small_case(tmp_path / "good", actors=actors.replace("regoin", "region"))).case
    assert case.actors[0].note == 'one\ntwo "x"'


def test_no_reference_to_a_table_that_cannot_be_read_is_called_dangling(tmp_path: Path) -> None:
    folder = small_case(
        tmp_path / "case",
        actors=(ACTORS.encode("utf-16")),
        loyalties="actor,patron,loyalty,source\nnorth,south,0.5,r1\n",
    )
    assert {issue.code for issue in check_case(folder).issues if issue.severity is Severity.ERROR} == {"file.encoding"}
    folder = small_case(
        tmp_path / "row",
        actors=ACTORS.replace("South,region", "South,regoin"),
        loyalties="actor,patron,loyalty,source\nnorth,south,0.5,r1\n",
    )
    assert {issue.code for issue in check_case(folder).issues if issue.severity is Severity.ERROR} == {"cell.enum"}
    folder = small_case(
        tmp_path / "gone",
        actors=ACTORS.replace("south", "west"),
        loyalties="actor,patron,loyalty,source\nnorth,south,0.5,r1\n",
    )
    assert "reference.dangling" in issues_of(folder) or any("south" in str(i) for i in check_case(folder).issues)


def test_two_names_that_differ_by_case_alone_are_a_fault(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    (folder / "Actors.csv").write_text(ACTORS)
    if (folder / "Actors.csv").samefile(folder / "actors.csv"):
        pytest.skip("this file system has no upper and lower case")
    assert "file.duplicate" in issues_of(folder)


def test_a_folder_without_a_head_is_no_case(tmp_path: Path) -> None:
    assert list(issues_of(tmp_path)) == ["case.no-head"]
    (tmp_path / "case.yml").write_text(HEAD)
    assert "rename case.yml" in issues_of(tmp_path)["case.no-head"].remedy


def test_a_file_that_is_no_workbook_is_no_case(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    assert "give the folder" in issues_of(folder / "actors.csv")["file.not-a-case"].remedy
    (tmp_path / "old.xls").write_bytes(b"x")
    assert "save the workbook" in issues_of(tmp_path / "old.xls")["file.not-a-case"].remedy


def test_an_unknown_name_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no file, folder or bundled case 'nowhere-1999'"):
        load_case("nowhere-1999")


def test_a_file_of_200_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    with (folder / "incidents.csv").open("wb") as stream:
        stream.truncate(200 * 2**20)  # takes no room on the disk
    issue = issues_of(folder)["file.too-large"]
    assert "200 MB" in issue.what
    assert MAX_FILE_BYTES < 200 * 2**20


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    os.mkfifo(folder / "places.csv")
    assert issues_of(folder)["file.not-a-file"].where.file == "places.csv"


def test_a_link_that_leaves_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id,name,kind\n")
    folder = small_case(tmp_path / "case")
    (folder / "places.csv").symlink_to(tmp_path / "secret.csv")
    assert issues_of(folder)["file.outside"].where.file == "places.csv"
    linked = tmp_path / "linked"
    linked.symlink_to(small_case(tmp_path / "good"))
    assert check_case(linked).ok


def test_a_link_to_nowhere_and_a_file_without_rights_are_issues(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    (folder / "places.csv").symlink_to(folder / "gone.csv")
    assert issues_of(folder)["file.unreadable"].where.file == "places.csv"


def place_with(geometry: str) -> str:
    """A table of one place that names a geometry file."""
    return f'id,name,kind,geometry,source\np,P,town,"{geometry}",r1\n'


@pytest.mark.parametrize(
    "name",
    [
        "/etc/hosts.json",
        "../secret.geojson",
        "a/../../x.json",
        "C:\\x.json",
        "..\\x.json",
        "x.txt",
        ".hidden/x.json",
        "file:x.json",
    ],
)
def test_a_geometry_reference_stays_inside_the_folder(tmp_path: Path, name: str) -> None:
    issue = issues_of(small_case(tmp_path / "case", places=place_with(name)))["case.geometry-path"]
    assert spot(issue) == ("places.csv", 2, 10)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "case.geometry-missing"),
        ("{", "case.geometry-format"),
        ("[" * 100_000, "case.geometry-format"),
        ('{"a": ' + "9" * 5000 + "}", "case.geometry-format"),
        ("[]", "case.geometry-format"),
        ('{"type": "Topology"}', "case.geometry-format"),
        (
            '{"type": "Feature", "id": "q", "geometry": {"type": "Point", "coordinates": [0, 0]}}',
            "case.geometry-feature",
        ),
        ("\xff\xfe", "file.encoding"),
    ],
)
def test_a_geometry_file_must_be_geojson_that_holds_the_place(tmp_path: Path, content: str | None, code: str) -> None:
    folder = small_case(tmp_path / "case", places=place_with("g.geojson"))
    if content is not None:
        (folder / "g.geojson").write_bytes(content.encode("latin-1"))
    assert code in issues_of(folder)


def test_a_geometry_file_that_links_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    folder = small_case(tmp_path / "case", places=place_with("g.json"))
    (folder / "g.json").symlink_to(tmp_path / "secret.json")
    assert "file.outside" in issues_of(folder)


def test_a_missing_format_is_a_warning(tmp_path: Path) -> None:
    report = check_case(small_case(tmp_path / "case", head=HEAD.replace("format: 1\n", "")))
    assert report.ok
    assert [issue.code for issue in report.issues if issue.where.file == "case.yaml"] == ["case.no-format"]


def test_counts_are_rows_as_written(tmp_path: Path) -> None:
    report = check_case(small_case(tmp_path / "case", actors=ACTORS + "east,East,regoin,r1\n"))
    assert report.counts["actors"] == 3
    assert report.counts["places"] == 0


@given(st.lists(st.lists(st.text('a,"\n\r;x ك', max_size=6), min_size=1, max_size=4), min_size=1, max_size=4))
def test_cells_are_found_where_the_reader_found_them(table: list[list[str]]) -> None:
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in table)
    source = CsvText.of(text)
    for (line, record), row in zip(source.records(), table, strict=True):
        lines, offsets = source.fields_at(line)
        assert record == row
        assert len(lines) == len(offsets) == len(row)
        for at, offset in zip(lines, offsets, strict=True):
            assert source.lines[at - 1][offset - 1] == '"'
        assert (
            source.line_after(line)
            == max(lines) + row[-1].count("\n") + row[-1].count("\r") - row[-1].count("\r\n") + 1
        )
