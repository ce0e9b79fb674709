"""What do a learner and a mentor sign in the demo? An invented mentorship agreement, labelled as an example."""

TITLE = "Mentorship agreement (example)"
TEXT = """This is an example text of an invented academy. It is not the agreement of any real body, and it is not legal advice.

1. A mentorship is a way of learning with a set time and set limits. We agree on them before the first day, and not afterwards.

2. A mentee is not the mentor’s assistant. What the mentee does on a day is there to be learnt from, and the mentor says beforehand what it is.

3. Whoever stands in for the coordinator works as the coordinator that day, and is paid as one. It happens only as our terms allow.

4. The mentor signs only days they were there for, as they were. If a day was otherwise than recorded, they say so and propose what they would sign.

5. The production and its performers come first. Neither of us names them, in the log or outside of it. The mentor asks, on the mentee’s behalf, that they may be there at all.

6. We check in as often as our terms say, and write a few words about it.

7. Either of us may end it, with the notice in our terms. What was signed until then stays signed. A mentor who stops signing says so to each mentee beforehand.

8. When we do not agree about a day, it goes to the registrar, who hears both. For a problem with each other there is the ombud."""
