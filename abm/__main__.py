"""``python -m abm`` is the command ``huzhu``."""

import sys

from abm.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
