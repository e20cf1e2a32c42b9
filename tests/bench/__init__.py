"""What the benches say of their figures; nothing here measures anything."""
