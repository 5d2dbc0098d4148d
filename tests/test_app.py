"""The app, without starting it: what is served to whom, what the start page says, what is refused in which words."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import closeloop as cl
from closeloop.app.settings import Settings, language_of, pages_of
from closeloop.app.start import start_page
from closeloop.cli import serving
from closeloop.cli.terminal import app
from closeloop.text import language, set_language

STAFF = Settings(pages=("board", "form", "retrospective"), mode="interview", language="en")


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    before = language()
    yield
    set_language(before)


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    path = tmp_path / "loop.sqlite"
    cl.open_loop(path, actor="Lin Qiao").close()
    return path


def run(*options: object) -> Result:
    return CliRunner().invoke(app, ["app", "--no-browser", *map(str, options)])


@pytest.mark.parametrize(
    ("asked", "mode", "loop", "survey", "pages", "chosen"),
    [
        ((), None, "l", "", "board retrospective", "interview"),
        ((), None, "", "s", "form", "self"),
        ((), None, "l", "s", "board form retrospective", "interview"),
        (("form",), None, "l", "s", "form", "self"),
        (("board",), None, "l", "s", "board", "interview"),
        ((), "kiosk", "l", "s", "form", "kiosk"),
        ((), "self", "l", "s", "form", "self"),
        (("form",), "interview", "", "s", "form", "interview"),
    ],
)
def test_each_sees_what_is_theirs(
    asked: tuple[str, ...], mode: str | None, loop: str, survey: str, pages: str, chosen: str
) -> None:
    assert pages_of(set(asked), mode, loop=loop, survey=survey) == (tuple(pages.split()), chosen)


@pytest.mark.parametrize("mode", ["self", "kiosk"])
def test_a_respondent_is_never_served_the_board(mode: str) -> None:
    with pytest.raises(ValueError, match=r"the form is served alone\. Leave out --board"):
        pages_of({"form", "board"}, mode, loop="l", survey="s")


def test_the_settings_survive_the_way_to_the_kernels_and_are_private(tmp_path: Path) -> None:
    STAFF.save(tmp_path)
    assert Settings.load(tmp_path) == STAFF
    assert [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()] == [0o600]


@pytest.mark.parametrize(
    ("query", "tag"), [("", "en"), ("language=zh-CN", "zh-CN"), ("language=zh", "zh-CN"), ("language=%3Cb%3E", "en")]
)
def test_an_address_tells_the_language(query: str, tag: str) -> None:
    assert language_of(query, STAFF) == tag


@pytest.mark.parametrize(("tag", "words"), [("en", "Case board"), ("zh-CN", "个案看板")])
def test_the_start_page_names_what_there_is_in_both_languages(tag: str, words: str) -> None:
    shown = start_page(STAFF, tag)
    assert shown.startswith(f'<!doctype html>\n<html lang="{tag}">')
    assert words in shown
    assert shown.count('href="/board?') == 1
    assert f'href="/?language={"en" if tag == "zh-CN" else "zh-CN"}"' in shown
    assert "<script" not in shown


def test_a_theme_that_is_chosen_outranks_the_system() -> None:
    dark = Settings(pages=("board", "form"), mode="interview", language="en", theme="dark")
    assert '<body data-jp-theme-light="false">' in start_page(dark, "en")
    assert "data-jp-theme-light=" not in start_page(STAFF, "en").partition("</style>")[2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "There is nothing to serve"),
        (("--survey", "relationship-nps", "--board"), "--board needs --loop"),
        (("--loop", "l", "--form"), "--form needs --survey"),
        (("--loop", "l", "--mode", "kiosk"), "--mode kiosk needs --survey"),
        (("--loop", "l", "--mode", "phone"), "There is no mode “phone”; expected one of: self, kiosk, interview."),
        (("--loop", "l", "--theme", "blue"), "There is no theme “blue”"),
        (("--loop", "l", "--token", "secret"), "The token is too short: 6 characters"),
        (("--loop", "nowhere.sqlite"), "There is no register at"),
        (("--survey", "relationship-npz"), "relationship-nps"),
        (("--survey", "relationship-nps", "--since", "yesterday"), "yesterday"),
        (("--survey", "relationship-nps", "--language", "fr"), "fr"),
    ],
)
def test_what_cannot_be_served_is_said_before_anything_starts(options: tuple[str, ...], words: str) -> None:
    done = run(*options)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.output


def test_a_port_in_use_is_named_with_the_way_out(loop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("--loop", loop, "--port", port)
    assert done.exit_code == 2
    assert f"Port {port} is in use. Choose another one with --port" in done.stderr


def test_without_voila_the_command_says_how_to_get_it(loop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda _: None)
    done = run("--loop", loop)
    assert done.exit_code == 2
    assert 'pip install "closeloop[app]"' in done.stderr
    done = run("--loop", loop, "--language", "zh-CN")
    assert "目前没有安装" in done.stderr
