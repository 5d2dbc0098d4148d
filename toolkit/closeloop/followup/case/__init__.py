"""A case: what its events add up to, what is wrong with it, its history in words."""
