"""Whether the loop closes, and whether that helped: every figure with its base and its interval."""
