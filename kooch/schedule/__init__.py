"""Crawls at their time: which slot is due, who may run it, and what became of it.

plan       pure: a schedule's slots, their jitter, which one is due
slots      what was claimed and how it ended, in `state.sqlite`
loop       claims due slots one after the other, each a crawl; clock and processes are handed in
processes  the real clock, child processes and signals
install    systemd units and a crontab line
"""
