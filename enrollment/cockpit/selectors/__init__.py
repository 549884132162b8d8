"""Reading how contributions come in: whose offices, the sums, who has not paid, in which order."""
