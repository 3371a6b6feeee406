"""The command ``intranet``. ``serve`` is patched for gevent before anything else is imported."""

import sys

if len(sys.argv) > 1 and sys.argv[1] == "serve":
    from gevent import monkey

    monkey.patch_all()

from intranet.cli import main

if __name__ == "__main__":
    main()
