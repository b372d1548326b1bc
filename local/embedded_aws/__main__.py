"""The launcher: ``python -m embedded_aws [options]``.

The order matters: MiniStack reads its settings while it is imported, so the environment is made
first and ``server`` (which imports MiniStack) only then.
"""

from __future__ import annotations

import os
import sys

from embedded_aws import environment, options
from embedded_aws.bedrock.converse import chosen as converse
from embedded_aws.judging import chosen as judging


def main() -> int:
    """Run until told to stop; the exit status is 0 after an orderly stop."""
    chosen = options.parse()
    environment.redirect_output(chosen.log_file)
    try:
        judge = judging.from_environment(os.environ)
        speaker = converse.from_environment(os.environ)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    home = environment.prepare(chosen)
    from embedded_aws import server  # noqa: PLC0415

    return server.run(chosen, home, judge, speaker)


if __name__ == "__main__":
    sys.exit(main())
