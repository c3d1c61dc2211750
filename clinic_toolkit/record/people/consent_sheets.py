"""The words of the sheets for consent: about this tool, and about a couple's confidentiality. Drafts.

The words are this project's own. The clinician is told beside each sheet that it is a draft to be read by a
lawyer or a supervisor; no sheet is legal advice, and no law was followed word by word.
"""

from clinic_toolkit.record.people.consent_record import POLICY_NAMES, CouplePolicy
from clinic_toolkit.record.values.consent_values import ConsentSheet, SheetSection
from clinic_toolkit.record.values.page_values import Letterhead

DRAFT_MARK = "This is a draft: have it read by your lawyer or supervisor before you use it."
TOOL_WORDING, COUPLE_WORDING = "Sheet about this tool, version 1", "Sheet for couples, version 1"

_AT_ANY_TIME = (
    "You may leave out any question, stop at any point, or not take part at all, and you need not say why. "
    "Your therapy does not depend on it.",
    "You may change your mind later. Tell me, and I note the day. What was recorded until then stays in your "
    "record for as long as the record must be kept.",
    "You may ask to see what I keep about you, and to have a mistake put right.",
)


def build_tool_sheet(letterhead: Letterhead) -> ConsentSheet:
    """The sheet about the questionnaires and worksheets: what is asked, where it lies, who reads it."""
    sections = (
        _section(
            "What I would like to ask you",
            "Some questionnaires and worksheets go with our work. They ask how you give, how you receive, "
            "where your limits are, and what flows well between you and people in your life. You choose "
            "whom you speak of; a letter in place of a name is enough.",
        ),
        _section(
            "What it is, and what it is not",
            "It helps us to talk. It is not a test and not a diagnosis. Nobody has shown yet that it "
            "measures what it asks about, and there are no figures of other people to compare you with.",
            "It was not made for courts, employers, insurers or authorities.",
        ),
        _section(
            "Where your answers lie",
            f"On a computer of {_name(letterhead.practice_name, 'this practice')}, encrypted. The program "
            "sends nothing over the internet. Copies in case the computer fails are encrypted in the same "
            "way. What you write on paper stays paper until it is typed in; ask me what becomes of it.",
        ),
        _section(
            "Who reads them",
            f"{_name(letterhead.clinician_name, 'Your therapist')}, and nobody else at present. Ask me "
            "whether I chose somebody who may open the records if I fall ill for long or die, in order to "
            "reach you. What I must tell others by law, I tell you beforehand if I can.",
        ),
        _section(
            "What leaves the practice",
            "Nothing leaves by itself. You may take a page or a sheet home; think of who could find it "
            "there. Others get a copy only if you agree, or if a law or a court demands it.",
        ),
        _section("You may refuse, stop, and change your mind", *_AT_ANY_TIME),
    )
    choices = (
        "I agree to work with these questionnaires and worksheets.",
        "A separate question, which you may answer either way: may your answers be counted together with "
        "those of other clients of this practice, without your name, to see how the questions work?",
    )
    return ConsentSheet(
        letterhead=letterhead,
        title="About the questionnaires and worksheets",
        wording=TOOL_WORDING,
        sections=sections,
        choices=choices,
    )


def build_couple_sheet(letterhead: Letterhead, policy: CouplePolicy) -> ConsentSheet:
    """The sheet about what one partner says alone.

    Raises:
        ValueError: no policy is chosen.
    """
    sections = (
        _section(
            "Whom I work for",
            "I work for both of you and for what is between you. I take neither side.",
        ),
        _section("What one of you tells me alone", *_POLICY_WORDS[CouplePolicy(policy)]),
        _section(
            "Fear, threats and violence",
            "I speak with each of you alone before we work together on giving and receiving. What one of you "
            "says about fear, threats or violence follows no rule above: I pass on nothing that could put "
            "somebody in danger.",
        ),
        _section(
            "Questionnaires and records",
            "What each of you answers lies in your own record. The other sees nothing of it unless you show "
            "it, point by point.",
            "Notes of our joint sessions are one record about both of you. I give it to others only if you "
            "both agree, or if a law or a court demands it.",
        ),
        _section(
            "Limits, and changing this",
            "The limits of confidentiality that I told you at the beginning hold here too, such as a serious "
            "danger to somebody.",
            "This holds once both of you agree. Either of you may take it back at any time; then we talk "
            "about whether and how we go on together.",
        ),
    )
    return ConsentSheet(
        letterhead=letterhead,
        title="Working with both of you: what stays with me",
        wording=f"{COUPLE_WORDING}, {POLICY_NAMES[CouplePolicy(policy)]}",
        sections=sections,
        signers=2,
    )


_POLICY_WORDS = {
    CouplePolicy.NO_SECRETS: (
        "I keep no secret of one of you from the other. What one of you tells me alone, in a session, a "
        "call, a message or a form, I may bring into our joint work if I think that it matters for both.",
        "So please do not tell me what the other must never hear. If something ought to be said, I first "
        "talk with you about how you can say it yourself.",
        "If you do not want it said and I cannot go on without it, I may have to end our joint work. I then "
        "say that it ends, and not why.",
    ),
    CouplePolicy.LIMITED_SECRETS: (
        "What one of you tells me alone, in a session, a call, a message or a form, stays with me. I do not "
        "pass it on unless you agree.",
        "There is a limit: something may make it impossible to work honestly with both of you. Then I ask "
        "you to say it yourself, or to let me help you say it.",
        "If neither is possible, I may have to end our joint work. I then say that it ends, and not why.",
    ),
}


def _section(heading: str, *paragraphs: str) -> SheetSection:
    return SheetSection(heading=heading, paragraphs=paragraphs)


def _name(known: str, otherwise: str) -> str:
    return known.strip() or otherwise
