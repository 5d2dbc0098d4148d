"""From answers to scores: count them into a small tally, then estimate from the tally."""
