"""The base of the widgets: what a page asks for is done in the kernel, in words, and never twice.

A page sends what a person did as a message ``{"kind": "do", "seq": 7, "name": "rename", "fields": {…}}``; the method
``do_rename`` does it. The answer is the next `view` (all that the page shows, JSON-safe), and a message
``{"kind": "done", "seq": 7, …}``. Messages arrive in their order and none is left out, which a trait does not promise.

As the output of a cell a widget is its static HTML with a mark on it; the page puts the live form in the place of the
mark. So a notebook that is opened without a kernel, on a static viewer or as a file shows the static form: it never
refers to a model that is gone. Where outputs live apart from the page (`_APART`), the usual view goes along.
"""

from __future__ import annotations

import sys
from abc import ABCMeta, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, ClassVar

import anywidget
import rjsmin
import traitlets as t

from closeloop.errors import CloseloopError
from closeloop.html import Html, element
from closeloop.text import LocalText, catalogue, language, message, speaking
from closeloop.views.style import css, shortened

MOST_ROWS = 200
"""So many rows are sent to a page at most; the others come when they are asked for."""

_APART = ("google.colab", "marimo")
"""Where outputs cannot see one another: there the notebook's own widget view is used."""
_VIEW = "application/vnd.jupyter.widget-view+json"


class _Abstract(ABCMeta, type(anywidget.AnyWidget)):  # type: ignore[misc]  # the metaclass of traits is not typed
    """Widgets are made of traits, and a kind of widget that does not say what it shows cannot be made."""


class Widget(anywidget.AnyWidget, metaclass=_Abstract):
    """Base of the widgets.

    A kind of widget names its `scripts` and `sheets` (files of ``widgets/static``) and its `areas` (catalogues whose
    texts the page may show), gives `_shown` (the next `view`) and `_static` (the HTML that says the same without a
    kernel), and one method ``do_<name>`` for each thing that a person can do; what it returns is said aloud.

    Parameters
    ----------
    language : str, optional
        ``"en"`` or ``"zh-CN"``; the language in use, if left out.

    Attributes
    ----------
    view : dict
        What the page shows.
    labels : dict
        The texts of the page, in its language.
    error : str
        What was wrong with the last thing that a person did; empty if nothing was.
    alone : bool
        Whether it stands in a page of its own, without a cell that could be run again.
    """

    scripts: ClassVar[tuple[str, ...]] = ()
    sheets: ClassVar[tuple[str, ...]] = ()
    areas: ClassVar[tuple[str, ...]] = ()

    view = t.Dict().tag(sync=True)
    labels = t.Dict().tag(sync=True)
    language = t.Unicode("en").tag(sync=True)
    error = t.Unicode("").tag(sync=True)
    key = t.Unicode("").tag(sync=True)
    kinds = t.Unicode("").tag(sync=True)
    alone = t.Bool(False).tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "_esm" not in cls.__dict__:  # it is there in the class that anywidget makes for each object
            cls._esm, cls._css = esm(*cls.scripts), sheet(*cls.sheets)
        super().__init_subclass__(**kwargs)

    def __init__(self, *, language: str | None = None, **traits: Any) -> None:
        super().__init__(language=_tag(language), **traits)
        self.key = self.model_id or ""
        self.kinds = " ".join(map(_kind, self.sheets))
        self.on_msg(self._take)
        self.observe(lambda _: self.refresh(), "language")
        self.refresh()

    # --- what a kind of widget gives ---

    @abstractmethod
    def _shown(self) -> dict[str, Any]:
        """Return all that the page shows; JSON-safe, in the widget's language."""

    @abstractmethod
    def _static(self) -> str:
        """Return the HTML that says the same without a kernel."""

    # --- what a person does ---

    def do(self, name: str, **fields: Any) -> str:
        """Do what a click or a key would do.

        Parameters
        ----------
        name : str
            Such as ``"rename"``; see the methods ``do_…``.
        **fields
            What the page would send along.

        Returns
        -------
        str
            What is said aloud.

        Raises
        ------
        ValueError
            If it cannot be done; a page shows the words of it instead.
        """
        handler = getattr(self, f"do_{name}", None)
        if handler is None:
            raise ValueError(message("widgets.unknown_action", name=name, known=", ".join(self.actions())))
        with speaking(self.language):
            try:
                said = handler(**fields)
            finally:
                self.refresh()
        return "" if said is None else str(said.in_language(self.language) if isinstance(said, LocalText) else said)

    @classmethod
    def actions(cls) -> list[str]:
        """Return the names of all that can be done."""
        return sorted(name.removeprefix("do_") for name in dir(cls) if name.startswith("do_"))

    def refresh(self) -> None:
        """Send to the page what is so now."""
        with speaking(self.language):
            labels = labels_of(("widgets", *self.areas), self.language)
            shown = self._shown()
        with self.hold_sync():
            self.labels = labels
            self.view = shown

    def _take(self, _: Any, content: Any, __: Any) -> None:
        """Do what a page asks for, and answer; what is wrong is said in words, a fault of ours is raised as well."""
        if not isinstance(content, Mapping) or content.get("kind") != "do":
            return
        name, fields, seq = str(content.get("name")), content.get("fields"), content.get("seq")
        answer: dict[str, Any] = {"kind": "done", "seq": seq, "view": content.get("view"), "error": "", "say": ""}
        try:
            answer["say"] = self.do(name, **(fields if isinstance(fields, dict) else {}))
            self.error = ""
        except (CloseloopError, ValueError) as fault:
            self.error = answer["error"] = self._words(fault)
        except Exception as fault:  # whatever it is, the page says so; it is raised again, to stand in the kernel's log
            with speaking(self.language):
                self.error = answer["error"] = str(
                    message("widgets.fault", kind=type(fault).__name__, text=self._words(fault))
                )
            raise
        finally:
            self.send(answer)

    def _words(self, fault: Exception) -> str:
        said = fault.args[0] if fault.args else ""
        text = getattr(fault, "text", said)
        return text.in_language(self.language) if isinstance(text, LocalText) else str(fault)

    # --- how it looks elsewhere ---

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _repr_html_(self) -> str:
        with speaking(self.language):
            return element("div", Html(self._static()), **{"data-cl-live": self.key})

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_() or ({}, {})
        if not _is_apart():
            data.pop(_VIEW, None)
        return {**data, "text/plain": repr(self), "text/html": self._repr_html_()}, metadata


