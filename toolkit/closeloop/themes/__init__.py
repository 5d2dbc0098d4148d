"""What customers talk about: codebooks, codings of mentions, and whether the categories hold on data."""
