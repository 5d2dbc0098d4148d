"""How many to ask, what an interval is worth, what the silent could change."""
