"""Responses to earlier versions of a survey, brought to a later one: answers move, the source stays as it is.

A source remembers the survey of its time. Its answers are read with that one, and moved by the ``migrations:`` of the
later one when they are looked at. Nothing is written back: `raw` has every cell as it was.
"""
