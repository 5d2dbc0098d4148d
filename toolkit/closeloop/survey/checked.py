"""What a survey says about itself: its lint, its branch tests, its difference from another version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from closeloop.survey.branch_tests import BranchReport
    from closeloop.survey.diff import SurveyDiff
    from closeloop.survey.lint import LintReport
    from closeloop.survey.survey import Survey


class Checked:
    """The checks of a survey, as its methods."""

    __slots__ = ()

    def lint(self: Survey) -> LintReport:  # type: ignore[misc]  # only a Survey has it
        """Return what is wrong or doubtful in the survey, though it loads.

        Conditions that are never or always true, questions that nobody is shown, texts in the wrong language, personal
        data that is not marked, measured questions that differ from a released version, and more. Whether something
        can happen is found out by trying every answer that makes a difference; where there are too many, nothing is
        said.

        Returns
        -------
        LintReport
            ``.findings``, the gravest first, each with code, file, line, item, what is wrong and what to do, in both
            languages; ``.ok`` if there is no error; ``.to_frame()``.

        Examples
        --------
        >>> import closeloop as cl
        >>> from closeloop.survey.load import survey_from_dict
        >>> survey = cl.load_survey("relationship-nps")
        >>> survey.lint()
        <LintReport relationship-nps: 0 errors, 0 warnings, 0 remarks>
        >>> data = survey.to_dict()
        >>> data["follow_up"][0]["when"] = "{recommend} > 10"
        >>> print(survey_from_dict(data).lint())
        error [comparison_never] follow_up[0].when: {recommend} > 10 is never true. “recommend” can be: 0–10.
        relationship-nps: 1 error, 0 warnings, 0 remarks
        """
        from closeloop.survey.lint import lint_survey

        return lint_survey(self)

    def run_tests(self: Survey) -> BranchReport:  # type: ignore[misc]
        """Run the ``tests:`` of the survey: walks through its branching, step by step.

        Each step holds one command, as in SurveyJS's own tester, where the same tests run too: ``set`` answers a
        question of the page as a respondent can (11 on a scale of 0 to 10 is refused), ``setDirectly`` gives a hidden
        value or one of another page; ``clear``, ``setComment``, ``nextPage``, ``prevPage`` and ``complete`` do what
        they say; ``expect`` looks at an item (``visible``, ``required``, ``value``, ``choices``, ``errors``, …), at a
        page, or at the ``survey`` (``state``, ``currentPage``, ``pages``, ``values``, ``thanks``, …).

        Returns
        -------
        BranchReport
            ``.tests`` with every step: its line, whether it passed, what was expected and found; ``.ok`` if all passed;
            ``.to_frame()``.

        Examples
        --------
        >>> import closeloop as cl
        >>> report = cl.load_survey("relationship-nps").run_tests()
        >>> report
        <BranchReport relationship-nps: 3 tests, 0 failed>
        >>> [step.command for step in report.tests[0].steps]
        ['set', 'expect']
        """
        from closeloop.survey.branch_tests import run_branch_tests

        return run_branch_tests(self)

    def diff(self: Survey, other: Survey) -> SurveyDiff:  # type: ignore[misc]
        """Return what `other`, a later version of this survey, changes.

        Parameters
        ----------
        other : Survey
            The later version.

        Returns
        -------
        SurveyDiff
            ``.verdict`` is ``none``, ``wording``, ``compatible`` or ``breaking``; ``.changes`` has each change with its
            line in both files, why it matters and what to do; ``.ok`` is false where something breaks and neither the
            version number nor ``migrations:`` own up to it.

        Examples
        --------
        >>> from closeloop.survey.load import load_survey, survey_from_dict
        >>> survey = load_survey("relationship-nps")
        >>> data = survey.to_dict()
        >>> data["pages"][0]["items"][2]["options"][2]["value"] = "phone"
        >>> found = survey.diff(survey_from_dict(data))
        >>> found.verdict, found.ok, found.changes[0].old, found.changes[0].new
        ('breaking', False, 'hotline', 'phone')
        """
        from closeloop.survey.diff import compare_surveys

        return compare_surveys(self, other)
