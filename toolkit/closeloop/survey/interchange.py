"""Surveys in the forms of other programs: the doors of `Survey`, the work is in a module for each form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey
    from closeloop.survey.survey_codebook import SurveyCodebook
    from closeloop.survey.wjx_text import WjxText


class Interchange:
    """The interchange of a survey, as its methods."""

    __slots__ = ()

    def to_surveyjs(self: Survey) -> dict[str, Any]:  # type: ignore[misc]  # only a Survey has it
        """Return the survey as SurveyJS JSON, in the form in which SurveyJS itself would write it.

        English is ``default`` and Chinese ``zh-cn``. What SurveyJS does not know (id, version, metrics, import maps,
        rules, tests, short names, marks of personal data, codes) is in one property ``feedback`` of the survey, a
        question or a choice. SurveyJS keeps it once told to: ``Serializer.addProperty("survey", "feedback:any")``, and
        the same for ``"question"`` and ``"itemvalue"``.

        Returns
        -------
        dict
            JSON-safe data.

        Raises
        ------
        SurveyDefinitionError
            If a name or a pattern of the survey would not work in a browser.

        Examples
        --------
        >>> import closeloop as cl
        >>> survey = cl.load_survey("relationship-nps")
        >>> data = survey.to_surveyjs()
        >>> data["pages"][0]["elements"][3]["title"]["default"]
        'How likely are you to recommend us to a friend or colleague?'
        >>> type(survey).from_surveyjs(data) == survey
        True
        """
        from closeloop.survey.surveyjs import to_surveyjs

        return to_surveyjs(self)

    @classmethod
    def from_surveyjs(cls, data: Mapping[str, Any], *, base: Survey | None = None, id: str | None = None) -> Survey:
        """Return the survey that SurveyJS JSON describes.

        Nothing is dropped: a property that has no counterpart here is kept below ``extra: {surveyjs: …}`` and written
        back; a question type, a panel or a property that would change what an answer means is refused. A text that is
        missing in one language is the ``default`` text, as SurveyJS shows it. A scale from 0 to 10 is a ``rating``
        unless ``feedback`` says that it is the NPS question.

        Parameters
        ----------
        data : mapping
            The JSON, read.
        base : Survey, optional
            The survey from which the JSON once was made, where an editor has dropped ``feedback``: version, metrics
            and all else is put back, for items by their name and for options by their value. An item that `base` does
            not know, or whose scale no longer fits its type, carries the reason in ``to_confirm`` (see
            `Survey.unconfirmed`). A part of `base` that names an item which is gone is refused, not left out.
        id : str, optional
            The survey's id; as the JSON has it or made of the title, if left out.

        Raises
        ------
        SurveyDefinitionError
            With the JSON path of everything that cannot be read.

        Examples
        --------
        >>> from closeloop.survey.survey import Survey
        >>> question = {"type": "rating", "name": "service", "rateMax": 7, "title": "How was our service?"}
        >>> survey = Survey.from_surveyjs({"title": "Short one", "elements": [question]})
        >>> survey, survey.item("service").scale
        (Survey(short-one v1, 1 items, en), range(1, 8))
        """
        from closeloop.survey.surveyjs import from_surveyjs

        return from_surveyjs(data, base=base, id=id)

    def to_xlsform(self: Survey, path: str | Path) -> Path:  # type: ignore[misc]
        """Write the survey as an XLSForm workbook, which ODK, KoBoToolbox and Survey123 read.

        Both languages, conditions as XPath with the same meaning, limits and checks as constraints, “other” with a line
        beside it, a matrix as a table list, the closing words as notes. What is not part of a form stays in the survey
        file: short names, metrics, import maps, follow-up rules, migrations, tests.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        SurveyDefinitionError
            If something cannot be said in an XLSForm: each item, and what to write instead. Nothing is left out.
        StoreError
            If the file cannot be written; what stood there before is untouched.

        Examples
        --------
        >>> import closeloop as cl, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     cl.load_survey("relationship-nps").to_xlsform(f"{folder}/form.xlsx").name
        'form.xlsx'
        """
        from closeloop.survey.xlsform import write_xlsform

        return write_xlsform(self, Path(path))

    def to_wjx_text(self: Survey, language: str | None = None) -> WjxText:  # type: ignore[misc]
        """Return the survey as text that 问卷星 imports.

        Parameters
        ----------
        language : str, optional
            The language written; Chinese if the survey has it, else its first.

        Returns
        -------
        WjxText
            A text, with ``.findings``: all that it cannot hold, such as branching and the other language.

        Raises
        ------
        ColumnNotFoundError
            If the survey is not in that language.

        Examples
        --------
        >>> import closeloop as cl
        >>> text = cl.load_survey("relationship-nps").to_wjx_text()
        >>> text.splitlines()[10]
        '2. 您最近一次通过哪种方式与我们联系？[单选题]（选填）'
        >>> sum(finding.item == "pains" for finding in text.findings) > 0
        True
        """
        from closeloop.survey.wjx_text import to_wjx_text

        return to_wjx_text(self, language)

    @classmethod
    def from_wjx_text(cls, text: str, *, id: str) -> Survey:
        r"""Return the survey that a text of 问卷星 describes, as a draft.

        A scale is a ``rating``; it is an ``nps`` only where the question itself says so. What was guessed, and what has
        no counterpart here, has the reason in ``to_confirm`` (see `Survey.unconfirmed`).

        Parameters
        ----------
        text : str
            Title, description, then each question as ``1. 题干[题型]`` with its options below.
        id : str
            The survey's id.

        Raises
        ------
        SurveyDefinitionError
            If there is no question in the text.

        Examples
        --------
        >>> from closeloop.survey.survey import Survey
        >>> survey = Survey.from_wjx_text("满意度\n\n1. 您会推荐我们吗？[量表题]\n0~10", id="visit")
        >>> survey.item("q1").type, survey.unconfirmed
        ('rating', ('q1',))
        """
        from closeloop.survey.wjx_text import from_wjx_text

        return from_wjx_text(text, id=id)

    def answers_schema(self: Survey) -> dict[str, Any]:  # type: ignore[misc]
        """Return the JSON Schema (2020-12) of one respondent's answers, as `Survey.check` takes them.

        Branching cannot be said in it; its ``$comment`` tells so.

        Examples
        --------
        >>> import closeloop as cl
        >>> cl.load_survey("relationship-nps").answers_schema()["required"]
        ['recommend']
        """
        from closeloop.survey.answers_schema import answers_schema

        return answers_schema(self)

    def codebook(self: Survey, language: str | None = None) -> SurveyCodebook:  # type: ignore[misc]
        """Return the codebook of the survey: one row for each column of `Responses.accepted`.

        Parameters
        ----------
        language : str, optional
            Questions and labels in this language only; in all the survey's, if left out.

        Returns
        -------
        SurveyCodebook
            ``.to_markdown(path)``, ``.to_xlsx(path)``, ``.to_frame()``; a table in a notebook.

        Examples
        --------
        >>> import closeloop as cl
        >>> book = cl.load_survey("relationship-nps").codebook()
        >>> [row.column for row in book.rows if row.item == "pains"][:2]
        ['pains__price', 'pains__delivery']
        """
        from closeloop.survey.survey_codebook import survey_codebook

        return survey_codebook(self, language)
