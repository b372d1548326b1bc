"""Helpers that run modeleval on the embedded AWS of this repository."""
