"""What those who run the product ask it: does it live, is it ready, how is it doing."""
