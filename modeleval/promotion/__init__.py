"""From a run's verdict to its model package version: what may be done, and what is written."""
