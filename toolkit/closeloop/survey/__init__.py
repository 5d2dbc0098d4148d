"""The survey file: form, analysis plan, import maps and follow-up rules, read with the line of every fault."""
