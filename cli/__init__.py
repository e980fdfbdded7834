"""The `fourfold` command: every action without a browser."""
