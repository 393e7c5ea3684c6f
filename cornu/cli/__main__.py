"""``python -m cornu.cli``, where the ``cornu`` command is not installed."""

import sys

from cornu.cli.main import main

sys.exit(main())
