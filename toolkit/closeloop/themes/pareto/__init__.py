"""Which themes come up most."""
