"""The wheel is complete, the editable install works beside it, the pinned versions are in the declared ranges."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import closeloop

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "toolkit" / "closeloop"
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.M)
}
SURVEYS = sorted(p.name for p in (ROOT / "surveys").glob("*.survey.yaml"))
SHOW = (
    "import closeloop as cl; s = cl.load_survey('relationship-nps'); print(cl.__file__, s.id, *cl.list_surveys()['id'])"
)


def run(folder: Path, code: str) -> list[str]:
    """Run `code` from `folder`, isolated from the user's own site and from PYTHONPATH; give the words it prints."""
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Build the wheel once, with the build backend of the development environment (no network)."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-build-isolation"]
    done = subprocess.run([*build, "--no-deps", "--wheel-dir", str(folder), str(ROOT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("closeloop-*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    files = {
        p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts
    }
    assert {f"closeloop/{name}" for name in files} <= set(wheel.namelist())
    assert {"py.typed", "data/locales/errors.yaml", "data/fonts/OFL.txt"} <= files
    assert any(re.fullmatch(r"data/fonts/.+\.[ot]tf", name) for name in files)


def test_the_wheel_holds_the_shipped_surveys(wheel: zipfile.ZipFile) -> None:
    packed = sorted(name for name in wheel.namelist() if name.startswith("closeloop/_surveys/"))
    folder = ROOT / "surveys"  # the surveys, their schema for editors, and the released versions
    paths = [path for pattern in ("**/*.yaml", "*.json") for path in folder.glob(pattern)]
    files = sorted(path.relative_to(folder).as_posix() for path in paths)
    assert packed == [f"closeloop/_surveys/{name}" for name in files]
    assert {"survey-1.schema.json", *SURVEYS} <= set(files)
    assert {"relationship-nps.survey.yaml", "transaction-csat.survey.yaml"} <= set(SURVEYS)


def test_the_wheel_holds_the_notebooks_to_copy_and_the_data_that_they_open(wheel: zipfile.ZipFile) -> None:
    packed = {name: wheel.read(name) for name in wheel.namelist() if name.startswith("closeloop/_templates/")}
    files = {
        f"closeloop/_templates/{tag}/{path.name}": path.read_bytes()
        for tag, folder in (("en", "notebooks/templates"), ("zh-CN", "notebooks/zh/templates"))
        for path in (ROOT / folder).glob("*.ipynb")
    }
    assert packed == files
    data = {name for name in wheel.namelist() if name.startswith("closeloop/_sample_data/")}
    loop = {f"closeloop/_sample_data/loop/{path.name}" for path in (ROOT / "sample_data" / "loop").iterdir()}
    assert data == {"closeloop/_sample_data/quickstart.csv", *loop}


def test_a_wheel_copies_a_notebook_and_finds_its_data_without_the_checkout(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel.extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import closeloop; from closeloop.cli import app; "
        "app(['new', 'retrospective', 'mine', '--language', 'zh-CN'], standalone_mode=False); "
        "print(closeloop.sample_data('loop'))"
    )
    *_, place = run(tmp_path, code)
    assert Path(place).is_relative_to(tmp_path)
    assert "复盘" in (tmp_path / "mine" / "retrospective.ipynb").read_text(encoding="utf-8")


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"closeloop", f"closeloop-{closeloop.__version__}.dist-info"}
    assert not [
        name
        for name in wheel.namelist()
        if name.endswith(".pyc")
        or (name.endswith(".ipynb") and not name.startswith("closeloop/_templates/"))
        or "/test" in name
        or "__pycache__" in name
    ]


def test_the_wheel_carries_both_licences(wheel: zipfile.ZipFile) -> None:
    assert {Path(name).name for name in wheel.namelist() if "/licenses/" in name} == {"LICENSE", "OFL.txt"}


def test_a_wheel_finds_its_surveys_without_the_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    there = str(tmp_path / "site")
    path, *found = run(tmp_path, f"import sys; sys.path.insert(0, {there!r}); {SHOW}")
    assert Path(path).is_relative_to(tmp_path)
    assert found == ["relationship-nps", *sorted(name.removesuffix(".survey.yaml") for name in SURVEYS)]


def test_an_editable_install_finds_the_surveys_beside_the_source(tmp_path: Path) -> None:
    path, *found = run(tmp_path, SHOW)
    assert Path(path) == PACKAGE / "__init__.py"
    assert found == ["relationship-nps", *sorted(name.removesuffix(".survey.yaml") for name in SURVEYS)]
    (home,) = run(tmp_path, "import closeloop as cl; print(cl.load_survey('relationship-nps').path)")
    assert Path(home) == ROOT / "surveys" / "relationship-nps.survey.yaml", "a copy would hide what is being edited"


def test_the_version_is_said_once() -> None:
    assert closeloop.__version__ == PYPROJECT["project"]["version"]


def test_the_constraints_name_versions_and_no_places() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    odd = [x for x in lines if x and not x.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.!+-]+", x)]
    assert odd == []
    assert len(PINS) == sum(1 for x in lines if x and not x.startswith("#")), "a package is pinned twice"


def declared(*extras: str) -> list[Requirement]:
    """Give what the package, these extras and the groups ask for, closeloop itself left out."""
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    lines = [*project["dependencies"], *chain.from_iterable(groups.values()), *PYPROJECT["build-system"]["requires"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [r for r in map(Requirement, lines) if r.name != "closeloop"]


def test_the_constraints_pin_all_that_is_installed_inside_its_range() -> None:
    for requirement in declared(*(set(PYPROJECT["project"]["optional-dependencies"]) - {"all"})):
        pinned = PINS.get(canonicalize_name(requirement.name), "nothing")
        assert requirement.specifier.contains(pinned), f"{requirement}: constraints.txt has {pinned}"


def test_the_pinned_pip_reads_dependency_groups() -> None:
    assert Version(PINS[canonicalize_name("pip")]) >= Version("25.1")


def test_the_extra_all_is_all_of_them() -> None:
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert Requirement(extras["all"][0]).extras == set(extras) - {"all"}
