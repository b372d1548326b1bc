"""The launcher: ``python -m embedded_aws [options]``.

The order matters: MiniStack reads its settings while it is imported, so the environment is made
first and ``server`` (which imports MiniStack) only then.
"""

from __future__ import annotations

import sys

from embedded_aws import environment, options


def main() -> int:
    """Run until told to stop; the exit status is 0 after an orderly stop."""
    chosen = options.parse()
    environment.redirect_output(chosen.log_file)
    home = environment.prepare(chosen)
    from embedded_aws import server  # noqa: PLC0415

    return server.run(chosen, home)


if __name__ == "__main__":
    sys.exit(main())
