"""What changed between two waves: the same people, or the mix of groups."""
