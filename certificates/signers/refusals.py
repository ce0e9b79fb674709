"""What does a signer say when it cannot sign?"""


class CannotSign(Exception):
    """Nothing can be signed now; the message says what to do."""
