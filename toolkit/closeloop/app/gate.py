"""The gate before everything that is served: without the token nothing is, neither pages nor kernels nor scripts."""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from jupyter_server.auth.identity import IdentityProvider, User
from tornado.web import RequestHandler

from closeloop.text import message

# Scripts come from this server and from the modules that anywidget makes of what the kernel sends; none may stand in a
# page, so what a customer wrote could not run even if it became markup. Nothing is loaded from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Gate:
    """Who may come in: who shows the token once, and then the cookie that was given for it.

    Parameters
    ----------
    token : str
        What the address holds that was printed in the terminal.
    port : int
        Where the app listens; cookies are shared by all ports of a machine, so it is part of the cookie's name.
    """

    def __init__(self, token: str, port: int) -> None:
        self._token, self._pass = token.encode(), secrets.token_urlsafe(32).encode()
        self.cookie = f"closeloop-{port}"
        at = "" if port == 80 else f":{port}"  # browsers leave this one out
        self.hosts = (f"127.0.0.1{at}", f"localhost{at}")

    def is_local(self, handler: RequestHandler) -> bool:
        """Whether a request names this machine, and comes from none but our own pages."""
        origin = handler.request.headers.get("Origin")
        here = handler.request.host.lower()
        return here in self.hosts and (origin is None or urlsplit(origin).netloc.lower() == here)

    def knows(self, handler: RequestHandler) -> bool:
        """Whether a request brings the cookie."""
        return hmac.compare_digest((handler.get_cookie(self.cookie) or "").encode(), self._pass)

    def accepts(self, token: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(token.encode(), self._token)

    def welcome(self, handler: RequestHandler) -> None:
        """Give the cookie, and send the browser to the same address without the token."""
        handler.set_cookie(self.cookie, self._pass.decode(), path="/", httponly=True, samesite="Lax")
        kept = {k: handler.get_query_arguments(k) for k in handler.request.query_arguments if k != "token"}
        query = urlencode(kept, doseq=True)
        handler.redirect(f"/{handler.request.path.lstrip('/')}{'?' if query else ''}{query}")


def guarded(kind: type[RequestHandler]) -> type[RequestHandler]:
    """Return a kind of handler that lets nobody in whom the gate does not."""

    class Guarded(kind):  # type: ignore[valid-type,misc]
        def set_default_headers(self) -> None:
            super().set_default_headers()
            for name, value in self.settings["closeloop_headers"].items():
                self.set_header(name, value)

        def prepare(self) -> Any:
            gate: Gate = self.settings["closeloop_gate"]
            token = self.get_query_argument("token", "")
            if not gate.is_local(self) or not (gate.knows(self) or gate.accepts(token)):
                return refuse(self)
            if token and self.request.method == "GET":
                return gate.welcome(self)
            return super().prepare()

        def write_error(self, status_code: int, **_: Any) -> None:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{status_code}\n")

    return Guarded


def refuse(handler: RequestHandler) -> None:
    """Answer 403, in both languages and saying nothing about what is here."""
    handler.set_status(403)
    handler.set_header("Content-Type", "text/plain; charset=utf-8")
    words = message("app.refused")
    handler.finish("\n\n".join(words.in_language(tag) for tag in ("en", "zh-CN")) + "\n")


class Admitted(IdentityProvider):
    """The same gate for what Jupyter itself asks: whoever is through it is somebody; there is no log-in page."""

    def get_user(self, handler: RequestHandler) -> User | None:
        """Return somebody if the gate knows them."""
        return User(username="closeloop") if handler.settings["closeloop_gate"].knows(handler) else None

    def get_handlers(self) -> list[tuple[str, object]]:
        """Return no page to log in or out."""
        return []
