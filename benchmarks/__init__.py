"""How much a person waits and pays: timings beside the peers, with the targets they must meet."""
