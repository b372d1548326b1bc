"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# Machines are noisy: a slow example is no failure. Where CI is set, hypothesis's own profile for it
# holds, which also draws the same examples every time.
settings.register_profile("modeleval", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("modeleval")
