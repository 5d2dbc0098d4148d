"""Surveys as the text that 问卷星 (wjx.cn) imports and exports."""

from closeloop.survey.wjx_text.read import from_wjx_text
from closeloop.survey.wjx_text.write import WjxText, to_wjx_text

__all__ = ["WjxText", "from_wjx_text", "to_wjx_text"]
