"""Notices to people: e-mails, texts and pushes that are sent at least once, and meant once.

``notify`` writes a row in the caller's transaction; a worker words and sends it after the commit.
Asking twice under one key sends once. A worker that dies between sending and storing sends again:
the e-mail's Message-ID is drawn from the row, so mail programs show one of the two.

Who is written to and what is said lie encrypted, and are erased some days after the sending.
"""
