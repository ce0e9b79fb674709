"""What do the demo academy's pages say? Every person, price and rule here is invented."""

from courses.models import Access, CredentialKind

ABOUT = (
    "A small school for the people who look after intimate scenes. "
    "Invented for demonstration; rule sets shown are examples."
)
BANK = "Closed Set Academy (invented)\nIBAN GB00 DEMO 0000 0000 0000 00\nReference: the invoice number"
LEGAL_NAME = "Closed Set Academy Ltd (invented)"
LEGAL_ADDRESS = "The Old Scene Dock\n14 Lantern Yard\nLeeds LS0 0AA"

HOME = {
    "seo_title": "Closed Set Academy: training and certification for intimacy coordinators",
    "search_description": (
        "Training, shadowing and certification for intimacy coordinators, with certificates anyone can check."
    ),
    "headline": "Someone on set whose whole job is consent",
    "lead": (
        "Closed Set Academy trains and certifies intimacy coordinators. You study with us, shadow working coordinators "
        "on real productions, and leave with a credential that anyone can check in a minute."
    ),
    "path_intro": (
        "Nobody types an outcome here. A certificate is what the rules say about the evidence, "
        "and you can read both at any time."
    ),
    "plainly": (
        "<p>Some of the best coordinators working today hold no certificate, from us or anyone. Ours shows that a person "
        "met a published standard on a given day, and that we still stand by it. It is not a licence, and it does not "
        "replace a conversation and two references.</p>"
    ),
}
CATALOGUE = "Three kinds of paper, and they are not the same. Each programme says which one it leads to."

