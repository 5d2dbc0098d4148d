"""The follow-up loop: cases, clocks, rules, what to say, and whether it helped."""
