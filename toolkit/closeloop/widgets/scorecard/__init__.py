"""The scorecard that people filter, and in which they read what customers wrote about a theme."""
