"""Suites: what to evaluate, how, and for how much."""
