"""The whole register as files: written so that nothing is lost, read so that nothing false comes in."""
