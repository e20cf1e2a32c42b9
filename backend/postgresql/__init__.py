"""PostgreSQL as Django has it, whose kept connections are looked at less often."""
