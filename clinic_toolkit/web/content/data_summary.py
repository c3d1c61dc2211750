"""What is kept of a client, where, who can read it, and what a client may ask for, in plain words."""

# The summary, for a client and a clinician to read together; it promises nothing beyond what follows it.
PLAIN = (
    (
        "What is kept",
        (
            "Name or code, birth date and how to reach you, if you gave them.",
            "The days and times of your sessions, and the notes about them.",
            "Your answers to questionnaires, your own words, and which sheets you were given.",
            "What was asked about your safety, and what was done.",
        ),
    ),
    (
        "Where it is",
        (
            "On this computer, in one folder. Nothing is sent over the internet.",
            "It is encrypted: someone who finds or steals the locked computer cannot read it without the "
            "passphrase or the printed recovery sheet.",
            "It cannot be protected from a harmful program on this computer, or from someone who looks over "
            "a shoulder.",
            "Papers and copies leave this protection. Ask before you take one with you.",
        ),
    ),
    (
        "Who can read it",
        (
            "Your therapist, with the passphrase or the printed recovery sheet. The makers of this program "
            "cannot.",
            "If your therapist dies or can no longer work, two people together, if your therapist gave each "
            "of them one of two printed sheets. They can read and change nothing. Ask whether there are any.",
            "If you answer on this computer by yourself, nothing but your own form is open.",
            "Your therapist may have to tell others in some cases, such as danger to life or an order of a "
            "court. Ask which.",
        ),
    ),
    (
        "What you may ask for",
        (
            "To see what is written about you, and to have a copy.",
            "To have something put right. A signed note stays; the correction stands beside it.",
            "To leave any question open, to stop, or to take no paper home.",
            "To have it deleted. How long it must be kept is a matter of law: ask your therapist. What is "
            "deleted can be brought back for seven days, and then not any more; older copies still hold it.",
        ),
    ),
)
