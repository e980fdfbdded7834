"""One function per picture. Each returns the figure with its title, sentence, alt text and table."""
