"""Assets: nouns that unpack config, call the domain and report what a person checks first."""
