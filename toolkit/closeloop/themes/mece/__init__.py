"""Whether categories leave gaps or run into each other, and whether coders agree."""
