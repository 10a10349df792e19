"""When accounts posted: days and counts from the account's own server, and never a text.

A platform whose posts can be counted has a module of its name here, with a spider.
"""
