"""A real Chromium, and a real JupyterLab to look at with it.

Nothing here waits for a fixed time: everything is polled for, with a deadline. Pictures go to ``out/browser/``, to be
looked at by people; no test compares pixels, and ``CLOSELOOP_PICTURES=0`` takes none. Pages and JupyterLab are started
once for all tests of a run: loading JupyterLab takes longer than most tests do.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, ViewportSize

    from closeloop.widgets.base import Widget

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "out" / "browser"
PATIENCE = 90_000  # milliseconds; the machine may be busy
EVERY = 100  # milliseconds between two looks: at each frame, the looking would keep the machine busy
VIEWPORT: ViewportSize = {"width": 1280, "height": 1000}
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# True when a kernel is there and has nothing to do. A kernel is looked at through the panel in front.
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
# True when every code cell that holds anything has been run.
ALL_RUN = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  return panel.sessionContext.session.kernel.status === 'idle' && panel.content.widgets
    .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim())
    .every(cell => cell.model.executionCount !== null && cell.model.executionState === 'idle');
}"""
CLOSE = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.shutdown();
  panel.dispose();
}"""
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .flatMap(cell => Array.from({length: cell.model.outputs.length}, (_, i) => cell.model.outputs.get(i).toJSON()))
  .filter(output => output.output_type === 'error' || output.name === 'stderr')
  .map(output => output.evalue || output.text)"""


def chromium() -> str | None:
    """Give the path of a Chromium or Chrome, ``$CHROMIUM`` first."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


# A browser and a JupyterLab that wait take half of a core: they end with the last test of this folder, hence "package".
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Give one Chromium for this folder; without one the test is skipped, under continuous integration it fails."""
    path = chromium()
    if path is None:
        reason = "no Chromium was found: `make journeys` installs it, or says how"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def page(browser: Browser) -> Iterator[Page]:
    """Give one page for all notebooks."""
    with browser.new_context(viewport=VIEWPORT) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


# A model as the notebook gives it to a widget; what the page sends is done by the real widget, in this process.
STUB = """window.meet = async (esm, css, state, bundle) => {
  document.head.append(Object.assign(document.createElement('style'), {textContent: css}));
  const module = await import(URL.createObjectURL(new Blob([esm], {type: 'text/javascript'})));
  const heard = {};
  const tell = (event, ...said) => (heard[event] ?? []).forEach(f => f(...said));
  const take = answers => { for (const [kind, said] of answers)
    if (kind !== 'state') tell('msg:custom', said);
    else for (const k in said) { state[k] = said[k]; tell('change:' + k); } };
  const model = {
    get: k => state[k], set: (k, v) => { state[k] = v; tell('change:' + k); }, save_changes: () => {},
    on: (e, f) => { (heard[e] ??= []).push(f); }, off: (e, f) => { heard[e] = (heard[e] ?? []).filter(x => x !== f); },
    send: async said => { if (!window.deaf) take(await toKernel(said)); },
  };
  Object.assign(window, {model, take, leaked: []});
  document.addEventListener('keydown', e => { window.leaked.push(e.key); });
  document.querySelector('#cell').innerHTML = bundle;
  window.letGo = await module.default.initialize({model});
}"""
# What a notebook's own style does is left to the journeys; here is a page with the theme's mark alone.
BARE = """<!doctype html><html lang="{tag}"><head><title>{title}</title><style>
body {{ margin: 0; padding: 16px; background: {ground}; }} h1 {{ position: absolute; clip-path: inset(50%); }}
</style></head>
<body data-jp-theme-light="{light}"><main><h1>Widget</h1><div id="cell"></div></main></body></html>"""


