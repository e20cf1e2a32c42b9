"""How often somebody may do something.

Modules are imported by their names: the settings need ``rates`` before Django is there.
"""
