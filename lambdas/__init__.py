"""One module per workflow step: parse the event, call modeleval, return.

Before anything is imported: what makes a cold start longer and gives a function nothing.
"""

import gc
import os

_ALLOCATIONS = 100_000
"""Importing makes objects of which none is garbage: looking for some at Python's own pace, every
2,000 of them, took a sixth of a cold start."""

gc.set_threshold(_ALLOCATIONS)
# pydantic looks for plugins in the metadata of every installed package; there are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
