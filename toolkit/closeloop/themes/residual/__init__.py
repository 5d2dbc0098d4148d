"""What has no code yet, grouped into suggestions for a person."""
