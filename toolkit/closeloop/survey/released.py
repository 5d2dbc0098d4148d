"""Released versions: a snapshot of each survey that was fielded, against which later edits are held."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.diff import SurveyDiff
from closeloop.survey.findings import Finding
from closeloop.survey.load import SUFFIX, load_survey, shipped_folder
from closeloop.survey.survey import Survey
from closeloop.text import LocalText, message
from closeloop.versioned import check_target

FOLDER = "released"
"""Where the snapshots of the surveys of a folder lie: below it, so that they are not taken for surveys."""
_NAME = re.compile(r"(?P<id>[a-z][a-z0-9-]*)@(?P<version>[1-9]\d*)" + re.escape(SUFFIX))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A released version: which survey, which version, where."""

    id: str
    version: int
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What the check of a folder of surveys against their snapshots found.

    Attributes
    ----------
    diffs : tuple of SurveyDiff
        One for each survey that has a snapshot, from the newest one to the survey as it stands.
    findings : tuple of Finding
        Breaking changes that are not owned up to, and snapshots that cannot be right; any of them is a reason to stop.
    notes : tuple of Finding
        What is worth knowing: versions without a snapshot, files that are not called like one.
    """

    diffs: tuple[SurveyDiff, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing breaks."""
        return not self.findings


def snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """Return the snapshots of the surveys of a folder, by id and version.

    Examples
    --------
    >>> [f"{each.id} v{each.version}" for each in snapshots(shipped_folder())][:2]
    ['complaint-intake v1', 'effort-ces v1']
    """
    found = []
    for path in (folder / FOLDER).glob(f"*{SUFFIX}"):
        name = _NAME.fullmatch(path.name)
        if name:
            found.append(Snapshot(id=name["id"], version=int(name["version"]), path=path))
    return tuple(sorted(found, key=lambda each: (each.id, each.version)))


def check_released(folder: Path) -> Released:
    """Compare the surveys of a folder with their newest snapshots.

    Parameters
    ----------
    folder : Path
        Holds ``<name>.survey.yaml`` and, in its folder ``released``, ``<id>@<version>.survey.yaml``.

    Returns
    -------
    Released

    Raises
    ------
    SurveyDefinitionError
        If a survey or a snapshot cannot be loaded, or there is no survey in the folder.

    Examples
    --------
    >>> check_released(shipped_folder()).ok
    True
    """
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise SurveyDefinitionError(message("diff.no_surveys", folder=folder))
    kept = snapshots(folder)
    diffs: list[SurveyDiff] = []
    findings: list[Finding] = []
    notes: list[Finding] = []
    surveys = [load_survey(file) for file in files]
    for survey, file in zip(surveys, files, strict=True):
        mine = [each for each in kept if each.id == survey.id]
        if not mine:
            notes.append(_finding("not_released", file, message("diff.not_released", file=file)))
            continue
        found, wrong = _loaded(mine[-1], survey, file)
        findings += wrong
        if wrong:
            continue
        diff = found.diff(survey)
        diffs.append(diff)
        for older in mine[:-1]:
            findings += _lost(older, survey, file)
        findings += diff_findings(diff, file)
        if diff.bumped:
            text = message("diff.new_version", version=survey.version, last=mine[-1].version, file=file)
            notes.append(_finding("new_version", file, text))
    there = {survey.id for survey in surveys}
    for each in kept:
        if each.id not in there:
            findings.append(_finding("orphan", each.path, message("diff.orphan", id=each.id)))
    strays = (path for path in sorted((folder / FOLDER).glob(f"*{SUFFIX}")) if not _NAME.fullmatch(path.name))
    notes += [_finding("stray", path, message("diff.stray", suffix=SUFFIX)) for path in strays]
    return Released(diffs=tuple(diffs), findings=tuple(findings), notes=tuple(notes))


def diff_findings(diff: SurveyDiff, file: Path) -> list[Finding]:
    """Return the faults of a difference as findings, each with the line it stands on: in the new file where it can."""
    findings = []
    for change in diff.faults:
        place, _, line = (change.new_place or change.old_place or str(file)).rpartition(":")
        known = bool(place) and line.isdecimal()
        findings.append(
            Finding(
                code=change.kind,
                file=place if known else str(file),
                line=int(line) if known else None,
                item=change.item,
                message=change.why,
                suggestion=change.remedy,
            )
        )
    return findings


def _lost(older: Snapshot, survey: Survey, file: Path) -> list[Finding]:
    """Return what the migrations do not tell any more about a version before the last one."""
    diff = load_survey(older.path).diff(survey)
    return [
        _finding("older_lost", file, message("diff.older_lost", version=older.version, why=change.in_language(None)))
        for change in diff.faults
        if not change.told
    ]


def _loaded(snapshot: Snapshot, present: Survey, file: Path) -> tuple[Survey, list[Finding]]:
    """Return the survey of a snapshot (the present one where not a byte has changed), and what is wrong with it."""
    survey = present if snapshot.path.read_bytes() == file.read_bytes() else load_survey(snapshot.path)
    if (survey.id, survey.version) == (snapshot.id, snapshot.version):
        return survey, []
    text = message(
        "diff.misnamed",
        found=f"{survey.id}@{survey.version}",
        expected=f"{snapshot.id}@{snapshot.version}",
    )
    return survey, [_finding("misnamed", snapshot.path, text)]


def _finding(code: str, file: Path, text: LocalText) -> Finding:
    return Finding(code=code, file=str(file), line=1, message=text)


def release(file: Path) -> tuple[bool, LocalText, Sequence[Finding]]:
    """Keep a snapshot of a survey file as it is now.

    A version that is already released is written anew only if nothing breaks: then its wording was corrected.

    Returns
    -------
    tuple
        Whether there is now a snapshot of just this content, what happened, and what stood in the way.
    """
    survey = load_survey(file)
    if file.resolve().parent.name == FOLDER:
        return False, message("diff.is_snapshot", file=file), ()
    target = file.parent / FOLDER / f"{survey.id}@{survey.version}{SUFFIX}"
    content = file.read_bytes()
    if target.is_file():
        if target.read_bytes() == content:
            return True, message("diff.release_same", file=file, version=survey.version), ()
        found, wrong = _loaded(Snapshot(id=survey.id, version=survey.version, path=target), survey, file)
        faults = wrong or diff_findings(found.diff(survey), file)
        if faults:
            return False, message("diff.release_refused", file=file, version=survey.version), faults
    check_target(target)
    target.parent.mkdir(exist_ok=True)
    aside = target.with_suffix(".part")
    aside.write_bytes(content)
    aside.replace(target)
    return True, message("diff.released", file=file, version=survey.version, snapshot=target), ()


def find_version(survey: Survey, version: int) -> Survey | None:
    """Return another version of a survey, if its file or its snapshot is where such files lie.

    Looked for are the snapshots and the files beside the survey's own file; the shipped ones where it has no file.
    """
    for path in version_places(survey, version):
        if path.is_file():
            found = load_survey(path)
            if (found.id, found.version) == (survey.id, version):
                return found
    return None


def version_places(survey: Survey, version: int) -> tuple[Path, ...]:
    """Return where another version of a survey is looked for."""
    name, snapshot = f"{survey.id}{SUFFIX}", f"{survey.id}@{version}{SUFFIX}"
    home = shipped_folder() if survey.path is None else survey.path.parent
    home = home.parent if home.name == FOLDER else home
    return home / FOLDER / snapshot, home / name
