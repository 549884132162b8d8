"""The addresses of the interface, each a class with a method for each verb of HTTP."""
