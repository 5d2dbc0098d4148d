"""What goes along with an outcome, and how sure that is."""
