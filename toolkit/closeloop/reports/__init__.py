"""Reports: results, tables, figures, documents and text as one file, and what a team takes from the loop."""
