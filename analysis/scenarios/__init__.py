"""What measures would change: catalogue, scenarios, projection and the merits of portfolios."""
