"""Captures on disk: web archives, saved pages and saved answers become observations of their own day.

files        a file → records: a body, with address, instant and digest
parts        a saved answer → accounts and posts, one by one
addresses    an address → whose page or answer it is
importing    records → outcomes, in a run
"""
