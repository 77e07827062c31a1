"""The shared kernel: mechanisms written once, no word of the business (see docs/architecture.md)."""
