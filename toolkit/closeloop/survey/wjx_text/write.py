"""A survey as the text that 问卷星 imports, with a list of what that text cannot hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError
from closeloop.forms.items import BaseItem, Matrix, Multi
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding
from closeloop.survey.located import located
from closeloop.survey.wjx_text import marks
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_HELD = frozenset({"name", "type", "ask", "required", "to_confirm"})
_HELD_BY: Mapping[str, frozenset[str]] = {
    "single": frozenset({"options", "look", "other", "other_text", "none"}),
    "multi": frozenset({"options", "other", "other_text", "none", "min", "max"}),
    "ranking": frozenset({"options"}),
    "yesno": frozenset({"labels"}),
    "csat": frozenset({"points"}),
    "ces": frozenset({"points"}),
    "rating": frozenset({"min", "max"}),
    "matrix": frozenset({"rows", "columns", "points"}),
}
_SURVEY_HELD = frozenset({"format", "id", "version", "stage", "languages", "title", "pages"})
_OPTION_HELD = frozenset({"value", "text"})
_AS_LINE = frozenset({"text", "number", "date"})


class WjxText(str):
    """The text of a survey for 问卷星.

    Attributes
    ----------
    findings : tuple of Finding
        What the survey says and the text cannot: branching, other languages, metrics, …
    """

    __slots__ = ("findings",)
    findings: tuple[Finding, ...]

    def __new__(cls, text: str, findings: Sequence[Finding] = ()) -> WjxText:
        """Return the text with its findings."""
        self = super().__new__(cls, text)
        self.findings = tuple(findings)
        return self


def to_wjx_text(survey: Survey, language: str | None = None) -> WjxText:
    """Return a survey as text for 问卷星; see `Survey.to_wjx_text`."""
    tag = language or ("zh-CN" if "zh-CN" in survey.languages else survey.languages[0])
    if tag not in survey.languages:
        raise ColumnNotFoundError(tag, survey.languages, message("wjx_text.the_languages"))
    return _Writer(survey, located(survey), tag).text()


class _Writer:
    """Writes one survey, question after question, and notes what stays behind."""

    def __init__(self, survey: Survey, document: Document, tag: str) -> None:
        self.survey = survey
        self.document = document
        self.tag = tag
        self.findings: list[Finding] = []
        self.number = 0

    def text(self) -> WjxText:
        self._survey_keys()
        head, blocks = [self._line(self.survey.title)], list[list[str]]()
        for number, page in enumerate(self.survey.definition.pages):
            lost = [key for key in ("title", "show_if", "extra") if getattr(page, key)]
            if lost:
                self._note(("pages", number), None, "lost", keys=", ".join(lost))
            written = [(item, self._item(item, ("pages", number, "items", n))) for n, item in enumerate(page.items)]
            written = [(item, lines) for item, lines in written if lines]
            if written and len(head) == 1 and not blocks and written[0][0].type == "note":
                head += written.pop(0)[1]  # what stands below the title is the description
            elif written and (blocks or len(head) > 1):
                blocks.append([marks.PAGE])
            blocks += [lines for _, lines in written]
        blocks = [head, *blocks]
        return WjxText("\n\n".join("\n".join(lines) for lines in blocks) + "\n", self.findings)

    def _survey_keys(self) -> None:
        others = [tag for tag in self.survey.languages if tag != self.tag]
        if others:
            self._note(("languages",), None, "languages", languages=", ".join(others))
        keys = [key for key in self.survey.to_dict() if key not in _SURVEY_HELD]
        if keys:
            self._note((), None, "lost", keys=", ".join(keys))

    def _note(self, path: KeyPath, item: BaseItem | None, key: str, /, **fields: object) -> None:
        self.findings.append(
            Finding(
                code=f"wjx_{key}",
                file=self.document.file,
                line=self.document.line(path),
                item=item.name if item is not None else "",
                field=path_text(path),
                message=message(f"wjx_text.{key}", **fields),
            )
        )

    def _line(self, text: LocalText | str) -> str:
        """Return a text on one line, so that it is not taken for a question or a mark of the form."""
        said = text.in_language(self.tag) if isinstance(text, LocalText) else text
        line = " ".join(said.split())
        if marks.QUESTION.fullmatch(line) or line.startswith("==="):
            line = line.translate(str.maketrans("[]【】［］=", "（）（）（）＝"))
        return line or "–"

    def _item(self, item: BaseItem, path: KeyPath) -> list[str]:
        if item.type == "hidden":
            self._note(path, item, "hidden")
            return []
        self._lost_keys(item, path)
        if item.type == "note":
            lines = str(item.ask.in_language(self.tag) if item.ask else "").splitlines()
            return [self._line(line) for line in lines if line.strip()] or ["–"]
        label, body = self._body(item, path)
        self.number += 1
        limits = marks.limits_text(item.min, item.max) if isinstance(item, Multi) else ""
        ask = self._line(item.ask or item.label or item.name)
        return [f"{self.number}. {ask}{limits}[{label}]{'' if item.required else marks.OPTIONAL}", *body]

    def _lost_keys(self, item: BaseItem, path: KeyPath) -> None:
        data = item.model_dump(by_alias=True, exclude_defaults=True)
        held = _HELD | _HELD_BY.get(item.type, frozenset())
        if item.scale is not None and self._labelled(item):
            held |= {"labels"}
        lost = [key for key in data if key not in held]
        if lost:
            self._note(path, item, "lost", keys=", ".join(lost))
        if item.type in {"nps", "csat", "ces", "number", "date"}:
            self._note((*path, "type"), item, "kind", type=item.type)
        for key in ("options", "rows", "columns"):
            for place, option in enumerate(getattr(item, key, ())):
                self._lost_in_option(option, item, (*path, key, place))

    def _lost_in_option(self, option: Any, item: BaseItem, path: KeyPath) -> None:
        data = option.model_dump(exclude_defaults=True)
        lost = [key for key in data if key not in _OPTION_HELD] if isinstance(data, dict) else []
        text = option.text.in_language(self.tag)
        if option.value != text:
            lost.append("value")
        if lost:
            self._note(path, item, "lost_in_option", option=option.value, keys=", ".join(lost))
        if marks.LETTER.match(text) and path[-2] == "options":
            self._note(path, item, "letter", option=text)

    def _labelled(self, item: BaseItem) -> bool:
        """Say whether the points can be written one on a line: each has its own words, and they count from 1."""
        points, labels = list(item.scale or ()), getattr(item, "labels", {})
        words = [self._line(labels[point]) for point in points if point in labels]
        if points != list(range(1, len(points) + 1)) or len(words) < len(points):
            return False
        return len({word.casefold() for word in words}) == len(words) and len(words) > 1

    def _body(self, item: BaseItem, path: KeyPath) -> tuple[str, list[str]]:
        """Return what a question is called, and the lines below it."""
        if isinstance(item, Matrix):
            return self._matrix(item)
        points = item.scale
        if points is not None and points.step != 1:
            self._note((*path, "step"), item, "step")
            return "单选题", [str(point) for point in points]
        if points is not None:
            labels = getattr(item, "labels", {})
            if self._labelled(item):
                return "量表题", [self._line(labels[point]) for point in points]
            return "量表题", [f"{points[0]}~{points[-1]}"]
        if item.type == "yesno":
            labels = getattr(item, "labels", {})
            return "判断题", [self._line(labels.get(key, word)) for key, word in (("yes", "是"), ("no", "否"))]
        if item.type in _AS_LINE:
            return "填空题", []
        if item.type == "comment":
            return "简答题", []
        label = {"single": "单选题", "multi": "多选题", "ranking": "排序题"}[item.type]
        if getattr(item, "look", "") == "dropdown":
            label = "下拉框"
        return label, list(self._options(item))

    def _options(self, item: BaseItem) -> Iterator[str]:
        yield from (self._line(option.text) for option in getattr(item, "options", ()))
        if getattr(item, "other", False):
            words = self._line(getattr(item, "other_text", None) or marks.OTHER)
            yield words if marks.OTHERS.fullmatch(words) else f"其他（{words}）"
        if getattr(item, "none", False):
            yield marks.NONE

    def _matrix(self, item: Matrix) -> tuple[str, list[str]]:
        rows = [f"- {self._line(row.text)}" for row in item.rows]
        columns = [f"- {self._line(column.text)}" for column in item.columns]
        if item.points is not None:
            named = self._labelled(item)
            columns = [f"- {self._line(item.labels[n]) if named else n}" for n in range(1, item.points + 1)]
        label = "矩阵单选题" if item.columns else "矩阵量表题"
        return label, [marks.ROWS, *rows, marks.COLUMNS, *columns]
