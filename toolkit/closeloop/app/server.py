"""Voila, told to serve our pages to this machine and nothing else to anybody."""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import shutil
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from closeloop.app.gate import POLICY, Admitted, Gate, guarded
from closeloop.app.settings import TOKEN_VARIABLE, Settings
from closeloop.app.start import Missing, Start, head_of
from closeloop.errors import CloseloopError
from closeloop.text import message

HOST = "127.0.0.1"
FORGOTTEN = 300
"""Seconds after which the kernel of a page that is gone without a word (a crash) ends; others end with their page."""
PATIENCE = 3600
"""Seconds after which Voila would write a script into a page that is not done yet; there is no proxy to keep awake."""
_WIDGETS = ["anywidget", "@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]
# Of what Voila serves: its scripts, the kernels of its pages and their end; no folders, no files, no other extensions.
_KEPT = (
    KernelHandler,
    VoilaKernelWebsocketHandler,
    MultiStaticFileHandler,
    VoilaShutdownKernelHandler,
    FileFindHandler,
)


class QuietKernels(AsyncMappingKernelManager):
    """Kernels that tell the terminal what our pages tell it, and nothing else, and keep no history of what was run."""

    async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
        """Start a kernel."""
        quiet = ["--IPKernelApp.log_level=ERROR", "--IPKernelApp.quiet=False", "--HistoryManager.enabled=False"]
        known = {k: v for k, v in kwargs.pop("env", os.environ).items() if k != TOKEN_VARIABLE}
        env = {**known, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        started: str = await super().start_kernel(extra_arguments=quiet, env=env, **kwargs)
        return started


class Server(Voila):  # type: ignore[misc]
    """One app: its pages, its port, its gate.

    Parameters
    ----------
    settings : Settings
    folder : Path
        A private folder that ends with the app.
    listener : socket
        On which it listens.
    token : str
        Without which nothing is served.
    """

    def __init__(self, settings: Settings, folder: Path, listener: socket.socket, token: str) -> None:
        self._pages, self._listener = settings, listener
        port = listener.getsockname()[1]
        self._gate = Gate(token, port)
        super().__init__(config=_config(folder, port), config_file_paths=[], log_level="ERROR")

    def setup_template_dirs(self) -> None:
        """Put our own page before Voila's, which would ask a CDN for icons."""
        super().setup_template_dirs()
        self.template_paths: list[str] = [
            str(resources.files("closeloop").joinpath("app", "page")),
            *self.template_paths,
        ]

    def init_settings(self) -> dict[str, Any]:
        """Return Voila's settings with the gate's; the gate has looked at the origin, so there is no second check."""
        ours = {
            "closeloop_gate": self._gate,
            "closeloop_pages": self._pages,
            "closeloop_headers": {
                "Content-Security-Policy": POLICY.format(host=f"{HOST}:{self.port}"),
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Server": "closeloop",
            },
            "disable_check_xsrf": True,
            "log_function": lambda _: None,
        }
        return {**super().init_settings(), **ours}

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Return what is served: our pages, and of Voila's what they need, all behind the gate."""
        found: list[tuple[Any, ...]] = [(r"/", guarded(Start))]
        for page in self._pages.pages:
            given = {
                "notebook_path": f"{page}.ipynb",
                "template_paths": self.template_paths,
                "config": self.config,
                "voila_configuration": self.voila_configuration,
            }
            found.append((f"/{page}", guarded(TornadoVoilaHandler), given))
        for path, kind, *more in super().init_handlers():
            if kind in _KEPT:
                found.append((path, guarded(kind), *more))
        return [*found, (r".*", guarded(Missing))]

    def listen(self) -> None:
        """Serve until somebody stops it."""
        server = HTTPServer(self.app)
        server.add_socket(self._listener)
        self.ioloop = IOLoop.current()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.log.debug("stopped")
        finally:
            server.stop()
            self.stop()


def _config(folder: Path, port: int) -> Config:
    return Config(
        {
            "Voila": {
                "ip": HOST,
                "port": port,
                "open_browser": False,
                "root_dir": str(folder),
                "connection_dir_root": str(folder),
                "identity_provider_class": Admitted,
                "token": "",
            },
            "VoilaConfiguration": {
                "strip_sources": True,
                "show_tracebacks": False,
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "extension_allowlist": _WIDGETS,
                "file_allowlist": [],
                "multi_kernel_manager_class": QuietKernels,
                "prelaunch_hook": head_of,
                "http_keep_alive_timeout": PATIENCE,
            },
            "KernelManager": {"shutdown_wait_time": 2.0},
            "MappingKernelManager": {
                "cull_idle_timeout": FORGOTTEN,
                "cull_interval": 30,
                "cull_connected": False,
            },
        }
    )


def listening(port: int) -> socket.socket:
    """Return a socket on this machine's own address; port 0 is any that is free.

    Raises
    ------
    CloseloopError
        If somebody listens there already, or the port is not ours to take.
    """
    try:
        found = socket.create_server((HOST, port), backlog=128)
    except OSError as fault:
        taken = fault.errno == errno.EADDRINUSE
        raise CloseloopError(message("app.port_taken" if taken else "app.port_refused", port=port)) from fault
    found.setblocking(False)
    return found


def serve(settings: Settings, *, port: int, token: str | None, browser: bool, tell: Callable[[str], None]) -> None:
    """Serve an app until it is stopped; nothing of it is left behind.

    Parameters
    ----------
    settings : Settings
    port : int
        0 is any that is free.
    token : str or None
        A random one, if left out.
    browser : bool
        Open the address in a browser.
    tell : callable
        Is given the lines for the terminal.

    Raises
    ------
    CloseloopError
        If nobody can listen at the port.
    """
    listener = listening(port)
    token = token or secrets.token_urlsafe(24)
    folder = Path(tempfile.mkdtemp(prefix="closeloop-"))
    try:
        settings.save(folder)
        for page in settings.pages:
            _write_notebook(folder, page)
        address = f"http://{HOST}:{listener.getsockname()[1]}/?token={token}"
        # It takes Jupyter's milliseconds for seconds and says so at every page; what is refused is no news either.
        logging.getLogger("tornado").setLevel(logging.ERROR)
        server = Server(settings, folder, listener, token)
        server.initialize([])
        tell(str(message("app.serving", address=address)))
        if browser:
            # In a thread, for a browser of the terminal holds the caller up until it is closed.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        server.start()
        tell(str(message("app.ended")))
    finally:
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)


def _write_notebook(folder: Path, page: str) -> None:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": page,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": f"from closeloop.app.show import show\nshow({page!r})",
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / f"{page}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
