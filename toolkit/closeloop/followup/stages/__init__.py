"""Stages of a case: the table, what is proved about it, and what must be there before a step."""
