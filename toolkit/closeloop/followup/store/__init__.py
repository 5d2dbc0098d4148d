"""Where the follow-up loop is kept: events that are only ever added, and tables made of them."""
