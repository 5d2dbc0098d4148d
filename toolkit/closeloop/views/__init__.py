"""What people see: tables, charts and reports, drawn from results and never computed here."""
