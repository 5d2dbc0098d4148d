"""The rules W01–W18: each a small function from the graph to what it finds."""
