"""`python -m sceau.cli` is `sceau`."""

from sceau.cli.main import main

main()
