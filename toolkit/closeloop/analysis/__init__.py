"""Analyses: a frame or responses in, a result out."""
