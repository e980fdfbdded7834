"""Pages that plan what to do: measures, scenarios, experts' estimates."""
