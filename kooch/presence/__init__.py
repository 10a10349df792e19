"""Reads the evidence on accounts as stays: who was where, and until when. The rules are the truth table of docs/methods.md."""
