"""A running app: nobody gets in without the token, nothing leaves the machine, pages live and end, nothing stays."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import closeloop as cl

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "out" / "browser"
NO_KERNEL = "00000000-0000-0000-0000-000000000000"
ALONE = "() => [...globalThis.closeloopPlaces.models.values()].map(one => one.model.get('alone'))"
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
EVERYWHERE = (
    "/", "/board", "/form", "/retrospective", "/board.ipynb", "/settings.json", "/favicon.ico", "/login", "/api",
    "/api/status", "/api/contents", "/api/kernels", f"/api/kernels/{NO_KERNEL}", f"/api/kernels/{NO_KERNEL}/channels",
    "/voila/render/board.ipynb", "/voila/tree", "/voila/api/contents/", "/voila/files/settings.json",
    "/voila/static/voila.js", "/voila/static/", "/voila/templates/lab/static/index.css",
    "/voila/labextensions/anywidget/package.json", "/static/voila.js", "/../settings.json", "//127.0.0.1/",
)  # fmt: skip


@dataclass
class App:
    """An app that runs."""

    process: subprocess.Popen[str]
    address: str
    home: Path

    @property
    def port(self) -> int:
        return int(urllib.parse.urlsplit(self.address).port or 0)

    @property
    def token(self) -> str:
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.address).query)["token"][0]

    def ask(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """Ask for a path without a browser; redirects are not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def enter(self) -> str:
        """Show the token and give the cookie that comes for it."""
        return str(self.ask(f"/?token={self.token}").headers["Set-Cookie"]).partition(";")[0]

    def end(self) -> tuple[int, str]:
        """Press Ctrl+C; give the exit code and what the terminal showed since."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., App]]:
    """Give ``start(*options)``: an app at a free port, with a temporary folder of its own to be looked into."""
    running: list[App] = []

    def run(*options: object) -> App:
        home = tmp_path_factory.mktemp("app")
        own = {
            "TMPDIR": home,
            "JUPYTER_CONFIG_DIR": home / "c",
            "JUPYTER_RUNTIME_DIR": home / "r",
            "IPYTHONDIR": home / "i",
        }
        environment = {k: v for k, v in os.environ.items() if k not in {"MPLBACKEND", "CLOSELOOP_LANGUAGE"}}
        process = subprocess.Popen(
            [sys.executable, "-m", "closeloop.cli", "app", "--no-browser", "--port", "0", *map(str, options)],
            env=environment | {k: str(v) for k, v in own.items()},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=home,
        )  # fmt: skip
        first = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", first)
        if found is None:
            process.kill()
            pytest.fail(f"the app did not start: {first}{process.communicate()[0]}")
        running.append(App(process, found[0], home))
        return running[-1]

    yield run
    for app in running:
        if app.process.poll() is None:
            app.process.terminate()
            app.process.communicate(timeout=60)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a loop with one open case, in the words of somebody who tries things."""
    path = tmp_path_factory.mktemp("register") / "secret-place.sqlite"
    with cl.open_loop(path, actor="Lin Qiao", timezone="Asia/Shanghai") as loop:
        loop.open_case(words=f"Nobody called me back. {HOSTILE}", channel="phone", received_at="2026-07-01T08:30+08:00")
    return path


@pytest.fixture(scope="module")
def app(start: Callable[..., App], register: Path) -> App:
    """Give an app for the staff."""
    return start("--loop", register, "--actor", "Lin Qiao", "--timezone", "Asia/Shanghai")


@pytest.mark.parametrize("path", EVERYWHERE)
def test_nothing_is_served_without_the_token(app: App, path: str) -> None:
    for sent in (path, f"{path}?token=", f"{path}?token={'x' * len(app.token)}"):
        assert app.ask(sent).status == 403
    assert app.ask(path, Cookie=f"closeloop-{app.port}=x").status == 403
    assert app.ask(path, method="POST").status == 403
    assert app.ask(path, Authorization="token x").status == 403


def test_no_kernel_is_talked_to_without_the_token(app: App) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Key": "eA==",
        "Sec_WebSocket_Version": "13",
    }
    assert app.ask(f"/api/kernels/{NO_KERNEL}/channels", **upgrade).status == 403
    assert app.ask(f"/api/kernels/{NO_KERNEL}/channels", Cookie=app.enter(), **upgrade).status == 404


def test_the_token_is_shown_once_and_leaves_the_address(app: App) -> None:
    answer = app.ask(f"/board?language=zh-CN&token={app.token}")
    assert (answer.status, answer.headers["Location"]) == (302, "/board?language=zh-CN")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert app.token not in cookie
    assert app.ask(f"//evil.example/?token={app.token}").headers["Location"] == "/evil.example/"


