"""What Kooch keeps, from a spooled outcome to a published version.

outcomes   the values a crawl yields: one outcome for every planned target
spool      Parquet batches of outcomes, written by any number of processes
state      what changes and is no observation: runs, plans, decisions (SQLite)
schema     the tables, their migrations and checks
load       spool and rosters → the private master, in one transaction
publish    the master → a complete, immutable version
read       how everybody opens a published version
"""
