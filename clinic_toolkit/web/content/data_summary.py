"""What is kept of a client, where, for how long, who can read it, and what to do if, in plain words."""

# The summary, for a client and a clinician to read together; it promises nothing beyond what follows it.
PLAIN = (
    (
        "What is kept",
        (
            "Name or code, birth date and how to reach you, if you gave them.",
            "The days and times of your sessions, and the notes about them.",
            "Your answers to questionnaires, your own words, and which sheets you were given or were "
            "written for you.",
            "What was asked about your safety, and what was done.",
        ),
    ),
    (
        "Where it is",
        (
            "On this computer, in one folder. Nothing is sent over the internet.",
            "It is encrypted: someone who finds or steals the locked computer cannot read it without the "
            "passphrase or the printed recovery sheet.",
            "It cannot be protected from a harmful program on this computer, or from someone who looks over"
            " a shoulder.",
            "Backups are on a stick, a disk or in a folder that your therapist chose, and encrypted in the "
            "same way. Ask where they are.",
            "Papers and copies leave this protection. Ask before you take one with you.",
        ),
    ),
    (
        "How long it is kept",
        (
            "As long as the law and your therapist’s profession ask for, counted from your last session. "
            "Your therapist can tell you the year.",
            "Nothing is erased by itself: each time, a person looks at what is due and decides.",
            "Of the backups, the newest of 7 days, 4 weeks and 12 months are kept. What was deleted is "
            "still in the older ones until they are gone.",
        ),
    ),
    (
        "Who can read it",
        (
            "Your therapist, with the passphrase or the printed recovery sheet. The makers of this program "
            "cannot.",
            "If your therapist dies or can no longer work, two people together, if your therapist gave each"
            " of them one of two printed sheets. They can read and change nothing. Ask whether there are "
            "any.",
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
            "deleted can be brought back for seven days. After that only older copies still hold it: from "
            "one of them your therapist can bring it back, and must write down why.",
        ),
    ),
    (
        "What if",
        (
            "The computer is lost or stolen: nobody can read it there while it is locked. Your therapist "
            "goes on with the newest backup; what was written after it is missing.",
            "The passphrase is forgotten: the printed recovery sheet opens everything. If both are lost, "
            "nobody can open it again.",
            "A part of it was damaged, or changed by someone else: the program says which part, shows "
            "nothing wrong in its place, and the rest can still be read.",
            "You see something that is wrong, or that is about somebody else: say so at once. It is put "
            "right beside the old words, and nothing is hidden.",
        ),
    ),
)
