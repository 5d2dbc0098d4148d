"""Surveys drafted from the structure files of platforms: what was asked, without a single answer."""

from closeloop.survey.structures.read import STRUCTURES, draft_from_structure

__all__ = ["STRUCTURES", "draft_from_structure"]
