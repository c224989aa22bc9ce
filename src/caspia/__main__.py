"""`python -m caspia`."""

from caspia.cli import main

main()
