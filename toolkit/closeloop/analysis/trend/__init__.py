"""Scores and counts over time against a frozen baseline."""
