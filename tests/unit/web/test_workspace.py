"""What is written: into the workspace alone, whole or not at all, with a log that shows tampering."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dayafter.casefile.load import load_case
from dayafter.errors import CaseFileError, UsageError
from dayafter.web.audit import AuditLog, last_hash
from dayafter.web.workspace import Workspace
from tests.unit.web.serving import BRIDGES, serving

ASKED = {"deal": "bridge-toll", "steps": [{"action": "formalise", "deal": "bridge-toll", "form": "signed"}]}


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_looking_writes_nothing_at_all(tmp_path: Path) -> None:
    with serving(tmp_path, BRIDGES) as client:
        for path in ("/", "/places", "/settlement", "/api/v1/case", "/data"):
            assert client.get(path).status_code == 200
        assert client.post("/api/v1/what-if", json=ASKED).status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_saving_and_exporting_write_to_the_workspace_alone_and_leave_the_case_as_it_was(tmp_path: Path) -> None:
    case = tmp_path / "mine"
    shutil.copytree(BRIDGES, case)
    before = tree(tmp_path)
    with serving(tmp_path, str(case)) as client:
        saved = client.post("/api/v1/policies", json={**ASKED, "name": "Signed at last"})
        assert saved.status_code == 201
        assert saved.json()["id"] == "signed-at-last"
        assert client.get("/download/places.csv").status_code == 200
    after = tree(tmp_path)
    assert {name: after[name] for name in before} == before
    assert {Path(name).parts[0] for name in set(after) - set(before)} == {"workspace"}
    copy = load_case(tmp_path / "workspace" / "case").case
    assert [policy.id for policy in copy.policies][-1] == "signed-at-last"
    assert copy.interventions[-1].form == "signed"
    assert copy.places == load_case(case).case.places


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "..", "a/b", "C:\\x", "con\x00"])
def test_no_name_leads_out_of_the_workspace(tmp_path: Path, name: str) -> None:
    with serving(tmp_path, BRIDGES) as client:
        given = client.post("/api/v1/policies", json={**ASKED, "name": "x", "id": name})
        assert given.status_code == 422
        named = client.post("/api/v1/policies", json={**ASKED, "name": name})
        assert named.status_code in {201, 422}
        if named.status_code == 201:
            assert set(named.json()["id"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert {path.name for path in tmp_path.iterdir()} <= {"workspace"}


def test_a_policy_is_not_overwritten_and_two_tabs_do_not_lose_each_others_work(tmp_path: Path) -> None:
    with serving(tmp_path, BRIDGES) as client:
        assert client.post("/api/v1/policies", json={**ASKED, "name": "One"}).status_code == 201
        assert client.post("/api/v1/policies", json={**ASKED, "name": "Two"}).status_code == 201
        again = client.post("/api/v1/policies", json={**ASKED, "name": "One"})
        assert again.status_code == 422
        assert "is there already" in again.json()["error"]
        plans = client.get("/api/v1/policies").json()["policies"]
        assert [plan["id"] for plan in plans if plan["saved"]] == ["one", "two"]
        page = client.get("/changes").text
    assert "one" in page
    assert "Saved here" in page


def test_an_edit_that_breaks_the_case_is_refused_and_the_copy_stays(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w", load_case(BRIDGES))
    workspace.change(lambda case: case.model_copy(update={"shocks": case.shocks}))
    before = tree(tmp_path / "w" / "case")
    with pytest.raises(CaseFileError):
        workspace.change(
            lambda case: case.model_copy(
                update={"deals": tuple(row.model_copy(update={"places": ("nowhere",)}) for row in case.deals)}
            )
        )
    assert tree(tmp_path / "w" / "case") == before
    assert {path.name for path in (tmp_path / "w").iterdir()} == {"case"}


def test_a_workspace_that_would_be_unsafe_is_refused(tmp_path: Path) -> None:
    loaded = load_case(BRIDGES)
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("", encoding="utf-8")
    link.symlink_to(tmp_path)
    for root in (file, link):
        with pytest.raises(UsageError, match="is no folder"):
            Workspace(root, loaded)
    with pytest.raises(UsageError, match="folder of the case itself"):
        Workspace(Path(BRIDGES), loaded)
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "case").symlink_to(BRIDGES)
    with pytest.raises(UsageError, match="is a link"):
        Workspace(tmp_path / "w", loaded)


def test_the_log_says_who_did_what_and_never_what_the_case_says(tmp_path: Path) -> None:
    with serving(tmp_path, BRIDGES) as client:
        client.get("/download/assessment.csv")
        client.post("/api/v1/policies", json={**ASKED, "name": "Signed"})
    lines = (tmp_path / "workspace" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [(one["who"], one["action"], one["what"]) for one in entries] == [
        ("owner", "export", "assessment.csv"),
        ("owner", "save", "case"),
    ]
    assert len(entries[0]["sha256"]) == 64
    assert entries[0]["audience"] == "partners"
    assert "Midbridge" not in "".join(lines)


@pytest.mark.parametrize("harm", ["cut", "changed", "added"])
def test_a_log_that_was_tampered_with_is_noticed_at_the_next_start(tmp_path: Path, harm: str) -> None:
    log = AuditLog(tmp_path, now=lambda: "2016-02-22T00:00:00+00:00")
    for name in ("a", "b", "c"):
        log.add("anna", "editor", "export", name)
    path = tmp_path / "audit.jsonl"
    assert last_hash(path) != last_hash(tmp_path / "none.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert AuditLog(tmp_path).path == path  # as it is, it is fine
    harmed = {"cut": lines[:1] + lines[2:], "changed": [lines[0].replace("anna", "omar"), *lines[1:]]}
    path.write_text("".join(harmed.get(harm, [*lines, '{"at":"later"}\n'])), encoding="utf-8")
    with pytest.raises(UsageError, match=r"audit.jsonl:\d does not follow"):
        AuditLog(tmp_path)


def test_entries_are_added_at_the_end_and_what_was_there_is_never_touched(tmp_path: Path) -> None:
    first = AuditLog(tmp_path)
    first.add("anna", "editor", "save", "case")
    before = first.path.read_bytes()
    AuditLog(tmp_path).add("omar", "reader", "export", "brief.html", {"bytes": 3})
    after = first.path.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 2
    assert first.path.stat().st_mode & 0o077 == 0
