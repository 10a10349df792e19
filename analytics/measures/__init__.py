"""Computes what pages and charts show. Each module answers one kind of question from an open version."""
