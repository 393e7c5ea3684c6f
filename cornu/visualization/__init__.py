"""Pictures and tables of models."""

from __future__ import annotations
