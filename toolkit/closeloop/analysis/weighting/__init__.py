"""Samples weighted to targets, and replicate weights."""
