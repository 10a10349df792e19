"""Scheduled crawls: which slot is due, which process may run it, and how it ended.

plan       pure: a schedule's slots, their jitter, which one is due
slots      claimed slots and how they ended, in `state.sqlite`
loop       claims due slots one after the other, each a crawl; clock and processes are handed in
processes  the real clock, child processes and signals
install    systemd units and a crontab line
"""
