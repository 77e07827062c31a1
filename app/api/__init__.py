"""What programs of people may call: tokens, keys, scopes, and the resources of version 1."""