class Bare:
    """A widget in a page of its own, with neither notebook nor kernel: the page talks to the object in this process.

    Attributes
    ----------
    page : Page
    widget : Widget
    """

    def __init__(self, page: Page, widget: Widget, *, dark: bool, html: str | None) -> None:
        self.page, self.widget = page, widget
        self._answers: list[tuple[str, Any]] = []
        widget.send = lambda content, buffers=None: self._answers.append(("custom", content))  # type: ignore[method-assign]
        widget.observe(lambda change: self._answers.append(("state", {change.name: change.new})), self._synced())
        page.expose_function("toKernel", self._to_kernel)
        ground = "#111111" if dark else "#ffffff"
        page.set_content(BARE.format(tag=widget.language, title="widget", ground=ground, light=str(not dark).lower()))
        page.evaluate(f"() => {{ {STUB} }}")
        state = {name: getattr(widget, name) for name in self._synced()}
        shown = widget._repr_html_() if html is None else html
        page.evaluate("given => meet(...given)", [str(widget._esm), str(widget._css), state, shown])

    def _synced(self) -> list[str]:
        return [name for name in self.widget.traits(sync=True) if not name.startswith("_") and name != "layout"]

    def _to_kernel(self, said: dict[str, Any]) -> list[tuple[str, Any]]:
        self.widget._handle_custom_msg(said, [])
        answers, self._answers = self._answers, []
        return answers

    def sync(self) -> None:
        """Tell the page what has changed in the kernel on its own account."""
        answers, self._answers = self._answers, []
        self.page.evaluate("answers => take(answers)", answers)

    def leaked(self) -> list[str]:
        """Give the keys that went through to the notebook."""
        found: list[str] = self.page.evaluate("leaked")
        return found

    def violations(self) -> list[str]:
        """Give what axe finds in the page."""
        return axe(self.page)

    def picture(self, name: str) -> None:
        """Keep a picture for people to look at."""
        if takes_pictures():
            self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def takes_pictures() -> bool:
    """Tell whether pictures are asked for; their folder is there then."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return os.environ.get("CLOSELOOP_PICTURES") != "0"


def axe(page: Page, within: str | None = None) -> list[str]:
    """Give the violations that axe finds, in the page or within a selector: rule, impact, and the elements."""
    import axe_playwright_python

    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"() => {{ if (!window.axe) {{ {script} }} }}")
    found = page.evaluate(
        "async within => (await axe.run(within ? {include: [[within]]} : document)).violations", within
    )
    return [f"{v['id']} ({v['impact']}): {[node['html'][:200] for node in v['nodes'][:5]]}" for v in found]


@pytest.fixture
def bare(browser: Browser) -> Iterator[Callable[..., Bare]]:
    """Give ``bare(widget, dark=False, width=1000, html=None)``: the widget alone in a page."""
    contexts = []

    def open_widget(widget: Widget, *, dark: bool = False, width: int = 1000, html: str | None = None) -> Bare:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        return Bare(context.new_page(), widget, dark=dark, html=html)

    yield open_widget
    for context in contexts:
        context.close()


KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
# A cell for each widget: it makes what it needs and shows the widget, which has the name of the key.
CELLS: dict[str, str] = {
    "form": "import closeloop as cl\nform = cl.load_survey('relationship-nps').form()\nform",
    "board": """import closeloop as cl
loop = cl.open_loop(":memory:", actor="Lin Qiao", now="2026-07-01T09:00+08:00", timezone="Asia/Shanghai")
case = loop.open_case(words="Nobody called me back.", channel="phone", received_at="2026-07-01T08:30+08:00")
board = loop.board()
board""",
    "panel": "panel = case.edit()\npanel",
    "sheet": "import closeloop as cl\nsheet = cl.worksheet('5w2h').edit()\nsheet",
    "matrix": "import closeloop as cl\nmatrix = cl.worksheet('risk-matrix').edit()\nmatrix",
    "whys": """import closeloop as cl
causes = cl.FiveWhys("Parcels arrive late", author="Lin Qiao")
link = causes.ask(causes.top, "The last pick-up moved to 16:00")
whys = causes.edit()
whys""",
    "issues": "import closeloop as cl\nissues = cl.IssueTree('Why do customers leave?').edit()\nissues",
    "card": """import closeloop as cl
