"""How the tables came to be as they are: numbered steps, each one transaction together with its record."""
