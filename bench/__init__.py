"""Figures with targets: `python -m bench` measures loading, sizes, page queries and crawling on this machine."""
