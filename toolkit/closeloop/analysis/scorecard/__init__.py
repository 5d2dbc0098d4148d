"""A scorecard: scores, trend and themes for every choice of filters, of which none gives a small group away."""
