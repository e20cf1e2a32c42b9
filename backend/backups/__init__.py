"""Backups that can be trusted: taken while the house runs, and refused when they are not whole."""
