"""The tree editors: five whys and issue trees, changed by clicking and typing."""
