"""The provider's callback, the payer's way to it, and the bank of development."""
