"""One table of work to do later, one claim function with a lease (outbox.py)."""
