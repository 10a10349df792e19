"""Who set up on which platform, when, and who says so."""

__version__ = "0.1.0"
