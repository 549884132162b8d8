"""What is missing on the machine is said clearly."""

import socket
import sys
from pathlib import Path

import pytest

from liaoyang_medins.kernel.local import (
    browser,
    install,
    run,
)
from liaoyang_medins.kernel.local.problem import SetupError


def test_python_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert install.main(["base"]) == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def fake_python(folder: Path, script: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_missing_venv_module_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path / "venv")
    monkeypatch.setattr(sys, "executable", str(fake_python(tmp_path, "echo ensurepip is not available; exit 1")))
    with pytest.raises(SetupError, match=r"apt install python3-venv(?s:.*)ensurepip"):
        install._make_venv()
    assert not (tmp_path / "venv").exists()


def test_an_index_out_of_reach_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "PYTHON", fake_python(tmp_path, "echo connection refused; exit 1"))
    with pytest.raises(SetupError, match=r"package index reachable(?s:.*)connection refused"):
        install._install_packages("base")


def test_packages_are_installed_again_only_when_the_lock_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "PYTHON", fake_python(tmp_path, "exit 0"))
    assert not install._is_current("dev")
    install._install_packages("dev")
    assert install._is_current("dev")
    assert install._is_current("base")
    (tmp_path / ".installed-base").write_text("another lock")
    assert not install._is_current("base")


def test_a_missing_browser_is_an_error_and_never_a_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(SetupError, match="need Chromium"):
        browser.executable()
    with pytest.raises(SetupError, match="browser, font, fontconfig"):
        browser.ensure()


@pytest.mark.parametrize(("value", "said"), [("x", "must be a number"), ("70000", "must be a number")])
def test_a_port_that_is_none_is_refused(value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(SetupError, match=said):
        run.address()


def test_a_chosen_port_that_is_taken_is_refused_and_the_usual_one_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("LISTEN", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(run, "USUAL_PORT", port)
        assert run.address()[1] > port
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(SetupError, match="is taken"):
            run.address()
