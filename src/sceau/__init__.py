"""Sceau: sealed envelopes for health professionals, and proof of what happened to them."""

__version__ = "0.1.0"
