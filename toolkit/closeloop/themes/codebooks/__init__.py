"""What the categories are: codebooks, their rules, how they change from version to version."""
