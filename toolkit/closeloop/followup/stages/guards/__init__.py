"""Guards: what must be there before a step, each saying what is missing and which call supplies it."""
