"""Commands: what can be done to a case, what each needs, and which event it becomes."""
