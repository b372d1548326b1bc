"""Jupyter notebooks that start a run, follow it, and show what it came to."""
