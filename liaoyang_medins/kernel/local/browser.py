"""The browser for the tests, and a font that has Chinese: found, or brought where that can be done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .problem import SetupError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = {"browser": "chromium", "font": "fonts-noto-cjk", "fontconfig": "fontconfig"}
HOW = (
    "Install Chromium and a font that has Chinese (Debian: apt install chromium fonts-noto-cjk); "
    "CHROMIUM may name the program."
)


def executable() -> Path:
    """Chromium's program. Raises SetupError where there is none."""
    configured = os.environ.get("CHROMIUM")
    for name in [configured] if configured else NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise SetupError(f"The browser tests need Chromium, and {configured or 'it'} is not here. {HOW}")


def has_chinese_font() -> bool:
    """Without one Chinese shows as boxes."""
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def ensure() -> None:
    """Bring what is missing, on Debian as root; raises SetupError where that cannot be done or does not work."""
    missing = _missing()
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(f"The browser tests need: {', '.join(missing)}. {HOW}")
    apt_install([PACKAGES[part] for part in missing])
    still = _missing()
    if still:
        raise SetupError(f"apt-get brought {', '.join(missing)}, but still missing: {', '.join(still)}. {HOW}")


def apt_install(packages: list[str]) -> None:
    """Install Debian packages without asking anything. Raises SetupError when it fails."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {', '.join(packages)} …", flush=True)
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        # A mirror that fails in part may still have what we need: only the install decides.
        if done.returncode != 0 and command[0] == "install":
            raise SetupError(f"apt-get {' '.join(command)} failed:\n{done.stdout[-3000:]}")


def _missing() -> list[str]:
    missing = []
    try:
        executable()
    except SetupError:
        missing.append("browser")
    if not has_chinese_font():
        missing.append("font")
        if not shutil.which("fc-list"):
            missing.append("fontconfig")
    return missing


def main() -> int:
    try:
        ensure()
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
