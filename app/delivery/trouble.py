"""The two ways in which a message does not arrive for good; what may pass is kernel's Retry."""


class Undeliverable(Exception):
    """No second try will help: a wrong address, a refused text, no gateway."""


class Gone(Undeliverable):
    """The recipient does not exist any more."""
