"""`python -m service.cli` is the program `ombuds`."""

from service.cli.main import main

main(prog_name="ombuds")
