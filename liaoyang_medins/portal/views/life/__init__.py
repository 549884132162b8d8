"""Changes in life on their pages: each shows what it changes before it is confirmed."""
