"""What calls for somebody: rules over answers, severity, alerts over many answers, and who gets the case."""
