"""Statistics as plain functions of numbers: counts and sums in, estimates and intervals out, all on −1…1 or 0…1."""
