"""Worksheets: structured thinking as forms that know what is missing and what is weak."""
