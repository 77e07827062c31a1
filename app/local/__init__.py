"""Everything that runs the product on one machine for development and tests.

Owns: the embedded PostgreSQL and Valkey, the supervisor behind `./bozorcha run`, the
development secrets, the browser for tests and the demo commands. Nothing under here may be
imported by the product itself, and nothing here runs when BOZORCHA_ENV is production.
"""
