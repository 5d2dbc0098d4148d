"""The case board that people work on: columns, filters, moves, and the panel of one case beside them."""
