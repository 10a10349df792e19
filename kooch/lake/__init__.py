"""The lake: published versions in DuckLake on PostgreSQL, with Parquet in a folder or S3, for many readers.

engine        the program that writes and reads the lake; it runs under DuckDB 1.5, in an environment of its own
environment   which Python that is
lake          Kooch's side: what is pushed, what is pulled, what a fault means
"""
