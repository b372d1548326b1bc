"""A headless Chromium: the one that is there, or Debian's, installed where that can be done."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_INSTALL_SECONDS = 600


class NoBrowser(Exception):
    """Why there is none, and how it would be had."""


def chromium() -> str:
    """The path of a Chromium. Raises NoBrowser where there is none and none can be installed.

    Debian's packages that can be had and do not install raise CalledProcessError: then the tests
    fail, and are not skipped.
    """
    found = _found()
    if found is None:
        _check_installable()
        _apt("update", "-qq")
        if not _is_offered():
            raise NoBrowser("Debian's package chromium cannot be had from here")
        _apt("install", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core")
        found = _found()
    if found is None:
        raise NoBrowser("chromium was installed and is not on the path")
    return found


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _check_installable() -> None:
    release = Path("/etc/os-release")
    debian = release.is_file() and "ID=debian" in release.read_text().splitlines()
    if not (debian and shutil.which("apt-get") and os.geteuid() == 0):
        raise NoBrowser(
            "there is no Chromium on the path, and only root on Debian can install it here: "
            "install the package chromium and run the test again"
        )


def _is_offered() -> bool:
    policy = subprocess.run(
        ["apt-cache", "policy", "chromium"], capture_output=True, text=True, check=True
    )
    return "Candidate: " in policy.stdout and "Candidate: (none)" not in policy.stdout


def _apt(*arguments: str) -> None:
    try:
        subprocess.run(
            ["apt-get", "-y", "-o", "DPkg::Lock::Timeout=300", *arguments],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            check=True,
            timeout=_INSTALL_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        if arguments[0] == "update":
            raise NoBrowser(f"apt-get update failed ({error.returncode})") from None
        raise


@contextmanager
def started(
    playwright: Playwright, executable: str, profile: Path, *, javascript: bool = True
) -> Iterator[BrowserContext]:
    """A browser with a new, empty profile."""
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=executable,
        headless=True,
        args=[*SWITCHES],
        java_script_enabled=javascript,
    )
    try:
        yield context
    finally:
        context.close()
