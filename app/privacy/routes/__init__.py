"""The pages of data, deletion, policies, and the register."""
