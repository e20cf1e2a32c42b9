"""The fake vendor, over real HTTP: the simulator's driver, and a second cloud beside it."""
