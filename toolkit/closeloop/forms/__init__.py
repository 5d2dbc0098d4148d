"""Questions, their branching, and the check of answers against them. Pure: no files, no clock, no data frames."""
