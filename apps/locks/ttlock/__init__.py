"""The TTLock cloud: a client that is complete in itself, without settings or database."""
