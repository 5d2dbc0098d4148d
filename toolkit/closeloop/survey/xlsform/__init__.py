"""Surveys as XLSForm workbooks, which ODK, KoBoToolbox and Survey123 read."""

from closeloop.survey.xlsform.write import write_xlsform

__all__ = ["write_xlsform"]
