"""Which clause of which comment has which code, by rules or by people."""
