"""The loop as people hold it in a notebook: a store, its cases, and what is due."""
