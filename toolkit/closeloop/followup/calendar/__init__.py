"""When people work: hours, holidays, make-up workdays, and the arithmetic on them."""
