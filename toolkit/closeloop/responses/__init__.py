"""From an export to validated responses: nothing dropped, every doubt written down."""
