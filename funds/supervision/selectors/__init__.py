"""Reading the sums of supervision, as far as an actor may see them."""
