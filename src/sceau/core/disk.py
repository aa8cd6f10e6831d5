"""Durability of files and folders."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """What this file holds, or which names this folder has, survives a power cut once this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
