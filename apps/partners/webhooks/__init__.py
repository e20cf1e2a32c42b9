"""How webhooks are made and sent: what they say, who signed them, where they may go, and when.

Nothing here writes to the database.
"""
