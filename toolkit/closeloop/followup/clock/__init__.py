"""Clocks of a case: what is due when, by which rule, what stopped or paused it, and why."""
