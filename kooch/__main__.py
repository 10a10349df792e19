"""`python -m kooch`: the command line."""

from kooch.cli import main

main()