answers = {"recommend": [10, 9, 8, 3] * 30, "plan": ["Basic", "Pro"] * 60, "month": ["2026-05", "2026-06"] * 60}
card = cl.scorecard(answers, cl.Nps("recommend"), by=["plan", "month"]).board()
card""",
}


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[str]]:
    """Give ``violations(page, selector)``: what axe finds in all elements of a selector."""
    return axe


@pytest.fixture(scope="session")
def widget_cells() -> dict[str, str]:
    """Give the source of a cell for each kind of widget: the last line shows it."""
    return CELLS


@pytest.fixture(scope="session")
def write_notebook() -> Callable[[Path, list[str]], Path]:
    """Give ``write_notebook(path, sources)``: a notebook of code cells, not run."""
    import nbformat

    def write(path: Path, sources: list[str]) -> Path:
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), path)
        return path

    return write


@dataclass(frozen=True)
class Lab:
    """A JupyterLab, seen from one of the folders that it serves."""

    url: str
    folder: Path
    place: str  # the folder, as the server calls it
    data: Path  # where this Jupyter keeps which notebooks it trusts

    @contextmanager
    def notebook(self, page: Page, name: str, *, dark: bool = False) -> Iterator[Notebook]:
        """Open a notebook of the folder, in the light or the dark theme, with a fresh kernel; both end with it."""
        try:
            notebook = self.open(page, name)
            notebook.use_theme(dark=dark)
            yield notebook
        finally:
            page.evaluate(CLOSE)

    def load(self, page: Page, *, anew: bool = False) -> None:
        """Load JupyterLab, which takes longer than a notebook takes to run: once, or `anew` as after F5."""
        if anew or not page.url.startswith(self.url):
            page.goto(f"{self.url}/lab?reset")
            page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", polling=EVERY)

    def open(self, page: Page, name: str) -> Notebook:
        """Open a notebook in a tab, with the kernel that it has, or a new one."""
        self.load(page)
        path = f"{self.place}/{name}"
        page.evaluate("async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}); }", path)
        page.wait_for_function(
            f"""path => document.querySelector('.jp-Dialog') !== null
              || (window.jupyterapp.shell.currentWidget?.context?.path === path && ({IDLE})())""",
            arg=path,
            polling=EVERY,
        )
        if (question := page.locator(".jp-Dialog")).count():
            pytest.fail(f"{name} asks: {question.first.inner_text()!r} (was it written by `make notebooks`?)")
        return Notebook(page)

    def open_without_kernel(self, page: Page, name: str) -> Notebook:
        """Open a notebook whose kernel this machine does not have, and choose none."""
        self.load(page)
        path = f"{self.place}/{name}"
        page.evaluate("path => { window.jupyterapp.commands.execute('docmanager:open', {path}); }", path)
        page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
        page.wait_for_function(
            """path => window.jupyterapp.shell.currentWidget?.context?.path === path
              && window.jupyterapp.shell.currentWidget.context.isReady
              && window.jupyterapp.shell.currentWidget.sessionContext.hasNoKernel""",
            arg=path,
            polling=EVERY,
        )
        return Notebook(page)


@dataclass(frozen=True)
class Notebook:
    """A notebook in front of us, in a real JupyterLab."""

    page: Page

    @property
    def panel(self) -> Locator:
        """The part of the page that is the notebook."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    @property
    def outputs(self) -> Locator:
        """What the cells show."""
        return self.panel.locator(".jp-OutputArea-output")

    def use_theme(self, *, dark: bool) -> None:
        """Change to the light or the dark theme and wait until it is there."""
        theme = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        self.page.locator(f"body[data-jp-theme-light={str(not dark).lower()}]").wait_for(state="attached")

    def run_all(self) -> None:
        """Run every cell from the top and wait for the last."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(ALL_RUN, polling=EVERY)

    def save(self) -> None:
        """Save the notebook, as Ctrl+S does."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty", polling=EVERY)

    def close(self, *, kernel: bool) -> None:
        """Close the tab, and let the kernel end with it or run on."""
        self.page.evaluate(CLOSE if not kernel else "() => window.jupyterapp.shell.currentWidget.dispose()")

    def restart_kernel(self) -> None:
        """Restart the kernel: whatever the widgets were wired to is gone."""
        self.page.evaluate(
            "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"
        )
        self.page.wait_for_function(IDLE, polling=EVERY)

    def sources(self) -> list[str]:
        """Give what stands in the cells."""
        found: list[str] = self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets.map(c => c.model.sharedModel.getSource())"
        )
        return found

    def errors(self) -> list[str]:
        """Give what went wrong or was warned of in any cell."""
        found: list[str] = self.page.evaluate(ERRORS)
        return found

    def evaluate(self, expression: str) -> Any:
        """Give the value of a Python expression in the notebook's kernel (as JSON has it)."""
        code = f"import json as _json; print(_json.dumps({expression}))"
        printed = self.page.evaluate(
            """async code => {
              const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
              const future = kernel.requestExecute({code, store_history: false});
              let text = '';
              future.onIOPub = m => { text += m.content.text ?? m.content.evalue ?? ''; };
              await future.done;
              return text;
            }""",
            code,
        )
        return json.loads(printed)

    def until(self, expression: str, expected: Any = True) -> None:
        """Ask the kernel until an expression has a value; fail with the last one when the deadline is over.

        Asked again and again, and slept in between: a variable of a kernel tells nobody that it has changed.
        """
        deadline = time.monotonic() + PATIENCE / 1000
        while (found := self.evaluate(expression)) != expected:
            if time.monotonic() > deadline:
                pytest.fail(f"{expression} is {found!r}, expected was {expected!r}")
            time.sleep(EVERY / 1000)

    def keep_picture(self, name: str, part: Locator) -> None:
        """Keep a picture of a part of the page, in a window that it fits in: it is in a pane that scrolls."""
        if not takes_pictures():
            return
        height = part.evaluate("part => Math.ceil(part.getBoundingClientRect().height) + 300")
        self.page.set_viewport_size({"width": 1280, "height": max(height, 1000)})
        part.screenshot(path=PICTURES / f"{name}.png")
        self.page.set_viewport_size(VIEWPORT)

    def picture(self, name: str) -> None:
        """Keep a picture of the whole notebook for people to look at."""
        if not takes_pictures():
            return
        scroller = self.panel.locator(".jp-WindowedPanel-outer").first
        height = scroller.evaluate("scroller => Math.min(Math.max(scroller.scrollHeight + 160, 800), 16000)")
        self.page.set_viewport_size({"width": 1280, "height": height})
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        scroller.evaluate("scroller => { scroller.scrollTop = 0; }")
        self.page.screenshot(path=PICTURES / f"{name}.png")
        self.page.set_viewport_size(VIEWPORT)


