"""One module per workflow step: parse the event, call modeleval, return."""

import gc

_ALLOCATIONS = 100_000
"""Importing makes objects of which none is garbage: looking for some at Python's own pace, every
2,000 of them, took a sixth of a cold start."""

gc.set_threshold(_ALLOCATIONS)
