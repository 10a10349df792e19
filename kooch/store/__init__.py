"""What Kooch keeps, from a spooled outcome to a published version.

outcomes   the values a crawl yields: one outcome for every planned target
spool      Parquet batches of outcomes, written by any number of processes
state      what changes and is no observation: runs, plans, decisions (SQLite)
schema     the tables, their migrations and checks
load       spool and rosters → the private master, in one transaction
loading    the steps of a load: SELECTs in files, and the order of what is written
compact    merges old batches of the archive
selects    folders of SELECTs, each made after what it reads
views      macros, views and rollups of a folder, built into the master
forget     the filter that takes suppressed accounts out of batches
suppress   removing an account everywhere
editions   the digest of what a version says, which the loader writes into it
publish    the master → a complete, immutable version
versions   how everybody opens a published version
"""
