"""The smallest valid objects; traits name the states they can be in."""
