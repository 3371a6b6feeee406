"""The command ``intranet``. ``serve`` is patched for gevent before anything else is imported.

Only the sample office of a first start is begun earlier: the process that makes it works meanwhile.
"""

import sys

if len(sys.argv) > 1 and sys.argv[1] == "serve":
    if sys.argv[2:] == ["--sample"]:
        from intranet.core import first_start

        first_start.begin()
    from gevent import monkey

    monkey.patch_all()

from intranet.cli import main

if __name__ == "__main__":
    main()
