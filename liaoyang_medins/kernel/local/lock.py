"""Lock the newest packages that `requirements/*.in` allow, with hashes, for Python 3.11 and later.

Runs with the system's Python; the resolver comes into an environment of its own. The locks name no index: whoever
installs uses the index that pip is set up for.
"""

import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header"),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        compiler: list[str | Path] = [python, "-m", "uv", "pip", "compile", *OPTIONS]
        # The second lock holds to the first, so that tests run on what production runs on.
        for arguments in (["base.in", "-o", "base.txt"], ["-c", "base.txt", "dev.in", "-o", "dev.txt"]):
            subprocess.run([*compiler, *arguments], cwd=ROOT / "requirements", stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