def test_another_site_in_the_same_browser_gets_nothing(app: App) -> None:
    cookie = app.enter()
    assert app.ask("/", Cookie=cookie).status == 200
    assert app.ask("/", Cookie=cookie, Origin="http://evil.example").status == 403
    assert app.ask("/", Cookie=cookie, Origin="http://127.0.0.1:1").status == 403
    assert app.ask("/", Cookie=cookie, Host=f"evil.example:{app.port}").status == 403
    assert app.ask(f"/?token={app.token}", Host="evil.example").status == 403


def test_with_the_token_there_are_the_pages_and_no_folder_and_no_file(app: App) -> None:
    cookie = app.enter()
    served = {
        path
        for path in EVERYWHERE
        if path != "/board" and path != "/retrospective" and app.ask(path, Cookie=cookie).status == 200
    }
    assert served == {"/", "/voila/static/voila.js", "/voila/labextensions/anywidget/package.json"}


def test_it_listens_on_this_machine_only(app: App) -> None:
    own = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout.split()
    for address in own:
        with pytest.raises((ConnectionError, TimeoutError)):
            http.client.HTTPConnection(address, app.port, timeout=5).request("GET", "/")


@pytest.fixture(scope="module")
def kiosk(start: Callable[..., App]) -> App:
    """Give an app for respondents, which writes into a file of its folder and starts in Chinese."""
    return start("--survey", "relationship-nps", "--to", "answers.csv", "--mode", "kiosk", "--language", "zh-CN")


def test_where_the_form_is_all_there_is_nothing_else(kiosk: App) -> None:
    cookie = kiosk.enter()
    assert kiosk.ask("/", Cookie=cookie).headers["Location"] == "/form?language=zh-CN"
    assert [kiosk.ask(path, Cookie=cookie).status for path in ("/board", "/retrospective")] == [404, 404]


def visit(browser: Browser, app: App, path: str, **options: Any) -> tuple[Page, list[str], list[str]]:
    """Open a page of the app as a person does; give it, what it asked for, and what it complained of."""
    context = browser.new_context(**options)
    context.set_default_timeout(90_000)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://127.0.0.1:{app.port}{path}{'&' if '?' in path else '?'}token={app.token}")
    return page, asked, complaints


@pytest.mark.browser
def test_the_board_lives_in_its_page_and_ends_with_it(
    browser: Browser, app: App, register: Path, violations: Callable[..., list[str]]
) -> None:
    page, asked, complaints = visit(browser, app, "/", viewport={"width": 1200, "height": 900})
    assert violations(page) == []
    page.get_by_role("link", name="Case board").click()
    overdue = page.get_by_role("button", name=re.compile("overdue"))
    overdue.and_(page.locator(".cl-w *")).first.click()
    page.locator(".cl-w [aria-pressed=true]").filter(has_text="overdue").wait_for()
    assert page.evaluate(ALONE) == [True]
    assert {urllib.parse.urlsplit(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}
    assert complaints == []
    assert page.evaluate("window.hit") is None
    content = page.content()
    for hidden in ("secret-place", str(app.home), "show(", ".keys"):
        assert hidden not in content
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    assert app.ask(f"/api/kernels/{kernel}", Cookie=cookie).status == 200
    page.get_by_role("link", name="All pages").click()
    page.get_by_role("link", name="Case board").wait_for()
    for _ in range(200):
        if app.ask(f"/api/kernels/{kernel}", Cookie=cookie).status == 404:
            break
        page.evaluate("() => new Promise(done => requestAnimationFrame(done))")
    assert app.ask(f"/api/kernels/{kernel}", Cookie=cookie).status == 404
    page.context.close()


@pytest.mark.browser
def test_the_retrospective_in_chinese_and_dark(browser: Browser, app: App) -> None:
    page, _, complaints = visit(browser, app, "/retrospective?language=zh-CN", color_scheme="dark")
    page.get_by_role("heading", name="复盘会纪要").wait_for()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 17, 17)"
    assert complaints == []
    page.context.close()


@pytest.mark.browser
def test_a_respondent_at_a_phone_fills_in_the_form_and_sees_nothing_else(browser: Browser, kiosk: App) -> None:
    page, asked, complaints = visit(browser, kiosk, "/", viewport={"width": 360, "height": 800})
    page.get_by_role("radiogroup", name=re.compile("推荐")).get_by_role("radio", name="3").check(force=True)
    assert page.get_by_role("link").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="提交").click()
    page.get_by_role("button", name="下一位").wait_for()
    rows = (kiosk.home / "answers.csv").read_text(encoding="utf-8-sig").splitlines()
    assert dict(zip(rows[0].split(","), rows[1].split(","), strict=True))["recommend"] == "3"
    assert {urllib.parse.urlsplit(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}
    assert complaints == []
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "app_kiosk.png", full_page=True)
    page.context.close()


def test_stopped_it_leaves_nothing_behind(app: App) -> None:
    assert list(app.home.glob("closeloop-*"))
    code, said = app.end()
    assert (code, said.splitlines()[-1]) == (0, "Ended.")
    assert "Traceback" not in said
    assert list(app.home.glob("closeloop-*")) == []
