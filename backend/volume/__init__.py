"""A great deal of invented data, fast: to see how the product is with years of it behind it."""
