"""What the page of a survey form shows: one page of questions, the answers to be looked over, or the thanks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.forms.counted import OTHER_TEXT
from closeloop.forms.items import BaseItem
from closeloop.rootcause.worksheet.written import answer_text
from closeloop.widgets.base import MOST_ROWS
from closeloop.widgets.form.described import question, yes_no_texts
from closeloop.widgets.form.typed import as_json

if TYPE_CHECKING:
    from closeloop.widgets.form.survey_form import SurveyForm

NAMES = {
    "en": "English", "zh-CN": "中文", "zh-TW": "繁體中文", "de": "Deutsch", "es": "Español", "fr": "Français",
    "it": "Italiano", "ja": "日本語", "ko": "한국어", "nl": "Nederlands", "pl": "Polski", "pt": "Português",
    "pt-BR": "Português (Brasil)", "ru": "Русский", "tr": "Türkçe", "uk": "Українська", "vi": "Tiếng Việt",
    "ar": "العربية", "he": "עברית", "hi": "हिन्दी", "id": "Bahasa Indonesia", "th": "ไทย",
}  # fmt: skip
"""How languages call themselves; another one is called by its tag."""
_LEFTWARDS = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
"""Languages that are written from right to left."""


def shown(form: SurveyForm) -> dict[str, Any]:
    """Return what the page shows, in the language of the respondent."""
    tag, state = form.tag, form.state
    pages = state.pages
    names = [page.name for page in pages]
    found: dict[str, Any] = {
        "stage": "sent" if form.response is not None else "fill" if state.page in names else "review",
        "mode": form.mode,
        "keys": form.mode == "interview",
        "title": form.survey.title.in_language(tag),
        "lang": tag,
        "dir": "rtl" if tag.lower().partition("-")[0] in _LEFTWARDS else "ltr",
        "languages": [{"tag": each, "name": NAMES.get(each, each)} for each in form.survey.languages],
        "pages": len(pages),
        "page": names.index(state.page) + 1 if state.page in names else len(pages) + 1,
        "focus": state.goal,
        "fresh": form.response is None and state.is_fresh,
        "kept": form.is_kept,
        "again": form.may_start_anew,
    }
    if form.mode == "interview":
        found["interviewer"] = state.interviewer
    if found["stage"] == "sent":
        remark = "" if form.remark is None else form.remark.in_language(form.language)
        return {**found, "thanks": state.thanks.in_language(tag), "remark": remark}
    if found["stage"] == "review":
        asked = state.asked
        review = [_looked_over(form, item) for item in asked[:MOST_ROWS]]
        return {**found, "review": review, "more": len(asked) - len(review)}
    page = pages[names.index(state.page)]
    heading = "" if page.title is None else page.title.in_language(tag)
    return {**found, "heading": heading, "items": state.filling.described(page.items, tag, state.touched)}


def _looked_over(form: SurveyForm, item: BaseItem) -> dict[str, str]:
    value, other = form.value.get(item.name), form.value.get(f"{item.name}{OTHER_TEXT}", "")
    if isinstance(value, bool):
        text = yes_no_texts(item)["yes" if value else "no"].in_language(form.tag)
    else:
        text = answer_text(item, as_json(value), form.tag, other)
    return {"name": item.name, "question": question(item).in_language(form.tag), "answer": text}
