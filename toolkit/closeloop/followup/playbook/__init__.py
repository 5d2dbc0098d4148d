"""What to do and say at each stage: cards, phrases, letters, the negotiation sheet, remedies and who may grant them."""
