"""Does the guard see names and titles, and leave the craft alone? Measured on sentences as people write them."""

import pytest

from assessments.guard import code_findings, findings

TITLES = ["Low Tide", "Harbour"]

NAMING = [
    ("Sarah asked for a break.", "Sarah"),
    ("I talked to sarah before the take.", "sarah"),
    ("We rehearsed with Tomasz twice.", "Tomasz"),
    ("Priya's robe was ready.", "Priya's"),
    ("José was calm between takes.", "José"),
    ("Chloë and Núria wanted the door closed.", "Chloë and Núria"),
    ("It went well for Siobhán today.", "Siobhán"),
    ("Spoke to Kwame Mensah about the rider.", "Kwame Mensah"),
    ("The lead, Zebulon Okafor, was tense.", "Zebulon Okafor"),
    ("I checked in with Zebulon at lunch.", "Zebulon"),
    ("Then Mr Vane changed the blocking.", "Mr Vane"),
    ("Dr. Amsel came to set.", "Dr. Amsel"),
    ("ms Quist asked me to leave.", None),
    ("Dame Ottoline was kind.", "Dame Ottoline"),
    ("I sat with Grace at the monitor.", "Grace"),
    ("I told Will to wait.", "Will"),
    ("Rose Tyrell needed a new barrier.", "Rose Tyrell"),
    ("Write to me at wren@example.org.", "wren@example.org"),
    ("Her number is +44 7700 900123.", "+44 7700 900123"),
    ("Rang 020 7946 0958 twice.", "020 7946 0958"),
    ("Call 555-010-0199 if late.", "555-010-0199"),
    ("It is on www.example.com/casting.", "www.example.com/casting."),
    ("The page is lantern-row.film now.", "lantern-row.film"),
    ("Posted by @late_shoots yesterday.", "@late_shoots"),
    ("We met at 12 Lantern Row Street.", "12 Lantern Row Street"),
    ("The flat at 7b Mill Road was cold.", "7b Mill Road"),
    ("The house is in der Lindenstraße 14.", "Lindenstraße 14"),
    ("We shot at 8 rue des Martyrs.", "8 rue des Martyrs"),
    ("Parking is at SW1A 1AA.", "SW1A 1AA"),
    ("We are shooting “The Long Way Down” all week.", "“The Long Way Down”"),
    ('It is called "Salt".', '"Salt"'),
    ("They call it 'Quiet Water' for now.", "'Quiet Water'"),
    ("My second day on Paper Lanterns.", "Paper Lanterns"),
    ("On the set of The Glass Orchard we had time.", "Glass Orchard"),
    ("low tide is a hard shoot.", "low tide"),
    ("Everything about Low-Tide is secret.", "Low-Tide"),
    ("Nobody says Harbour aloud.", "Harbour"),
    ("It was S02E05.", "S02E05"),
    ("We did episode 4 today.", "episode 4"),
    ("A scene of season two.", "season two"),
    ("Netflix sent somebody.", "Netflix"),
    ("It is for the bbc.", "bbc"),
    ("We were at Pinewood.", "Pinewood"),
    ("Young people from the National Theatre came.", "National Theatre"),
    ("the agent of ingrid was on the phone", "ingrid"),
    ("Asked Delphine whether she minded.", "Delphine"),
    ("The Director, Ilse Maar, shouted.", "Ilse Maar"),
    ("Olumide was the second AD.", None),
    ("I sat with O'Rourke at the monitor.", "O'Rourke"),
    ("Anne-Marie stepped out early.", "Anne-Marie"),
]