def _tag(asked: str | None) -> str:
    from closeloop.text import normalise_tag

    return language() if asked is None else normalise_tag(asked)


def _is_apart() -> bool:
    return any(module in sys.modules for module in _APART)


def labels_of(areas: tuple[str, ...], tag: str) -> dict[str, str]:
    """Return the texts of some catalogues as ``area.key`` → text in one language.

    Examples
    --------
    >>> labels_of(("widgets",), "zh-CN")["widgets.undo"]
    '撤销'
    """
    return dict(_labels(areas, tag))


@cache
def _labels(areas: tuple[str, ...], tag: str) -> dict[str, str]:
    found: Iterator[tuple[str, str]] = (
        (f"{area}.{key}", text.in_language(tag)) for area in areas for key, text in catalogue(area).items()
    )
    return dict(found)


@cache
def esm(*names: str) -> str:
    """Return the ES module of a kind of widget: the base, then its own files, without comments and needless spaces."""
    return str(rjsmin.jsmin("\n".join(_source(f"{name}.js") for name in ("base", *names))))


@cache
def sheet(*names: str) -> str:
    """Return the style sheet of a kind of widget: tokens and rules of the views, the base, then its own files.

    The sheets of all widgets of a notebook are in the page at the same time: a rule of a file is for the widgets that
    name the file, so that two files may use one word for different things.
    """
    own = (_source(f"{name}.css").replace(".cl-w", f".cl-w.{_kind(name)}") for name in names)
    return str(css()) + "".join(shortened(source) for source in (_source("base.css"), *own))


def _kind(name: str) -> str:
    """Return the class of the widgets that a style sheet is for."""
    return f"k-{name}"


def _source(file: str) -> str:
    return resources.files("closeloop").joinpath("widgets", "static", file).read_text(encoding="utf-8")
