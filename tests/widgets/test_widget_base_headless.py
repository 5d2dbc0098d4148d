"""The base of the widgets without a browser: what is asked for is done once, in words; the output is static HTML."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from closeloop.text import LocalText, language, set_language
from closeloop.widgets.base import Widget, esm, labels_of, sheet

VIEW = "application/vnd.jupyter.widget-view+json"


class Counter(Widget):
    """Counts; the smallest widget."""

    def __init__(self, **how: Any) -> None:
        self.n = 0
        super().__init__(**how)
        self.sent: list[dict[str, Any]] = []
        self.send = lambda content, buffers=None: self.sent.append(content)  # type: ignore[method-assign]

    def _shown(self) -> dict[str, Any]:
        return {"n": self.n, "language": language()}

    def _static(self) -> str:
        return f"<p>{self.n} {language()}</p>"

    def __repr__(self) -> str:
        return f"<Counter: {self.n}>"

    def do_count(self, by: int = 1) -> LocalText:
        if by < 0:
            raise ValueError(LocalText({"en": "It only rises.", "zh-CN": "只增不减。"}))
        self.n += by
        return LocalText({"en": f"It is {self.n}.", "zh-CN": f"现在是 {self.n}。"})

    def do_break(self) -> None:
        raise ZeroDivisionError("planted")


def ask(widget: Counter, name: str, **fields: Any) -> dict[str, Any]:
    widget._handle_custom_msg({"kind": "do", "view": "v", "seq": 7, "name": name, "fields": fields}, [])
    return widget.sent[-1]


def test_what_a_page_asks_for_is_done_and_answered_by_its_number() -> None:
    counter = Counter()
    assert ask(counter, "count", by=2) == {"kind": "done", "seq": 7, "view": "v", "error": "", "say": "It is 2."}
    assert counter.view == {"n": 2, "language": "en"}


def test_every_message_is_done_none_is_left_out() -> None:
    counter = Counter()
    for _ in range(100):
        ask(counter, "count")
    assert counter.view["n"] == 100
    assert len(counter.sent) == 100


def test_what_cannot_be_done_is_said_in_the_widgets_language_and_changes_nothing() -> None:
    counter = Counter(language="zh")
    assert ask(counter, "count", by=-1)["error"] == counter.error == "只增不减。"
    assert counter.n == 0
    ask(counter, "count")
    assert counter.error == ""


def test_an_unknown_action_names_those_that_exist() -> None:
    assert "expected one of: break, count." in ask(Counter(), "destroy")["error"]


@pytest.mark.parametrize("content", ["text", None, {"kind": "other"}, {"name": "count"}])
def test_other_messages_do_nothing(content: Any) -> None:
    counter = Counter()
    counter._handle_custom_msg(content, [])
    assert (counter.n, counter.sent) == (0, [])


def test_a_fault_of_ours_is_shown_and_raised() -> None:
    counter = Counter()
    with pytest.raises(ZeroDivisionError):
        counter._take(counter, {"kind": "do", "seq": 1, "name": "break", "fields": {}}, [])
    assert "ZeroDivisionError: planted" in counter.error
    assert counter.sent[-1]["error"] == counter.error


def test_a_widget_keeps_its_language_whatever_is_in_use_later() -> None:
    set_language("zh-CN")
    counter = Counter()
    set_language("en")
    counter.do("count")
    assert counter.view["language"] == "zh-CN"
    assert counter.labels["widgets.undo"] == "撤销"
    counter.language = "en"
    assert counter.view["language"] == "en"
    assert counter.labels["widgets.undo"] == "Undo"


def test_as_an_output_it_is_static_html_with_a_mark_and_no_reference_to_a_model() -> None:
    counter = Counter()
    data, _ = counter._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html"}
    assert data["text/plain"] == "<Counter: 0>"
    assert data["text/html"] == f'<div data-cl-live="{counter.key}"><p>0 en</p></div>'
    assert counter.key


@pytest.mark.parametrize("host", ["google.colab", "marimo"])
def test_where_outputs_stand_apart_the_usual_view_goes_along(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, host, ModuleType(host))
    data, _ = Counter()._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", VIEW}


def test_scripts_are_sent_without_comments_and_indentation() -> None:
    assert not [line for line in esm().splitlines() if line.startswith(("//", " ")) or not line.strip()]
    assert len(esm()) < 10_500
    assert "--cl-ink:" in sheet()


def test_labels_have_the_keys_of_their_catalogues() -> None:
    assert labels_of(("widgets",), "en").keys() == labels_of(("widgets",), "zh-CN").keys()
