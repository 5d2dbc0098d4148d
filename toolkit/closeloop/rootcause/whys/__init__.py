"""Five whys: a graph of causes with evidence, read back by a second person, and judged by eighteen rules."""
