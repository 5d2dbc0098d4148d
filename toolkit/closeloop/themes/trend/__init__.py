"""Which themes come up more or less than before."""