_REFUNDS = (
    "<p>Something wrong with the school itself, or with a mentor? Write to our ombud, who does not report to us. "
    "The address is at the foot of every page.</p>"
)
FOUNDATIONS = {
    "title": "Foundations of consent on set",
    "slug": "foundations-of-consent",
    "summary": "For anyone who works near intimate scenes: costume, assistant directors, stage managers.",
    "kind": CredentialKind.COMPLETION,
    "credential_title": "Foundations of consent on set",
    "access": Access.FEE,
    "outcomes": [
        ("sentence", "Say what an intimacy coordinator does, and what stays with your own department."),
        ("sentence", "Tell a boundary, a consent and a contract apart on a working day."),
        ("sentence", "Recognise when a question has become hard to answer with no, and make it easier."),
    ],
    "assessment": "<p>There is no examination. You read each unit in order and mark it done; the certificate says that you "
    "took part to the end, and no more than that.</p>" + _REFUNDS,
    "costs": [
        ("cost", {"what": "Programme fee", "amount": "£180"}),
        ("cost", {"what": "Certificate", "amount": "included"}),
    ],
    "certifies": [("sentence", "That you took this programme to its end.")],
    "does_not": [
        ("sentence", "Make you an intimacy coordinator, or let you call yourself one."),
        ("sentence", "Test what you have learnt. Our other programmes do."),
    ],
}
COORDINATOR = {
    "title": "Intimacy coordinator",
    "slug": "intimacy-coordinator",
    "summary": (
        "Learn to break down a script, agree what will and will not happen, choreograph it, and look after everyone until "
        "the day is wrapped. Then do it on set, beside people who do it for a living."
    ),
    "kind": CredentialKind.CERTIFICATION,
    "credential_title": "Certified Intimacy Coordinator",
    "valid_years": 3,
    "access": Access.FREE,
    "outcomes": [
        (
            "sentence",
            "Read a script for intimacy, ask the director the right questions, and write it down so that nobody is "
            "surprised.",
        ),
        ("sentence", "Hold one-to-one talks with performers, and carry a boundary without carrying the reasons."),
        ("sentence", "Choreograph a scene as exactly as a fight, with a way to stop it that everyone has practised."),
        ("sentence", "Run a closed set: door, monitors, garments, breaks, and how people step out afterwards."),
    ],
    "assessment": "<p>Each module ends with a quiz of 12 questions drawn from a bank. There is no clock, you have three "
    "attempts, and every answer is explained afterwards. On set, your mentor judges what you did in words: observed, "
    "assisted, led with support, independent.</p><p>Missed a quiz three times? You talk with a tutor, and go on from "
    "there.</p>" + _REFUNDS,
    "costs": [
        ("cost", {"what": "Programme fee", "amount": "none in this demonstration"}),
        ("cost", {"what": "Mentors’ time for 20 days", "amount": "included: we pay mentors, you do not"}),
        ("cost", {"what": "Certification and its three years", "amount": "included"}),
    ],
    "certifies": [
        ("sentence", "That you met every requirement of the set you joined under."),
        ("sentence", "That working coordinators watched you do the work, and signed."),
        ("sentence", "That you are bound by our ethics code, and still in good standing."),
    ],
    "does_not": [
        ("sentence", "License you to work. No law asks for one."),
        ("sentence", "Put you on a union’s registry. Those decide for themselves."),
        ("sentence", "Say that you suit every scene. Productions still ask about fit and references."),
    ],
}
PRODUCERS = {
    "title": "Closed-set practice for producers",
    "slug": "closed-set-practice",
    "summary": "Riders, budgets, schedules, and what to do when a scene changes on the morning.",
    "kind": CredentialKind.ASSESSMENT,
    "credential_title": "Closed-set practice for producers",
    "access": Access.INVITATION,
    "outcomes": [
        ("sentence", "Read a schedule for where consent can be squeezed, and give it time."),
        ("sentence", "Know what a rider holds, when it is due, and what it does not settle."),
        ("sentence", "Keep a set closed when you are the one who would like to look."),
    ],
    "assessment": "<p>Four units and a quiz of eight questions, to be passed at 80 %. Three attempts, no clock.</p>"
    + _REFUNDS,
    "certifies": [("sentence", "That you met this programme’s own outcomes, and passed its quiz.")],
    "does_not": [("sentence", "Certify you as an intimacy coordinator."), ("sentence", "Stand in for one on the day.")],
}
STANDARD_PAGES = [
    {
        "title": "Access and adjustments",
        "slug": "access",
        "intro": "Tell us what you need once. You do not have to say why.",
        "body": [
            (
                "text",
                "<h2>How the site works for you</h2><p>Every page works by keyboard, at twice its size, in a dark room, "
                "without scripts and on a slow line. Each drawing carries its description for screen readers. "
                "Quizzes have no clock.</p>"
                "<h2>When the material is heavy</h2><p>Topics are named on the programme’s page, in the outline and at "
                "the head of a unit. You can pause anywhere: your place and your notes are kept. Leaving takes you "
                "somewhere neutral at once; it does not clear your browser’s history, so use a private window on a "
                "shared computer.</p>"
                "<h2>When it does not work</h2><p>Write to the registrar, at the foot of this page. Say what you were "
                "trying to do; we will find another way and mend this one.</p>",
            )
        ],
    },
    {
        "title": "What we keep about you",
        "slug": "privacy",
        "intro": "As little as the work allows, and never a performer.",
        "body": [
            (
                "text",
                "<h2>Names</h2><p>You choose the name we call you and the name on your certificate. We do not ask for a "
                "legal name. When a certificate is replaced because a name has changed, the former name is no longer "
                "shown anywhere.</p>"
                "<h2>Shifts</h2><p>A production is a code. Its title, if you keep it at all, is encrypted, and read by "
                "you and the mentor you worked with. There is no field for a performer, and there will be none.</p>"
                "<h2>Notes</h2><p>Your notes beside a lesson are encrypted and yours alone: nobody at the academy can "
                "read them on a page, and they are in no mail and no search.</p>"
                "<h2>Certificates</h2><p>Checking needs your certificate’s number. The answer shows the name, the title, "
                "the dates and what it rests on, in numbers; never a production or a mentor. We do not tell you who "
                "looked, and we do not keep it.</p>",
            )
        ],
    },
]
NOTE = "“If it feels right” is not a count. Ask for the number."
QUESTION = "Was the wrap at 18:15, or did you stay for the company’s wrap at 19:00?"
LEARNING = (
    "I offered two real choices instead of one and a way out, and waited. The waiting was the hard part. "
    "Next time I ask before the lunch break, not after it."
)

SCOPE = (
    "The whole arc of a day on set: breakdown and riders beforehand, check-ins, garments, the closed set, and stepping out. "
    "I watch first, then do parts, then lead with you beside me."
)

# Days that did not go smoothly: what the mentor and the learner write, without names, titles or scenes.
PROPOSED = "We were released before the last set-up; I have the wrap three quarters of an hour earlier. Do you agree?"
DECLINED = (
    "You were with the costume department from lunch on, so I did not see the afternoon. Record the morning and I sign."
)
DISPUTED = "By my notes you observed that day. I cannot sign it as assisting."
ACCOUNT = (
    "I led the check-ins before lunch, as we had agreed the evening before, and wrote the daily report. "
    "The second assistant director was there and has written a letter."
)
MENTORS_ACCOUNT = (
    "We had agreed on observing. I did ask for help with two check-ins. "
    "I should have said then what the day would count as."
)
LETTER = (
    "To whom it may concern",
    "This is an example letter of an invented production.",
    "On the day in question the trainee led the morning's check-ins and wrote the daily report.",
    "Second assistant director",
)
JOURNAL = "I was quicker to speak than to listen today. Tomorrow: count to five, then ask."
CONFLICT = "I own a small share of a casting agency. I do not mentor on its productions."
