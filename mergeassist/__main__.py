"""`python -m mergeassist`."""

import sys

from mergeassist.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
