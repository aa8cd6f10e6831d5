"""`python -m bench`: what the product costs, against what the same machine can do at best.

Each column (SQLite, PostgreSQL) is an installation of its own in a temporary folder, measured in its own process;
blobs are files in both. The last line printed is one JSON object.
"""
