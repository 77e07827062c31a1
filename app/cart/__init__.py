"""What an adult is gathering: lines of offers of several sellers. A child has no cart.

A guest's cart hangs on the session and joins the account's cart at sign-in.
"""
