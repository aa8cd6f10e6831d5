"""`python -m bench`: what the product costs, against what the same machine can do at best."""
