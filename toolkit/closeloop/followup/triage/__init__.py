"""From accepted responses to cases: every one that qualifies becomes a case or is suppressed for a reason."""
