"""Issue trees: a question taken apart, checked on data, and read out as a pyramid."""
