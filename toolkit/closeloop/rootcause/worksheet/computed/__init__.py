"""What worksheets compute from their answers: tables with figures, also callable alone with plain data."""
