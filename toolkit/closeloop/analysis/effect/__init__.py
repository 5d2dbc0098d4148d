"""What an action did: effects, recovery, waiting times."""
