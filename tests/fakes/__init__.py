"""The one fake vendor: the lock cloud, over real HTTP."""
