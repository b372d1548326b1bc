"""Two that assume roles at once do not disturb each other.

MiniStack looks through all sessions when one is registered, while another thread may register one:
a dictionary that changes its size while it is read is a RuntimeError.
"""

from __future__ import annotations

import threading
from typing import Any

from ministack.services import sts

from embedded_aws.patches.check import require_parameters, require_source

_NAME = "sessions"
_lock = threading.Lock()


def apply() -> None:
    """Register one session at a time."""
    original = sts.register_session
    require_parameters(original, _NAME, "access_key", "session")
    require_source(original, _NAME, "_evict_expired_sessions()", "_sessions[access_key] = session")

    def register(access_key: str, session: dict[str, Any]) -> None:
        with _lock:
            original(access_key, session)

    sts.register_session = register
