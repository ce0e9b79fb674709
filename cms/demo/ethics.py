"""What do people sign in the demo? An invented ethics code, in two versions, labelled as an example."""

TITLE = "Ethics code (example)"
_COMMON = """This is an example text of an invented academy. It is not the code of any real body.

1. I work for everyone in the scene. Production employs me, and I owe it clear, timely work; performers trust me, and I owe them a fair hearing. Where the two pull apart I say so early, to the people who can decide.

2. I ask, and I carry the answer as it was given. I do not pass on the reasons behind a boundary, and I do not ask for them.

3. I keep confidences. What I see and hear of a performer’s work in an intimate scene stays with me unless that performer says otherwise. I do not name collaborators when I speak of past work, in my log, or in a lesson.

4. I stay inside my scope. I am not a therapist, a lawyer, or human resources, and I know whom to call when one is needed.

5. I do not use my place on a set for sexual, romantic or commercial advantage, and I do not harass or discriminate.

6. I keep my own bias in view, and I ask for advice where my experience ends."""
FIRST = (
    _COMMON
    + """

7. If a complaint is made about me I answer it honestly. I know that a finding against me can cost me my certificate."""
)
SECOND = (
    _COMMON
    + """

7. I record what I did, never who did it with me. My log is about my learning.

8. If a complaint is made about me I answer it honestly and in time, and I do not approach the person who made it. I know that a finding against me can suspend or end my certificate, and that I may appeal."""
)
