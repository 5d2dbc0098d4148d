"""The page to start from, and the frame of every other one."""

from __future__ import annotations

from importlib import resources
from typing import Any

from tornado.web import RequestHandler

from closeloop.app.settings import Settings, language_of
from closeloop.html import Html, element, join
from closeloop.text import message
from closeloop.views.style import css, shortened

LANGUAGES = {"en": "English", "zh-CN": "中文"}


def bar(settings: Settings, page: str, tag: str) -> Html:
    """Return the way back and the other languages; empty where the form is all that there is.

    A form has a switch of its own, which keeps what was typed.
    """
    if not settings.has_start:
        return Html("")
    others = [
        element("a", name, href=f"/{page}?language={other}", hreflang=other, lang=other)
        for other, name in LANGUAGES.items()
        if other != tag and page != "form"
    ]
    home = element("a", _said("app.home", tag), href=f"/?language={tag}") if page else None
    links = element("nav", *([home] if home else []), *others, aria_label=_said("app.navigation", tag))
    return element("div", links, class_="cl bar")


def _said(key: str, tag: str) -> str:
    return message(key).in_language(tag)


def style() -> Html:
    """Return the style sheet of the pages."""
    own = resources.files("closeloop").joinpath("app", "page", "page.css").read_text(encoding="utf-8")
    return Html(css() + shortened(own))


def head_of(handler: RequestHandler, notebook: Any, cwd: str) -> Any:  # noqa: ARG001  # Voila's signature
    """Tell the template what stands round a page, in the language that its address asks for."""
    settings: Settings = handler.settings["closeloop_pages"]
    page, tag = handler.request.path.strip("/"), language_of(handler.request.query, settings)
    notebook.metadata["closeloop"] = {
        "lang": tag,
        "title": _said(f"app.{page}", tag),
        "page": page,
        "light": {"light": "true", "dark": "false"}.get(settings.theme, ""),
        "style": style(),
        "bar": bar(settings, page, tag),
        "opening": _said("app.opening", tag),
        "failed": _said("app.failed", tag),
        "noscript": _said("app.noscript", tag),
    }
    return notebook


class Start(RequestHandler):
    """What there is to open; where that is one page, straight to it."""

    def get(self) -> None:
        """Show it."""
        settings: Settings = self.settings["closeloop_pages"]
        tag = language_of(self.request.query, settings)
        if not settings.has_start:
            self.redirect(f"/{settings.pages[0]}?language={tag}")
            return
        self.set_header("Cache-Control", "no-store")
        self.finish(start_page(settings, tag))


def start_page(settings: Settings, tag: str) -> str:
    """Return the page to start from."""
    cards = [
        element(
            "li",
            element("a", _said(f"app.{page}", tag), href=f"/{page}?language={tag}"),
            element("p", _said(f"app.{page}_about", tag)),
        )
        for page in settings.pages
    ]
    body = element(
        "main",
        element("h1", _said("app.title", tag)),
        element("ul", join(cards), class_="cards"),
        class_="cl page start",
    )
    return _document(settings, tag, _said("app.title", tag), bar(settings, "", tag) + body)


def _document(settings: Settings, tag: str, title: str, body: str) -> str:
    head = join(
        [
            element("meta", charset="utf-8"),
            element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            Html('<link rel="icon" href="data:,">'),
            element("style", style()),
        ]
    )
    light = {"light": "true", "dark": "false"}.get(settings.theme)
    page = element("html", element("head", head), element("body", Html(body), data_jp_theme_light=light), lang=tag)
    return f"<!doctype html>\n{page}\n"


class Missing(RequestHandler):
    """What is not here."""

    def prepare(self) -> None:
        """Say so, and what is."""
        settings: Settings = self.settings["closeloop_pages"]
        tag = language_of(self.request.query, settings)
        words = element("main", element("p", _said("app.missing", tag)), class_="cl page")
        self.set_status(404)
        self.finish(_document(settings, tag, _said("app.title", tag), bar(settings, "", tag) + words))
