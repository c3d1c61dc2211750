"""What the law of a country says of a therapist's own notes, kept apart from the record; never legal advice.

Each entry was looked for in public pages on the day below. A country that is not here is unknown here, which
says nothing about its law. A separate place is offered only where the law has one.
"""

from datetime import date

from msgspec import Struct

# The day on which the sources of this table were last looked for.
CHECKED_ON = date(2026, 12, 1)
NOT_ADVICE = "This is not legal advice. Ask your professional body or a lawyer before you rely on it."


class PrivateNoteLaw(Struct, frozen=True, kw_only=True):
    """What one country gives: whether notes may be kept apart from the record, in what words, and where from.

    `says` are sentences, `sources` the laws, `read_in` where they were read.
    """

    sets_apart: bool
    says: tuple[str, ...]
    sources: tuple[str, ...]
    read_in: str
    checked_on: date = CHECKED_ON


PRIVATE_NOTE_LAWS = {
    "AU": PrivateNoteLaw(
        sets_apart=False,
        says=(
            "There is no separate kind of note: a client may ask for all health information that you hold.",
            "You may refuse a part where showing it would be a serious threat to somebody’s life or health, "
            "and in a few other cases.",
            "States and territories have laws of their own.",
        ),
        sources=("Privacy Act 1988, Australian Privacy Principle 12",),
        read_in="an information sheet of 2008 at privacy.gov.au, about the principle before it",
    ),
    "DE": PrivateNoteLaw(
        sets_apart=False,
        says=(
            "There is no separate kind of note: a client may see the whole record.",
            "You may refuse where strong therapeutic reasons or the rights of other people stand against it.",
            "Two courts let a therapist cover what concerns the therapist as a person. Both decided before "
            "§ 630g was made.",
        ),
        sources=(
            "Bürgerliches Gesetzbuch, § 630g",
            "Landgericht Münster, 16 August 2007, 11 S 1/07; Landgericht Bremen, 25 July 2008, 3 O 2011/07",
        ),
        read_in="paragraphen.online, and an essay of the Bremen chamber’s lawyer at 9dok.net",
    ),
    "GB": PrivateNoteLaw(
        sets_apart=False,
        says=(
            "There is no separate kind of note: what you write about a client is that client’s data, and a "
            "request for access reaches it.",
            "You may hold back health data only where showing it would be likely to cause serious harm to "
            "somebody’s physical or mental health.",
        ),
        sources=("UK GDPR, article 15", "Data Protection Act 2018, Schedule 3, Part 2"),
        read_in="legislation.gov.uk, as enacted",
    ),
    "NL": PrivateNoteLaw(
        sets_apart=True,
        says=(
            "Working notes of your own (persoonlijke werkaantekeningen) stand outside the record: "
            "impressions, suspicions and questions that help you think.",
            "They are for your eyes alone. Once somebody else may read them, they are part of the record.",
            "They are kept for a time only: what is needed for the treatment goes into the record, and the "
            "rest is destroyed.",
        ),
        sources=(
            "Guidance of the physicians’ federation KNMG on working notes",
            "Code of Ethics of the psychologists’ institute NIP, 1.14",
        ),
        read_in="the journal Medisch Contact, and psychologievandaag.nl",
    ),
    "US": PrivateNoteLaw(
        sets_apart=True,
        says=(
            "HIPAA sets psychotherapy notes apart: notes in which you think through what was said, kept "
            "separately from the record. A client has no right of access to them under HIPAA, and nearly "
            "every use by somebody else needs an authorisation for them alone.",
            "They leave out medication, the times of sessions, the kind and frequency of treatment, results "
            "of tests, and any summary of diagnosis, functioning, plan, symptoms, prognosis or progress. All "
            "of that belongs in the record.",
            "In a program under 42 CFR Part 2, for the treatment of substance use, counselling notes that "
            "are kept apart are protected in the same way, and treatment may not depend on a consent to "
            "show them. Programs had to comply by 16 February 2026.",
            "A state may give a client more, and a court may order more.",
        ),
        sources=(
            "45 CFR 164.501, 164.508 (a)(2), 164.524 (a)(1)(i)",
            "42 CFR 2.11 and 2.31, as amended on 16 February 2024 (89 FR 12472)",
        ),
        read_in="brickergraydon.com, obc.memberclicks.net and acc.com",
    ),
}


def find_law(country: str) -> PrivateNoteLaw | None:
    """Return what is known of a country, by its two-letter code; None if nothing is."""
    return PRIVATE_NOTE_LAWS.get(country)


def sets_notes_apart(country: str) -> bool:
    """Return whether this country's law is known to have notes apart from the record."""
    law = find_law(country)
    return law is not None and law.sets_apart
