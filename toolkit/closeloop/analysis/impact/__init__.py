"""What the mention of a theme costs."""
