"""Why it happens: measured gaps, trees, five-whys, worksheets, countermeasures and the problem that ties them."""
