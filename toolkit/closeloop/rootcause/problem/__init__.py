"""A problem from its gap to its lesson, and what is done about it."""
