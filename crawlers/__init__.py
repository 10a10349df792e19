"""Asking the platforms: one spider each, and what all of them share."""
