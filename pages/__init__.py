"""The web pages: read controls, call one action, show what comes back."""