PLAIN = [
    "Ask before the door closes.",
    "I learnt to say less and wait longer.",
    "Check in with each performer before and after, one to one.",
    "The closed set was announced at the call, and again after lunch.",
    "Monitor access was limited to those in the rehearsal.",
    "We had two modesty garments ready, and a spare barrier.",
    "I will ask earlier next time.",
    "May I suggest a pause? That was a good question to hear.",
    "Hope is not a plan; a checklist is.",
    "I must mark the exits and keep the path clear.",
    "The grace with which they stopped the take taught me a lot.",
    "My mentor let me lead the briefing for the crew.",
    "The First AD called lunch at 13:30, and we resumed at 14:30.",
    "The Intimacy Coordinator speaks to the Director before the rehearsal.",
    "SAG-AFTRA asks for a rider 48 hours before the shoot.",
    "Equity and Bectu say the same in other words.",
    "On Monday we rehearsed; on Tuesday we shot.",
    "In November the light goes at four.",
    "Call 07:30, wrap 18:15, breaks 75 minutes.",
    "From 23:30 to 02:15 everyone was tired.",
    "The take went on for 3 minutes and 40 seconds.",
    "We counted 2 kisses and 1 scene of partial nudity.",
    "When somebody says “stop”, we stop.",
    "“Cut” is not the end of the scene for the performers.",
    "The director said “Action” too early.",
    "I heard “Are you all right?” and it sounded like a test.",
    "Consent can be taken back, and then it is.",
    "I used the words of the module: ask, wait, listen.",
    "The DP and the HoD of costume were told by the 1st AD.",
    "ADR is work too, and needs its own check-in.",
    "I was too close to the camera, and moved.",
    "Wardrobe held the robe at the edge of frame.",
    "The stunt coordinator and I agreed who speaks when.",
    "A performer changed their mind. We changed the choreography.",
    "Next time: bring water, tape, and the second copy of the plan.",
    "What I would do differently: speak up sooner.",
    "It was my first night shoot in London.",
    "I don't know what I'd have done; I'm glad I wasn't alone.",
    "The English script said less than the French one.",
    "It's the mentor's call, not mine.",
    "Stepping out is a ritual, and it takes five minutes.",
    "The NDA is on file. The rider was signed.",
    "He told me to watch the hands, she told me to watch the breath.",
    "Lead with the plan. Then ask. Then wait.",
    "There were 12 people on set, 4 of them at the monitor.",
    "We practised mental health first aid, and bystander intervention.",
    "Simulated Sex and Partial Nudity are counted, never described.",
    "I felt nervous. Breathing helped. So did a list.",
    "Their boundaries were written down as zones, not as reasons.",
    "On 20 November we began at 7 and wrapped at 18.",
    "Preparation took 2 hours; 10/12 scenes were ready by 2026-11-20.",
    "The Closed Set Protocol was read aloud.",
    "A frank word at the right time is a kindness.",
    "The dean of a school is not a coordinator. A guy with a boom is not either.",
    "By my own count I spoke twice and listened forty times.",
]


@pytest.mark.parametrize(("text", "words"), [row for row in NAMING if row[1]])
def test_what_names_somebody_or_something_is_found_where_it_stands(text, words):
    found = findings(text, titles=TITLES)

    assert words in [finding.words for finding in found]
    assert all(text[finding.start : finding.end] == finding.words and finding.why for finding in found)


@pytest.mark.parametrize("text", PLAIN)
def test_a_sentence_about_the_craft_is_left_alone(text):
    assert [finding.words for finding in findings(text, titles=TITLES)] == []


def test_the_guard_misses_little_and_cries_wolf_less():
    missed = [text for text, _words in NAMING if not findings(text, titles=TITLES)]
    alarms = [text for text in PLAIN if findings(text, titles=TITLES)]

    assert (len(NAMING), len(missed)) == (50, 1)  # a name that begins a sentence and is in no list
    assert (len(PLAIN), len(alarms)) == (55, 0)


def test_places_do_not_overlap_and_are_in_order():
    found = findings("Sarah (sarah@example.org) of Netflix, 020 7946 0958, on “Low Tide”.", titles=TITLES)

    assert [finding.words for finding in found] == [
        "Sarah",
        "sarah@example.org",
        "Netflix",
        "020 7946 0958",
        "Low Tide",
    ]


def test_the_reason_says_what_was_seen():
    (finding,) = findings("low tide", titles=TITLES)

    assert finding.why == "You have sealed this title."


def test_nothing_is_found_in_nothing():
    assert findings("") == []
    assert findings("   \n ", titles=["", "?"]) == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("LOW-TIDE", "a title that you have sealed"),
        ("PRJ-LOWTIDE", "a title that you have sealed"),
        ("HARBOUR-2", "a title that you have sealed"),
        ("SARAH-2", "somebody’s name"),
        ("NETFLIX", "a company"),
        ("GLASS-ORCHA", "words of a title"),
        ("LANTERNS", "words of a title"),
    ],
)
def test_a_code_that_says_more_than_a_code_is_found(code, why):
    (finding,) = code_findings(code, titles=TITLES)

    assert why in finding.why
    assert finding.words == code


@pytest.mark.parametrize("code", ["PRJ-7Q2", "PRJ-K4D", "NIGHT-7", "A1B2C3", "TIDE-9", "XK-22", ""])
def test_a_plain_code_is_left_alone(code):
    assert code_findings(code, titles=TITLES) == []


def test_a_long_text_is_looked_through_at_once():
    text = "The First AD called lunch, and Sarah stepped out. " * 400

    assert len(findings(text, titles=TITLES)) == 400
