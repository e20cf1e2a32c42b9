"""How the pages write days and hours."""
