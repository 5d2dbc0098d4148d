"""Definitions by name or by file: surveys, codebooks, worksheets are found alike, and so is what is not there."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from closeloop.errors import closest
from closeloop.survey.findings import Finding, definition_error
from closeloop.text import message


def data_folder(name: str) -> Path:
    """Return the folder of the package's own definitions of one kind, such as ``"codebooks"``."""
    with resources.as_file(resources.files("closeloop").joinpath("data", name)) as folder:
        return folder


def shipped_in(folder: Path, suffix: str) -> tuple[str, ...]:
    """Return the names of the definitions in a folder, sorted.

    Examples
    --------
    >>> from closeloop.survey.load import SUFFIX, shipped_folder
    >>> shipped_in(shipped_folder(), SUFFIX)[:3]
    ('complaint-intake', 'effort-ces', 'feature-kano')
    """
    return tuple(sorted(path.name.removesuffix(suffix) for path in folder.glob(f"*{suffix}")))


def definition_file(name_or_path: str | Path, folder: Path, suffix: str, kind: str) -> Path:
    """Return the file of a definition: one's own, or the shipped one of that name.

    Parameters
    ----------
    name_or_path : str or Path
    folder : Path
        Where the shipped ones are.
    suffix : str
        How their names end.
    kind : {"survey", "codebook", "worksheet"}
        In whose words it is said that there is none.

    Raises
    ------
    SurveyDefinitionError
        If there is no such file; the likeliest names come first.
    """
    path, name = Path(name_or_path), str(name_or_path)
    if path.is_file():
        return path
    shipped = folder / f"{name}{suffix}"
    if "/" not in name and "\\" not in name and shipped.is_file():
        return shipped
    raise definition_error(name, [_not_there(path, name, folder, suffix, kind)])


def _not_there(path: Path, name: str, folder: Path, suffix: str, kind: str) -> Finding:
    if path.is_dir():
        return Finding(code="is_folder", file=name, message=message("survey.is_folder", suffix=suffix))
    names = shipped_in(folder, suffix)
    wanted = path.name.removesuffix(".yaml").removesuffix(".yml").removesuffix(suffix.removesuffix(".yaml"))
    near = dict.fromkeys((*closest(wanted, names), *names))  # the likeliest first, but all of them
    beside = sorted(each.name for each in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
    similar = closest(path.name, beside)
    what = message(f"survey.kind_of_{kind}")
    suggestion = message("survey.shipped_names", kind=what, names=", ".join(near))
    if similar and path.suffix:
        suggestion = message("survey.similar_files", names=", ".join(similar))
    text = message("survey.not_found", folder=str(path.parent.resolve()), kind=what)
    return Finding(code="not_found", file=name, message=text, suggestion=suggestion)
