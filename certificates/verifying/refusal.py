"""Why does a check fail? One sentence, for people."""


class CheckFails(Exception):
    """The check that is being made fails; the message is one plain sentence and repeats nothing out of the file."""


class CannotCheck(Exception):
    """The check cannot be made now, or not by us; the message is one plain sentence."""