def settings(folder: Path) -> Path:
    """Write JupyterLab's settings for a run that asks nobody anything; give the folder."""
    chosen = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "apputils-extension/themes": {"theme": "JupyterLab Light", "adaptive-theme": False},
        "docmanager-extension/plugin": {"autosave": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, value in chosen.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")
    return folder


def free_port() -> int:
    """Give a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; fail with its log if it ends or takes too long."""
    deadline = time.monotonic() + PATIENCE / 1000
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Lab]]:
    """Give ``lab(folder)``: one JupyterLab, away from the user's own settings, seen from a temporary folder."""
    home, top = tmp_path_factory.mktemp("jupyter"), tmp_path_factory.getbasetemp()
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "run",
        "IPYTHONDIR": "ipy",
    }
    environment = {k: v for k, v in os.environ.items() if k not in {"MPLBACKEND", "CLOSELOOP_LANGUAGE"}}
    environment |= {key: str(home / name) for key, name in own.items()} | {"TZ": "UTC"}
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={top}"),
        *("--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"),
        *(f"--LabApp.user_settings_dir={settings(home / 'settings')}", f"--LabApp.workspaces_dir={home / 'spaces'}"),
        *("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly"),
    ]
    log = home / "lab.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, cwd=home
        )
    url = f"http://127.0.0.1:{port}"

    def seen_from(folder: Path) -> Lab:
        wait_for(url, server, log)
        return Lab(url, folder, folder.relative_to(top).as_posix(), home / own["JUPYTER_DATA_DIR"])

    yield seen_from
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
