"""A whole deployment under load while its parts are taken away, and what must hold afterwards.

``python3 run.py chaos`` runs it; ``docs/guides/operations.md`` says how to read what it reports.
"""
