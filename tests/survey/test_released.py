"""Snapshots of released surveys: what was fielded cannot be broken unnoticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.errors import SurveyDefinitionError
from closeloop.survey.load import SUFFIX, shipped_folder, shipped_names
from closeloop.survey.released import check_released, find_version, release, snapshots

NAMES = shipped_names()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped relationship survey with its snapshot."""
    name = f"relationship-nps{SUFFIX}"
    (tmp_path / "released").mkdir()
    shutil.copy(shipped_folder() / name, tmp_path / name)
    release(tmp_path / name)
    return tmp_path


def edit(folder: Path, before: str, after: str, times: int = 1) -> tuple[Path, int]:
    """Replace a text in the survey file; give the file and the line of the first replacement."""
    file = folder / f"relationship-nps{SUFFIX}"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, times), "utf-8")
    return file, text[: text.index(before)].count("\n") + 1


def test_no_shipped_survey_breaks_what_was_released() -> None:
    found = check_released(shipped_folder())
    assert [str(finding) for finding in found.findings] == []


def test_every_shipped_survey_has_a_snapshot_and_none_is_taken_for_a_survey() -> None:
    kept = snapshots(shipped_folder())
    assert {each.id for each in kept} == set(NAMES)
    assert not [name for name in NAMES if "@" in name]
    with pytest.raises(SurveyDefinitionError):
        cl.load_survey("relationship-nps@1")


EDITS = {
    "option_recoded": ("value: price", "value: cost"),
    "scale_changed": ("points: 7", "points: 5"),
    "shown_to_fewer": ('show_if: "{recommend} <= 8"', 'show_if: "{recommend} <= 6"'),
    "option_removed": ("- {value: hotline, text: {en: Hotline, zh-CN: 客服热线}}", ""),
    "limit_narrowed": ("max: 3", "max: 2"),
    "metric_changed": ("kind: csat", "kind: top_box"),
}


def test_breaking_edits_of_a_shipped_survey_are_found_with_their_lines(folder: Path) -> None:
    lines = {code: edit(folder, before, after)[1] for code, (before, after) in EDITS.items()}
    file, _ = edit(folder, "Strongly agree: 7", "Strongly agree: 5")
    lines["option_removed"] -= 3  # the list that the option is missing from
    found = check_released(folder)
    assert not found.ok
    faults = {finding.code: finding for finding in found.findings if finding.item != "ces"}
    assert {code: (faults[code].file, faults[code].line) for code in EDITS} == {
        code: (str(file), line) for code, line in lines.items()
    }
    assert all("version:" in str(finding.suggestion) for finding in found.findings)
    assert {finding.item for finding in found.findings if finding.code == "metric_changed"} == {"csat", "ces"}


def test_a_dropped_item_is_found_with_the_line_where_it_stood(folder: Path) -> None:
    file = folder / f"relationship-nps{SUFFIX}"
    text = file.read_text("utf-8")
    start, end = text.index("      - name: touchpoint"), text.index("      - name: recommend")
    file.write_text(text[:start] + text[end:], "utf-8")
    (finding,) = check_released(folder).findings
    assert finding.code == "item_removed"
    assert finding.file.endswith("relationship-nps@1.survey.yaml")
    assert finding.line == text[:start].count("\n") + 1


def test_a_version_and_a_migration_make_it_well_and_wording_needs_neither(folder: Path) -> None:
    file, _ = edit(folder, "What should we improve first?", "What should we improve?")
    assert check_released(folder).ok
    edit(folder, "value: price", "value: cost")
    edit(folder, "version: 1", "version: 2")
    assert [finding.code for finding in check_released(folder).findings] == ["option_recoded"]
    step = "migrations:\n  - {from: 1, to: 2, recode: {pains: {price: cost}}}\n"
    file.write_text(file.read_text("utf-8") + step, "utf-8")
    found = check_released(folder)
    assert found.ok
    assert [note.code for note in found.notes] == ["new_version"]
    assert release(file)[0]
    assert [each.version for each in snapshots(folder)] == [1, 2]
    assert check_released(folder).notes == ()
    edit(folder, "version: 2", "version: 3")
    assert check_released(folder).ok
    edit(folder, step, "")
    assert [finding.code for finding in check_released(folder).findings] == ["older_lost"]


def test_a_released_version_is_only_written_anew_where_nothing_breaks(folder: Path) -> None:
    file = folder / f"relationship-nps{SUFFIX}"
    snapshot = folder / "released" / f"relationship-nps@1{SUFFIX}"
    assert "already released, in the same words" in release(file)[1].en
    edit(folder, "What should we improve first?", "What should we improve?")
    assert release(file)[0]
    assert snapshot.read_bytes() == file.read_bytes()
    before = snapshot.read_bytes()
    edit(folder, "value: price", "value: cost")
    done, text, faults = release(file)
    assert (done, [fault.code for fault in faults]) == (False, ["option_recoded"])
    assert "Nothing was written" in text.en
    assert snapshot.read_bytes() == before


def test_a_survey_without_a_snapshot_is_noted_and_a_snapshot_without_a_survey_is_a_fault(folder: Path) -> None:
    shutil.copy(shipped_folder() / f"effort-ces{SUFFIX}", folder)
    assert [note.code for note in check_released(folder).notes] == ["not_released"]
    (folder / f"relationship-nps{SUFFIX}").unlink()
    assert [finding.code for finding in check_released(folder).findings] == ["orphan"]


def test_a_file_that_is_not_called_like_a_snapshot_is_noted_and_a_snapshot_is_not_released_again(folder: Path) -> None:
    snapshot = folder / "released" / f"relationship-nps@1{SUFFIX}"
    stray = Path(shutil.copy(snapshot, snapshot.with_name(f"relationship-nps@01{SUFFIX}")))
    assert [(note.code, note.file) for note in check_released(folder).notes] == [("stray", str(stray))]
    done, text, _ = release(snapshot)
    assert (done, "is a snapshot itself" in text.en) == (False, True)
    assert not (snapshot.parent / "released").exists()


def test_a_snapshot_under_a_wrong_name_is_a_fault(folder: Path) -> None:
    snapshot = folder / "released" / f"relationship-nps@1{SUFFIX}"
    snapshot.rename(snapshot.with_name(f"relationship-nps@2{SUFFIX}"))
    assert [finding.code for finding in check_released(folder).findings] == ["misnamed"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SurveyDefinitionError, match="no survey file"):
        check_released(tmp_path)


def test_another_version_is_found_among_the_snapshots_and_beside_them(folder: Path) -> None:
    file = folder / f"relationship-nps{SUFFIX}"
    edit(folder, "version: 1", "version: 2")
    later = cl.load_survey(file)
    earlier = find_version(later, 1)
    assert earlier is not None
    assert earlier.version == 1
    assert find_version(earlier, 2) == later
    assert find_version(later, 3) is None
