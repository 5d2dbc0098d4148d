"""A drawing is its SVG, and shows itself in a notebook as a picture that says in words what it shows."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import closeloop as cl
from closeloop.drawing import Drawing


def drawing() -> Drawing:
    tree = cl.IssueTree("Why <late> & when?")
    tree.add(None, "The carrier")
    return tree.to_svg()


def test_a_drawing_is_the_text_of_an_svg(tmp_path: Path) -> None:
    svg = drawing()
    assert svg.startswith("<svg ")
    assert svg.save(tmp_path / "t.svg").read_text(encoding="utf-8") == svg


def test_in_a_notebook_it_is_a_picture_with_words_on_a_white_card() -> None:
    bundle = drawing()._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<Drawing: Why <late> & when?")
    html = bundle["text/html"]
    assert 'alt="Why &lt;late&gt; &amp; when?' in html
    code = re.search(r"base64,([^\"]+)", html)
    assert code is not None
    inside = base64.b64decode(code[1]).decode("utf-8")
    assert 'style="background:#fff;color:#1a1a1a' in inside
    assert bundle["image/svg+xml"] == drawing()


def test_a_report_shows_it_as_a_picture(tmp_path: Path) -> None:
    page = cl.report("Causes", [drawing()]).to_html(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "data:image/svg+xml;base64," in page
    assert "&lt;svg" not in page


def test_a_drawing_without_a_style_gets_its_card_too() -> None:
    plain = Drawing('<svg xmlns="http://www.w3.org/2000/svg"><title>x</title></svg>')
    code = re.search(r"base64,([^\"]+)", plain.to_html())
    assert code is not None
    assert base64.b64decode(code[1]).decode().startswith('<svg style="background:#fff')
