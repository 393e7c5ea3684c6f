"""The command line: ``cornu inspect FILE`` and ``cornu diff FIRST SECOND``."""

from cornu.cli.main import main

__all__ = ["main"]
