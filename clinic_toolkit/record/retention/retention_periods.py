"""How long records of adults are usually kept, by country: proposals with their sources, never a rule.

The clinician confirms a number of years before it counts. Where states or provinces differ, the longest
that is common is not guessed: the source says whose figure it is.
"""

from msgspec import Struct

# When this table was last gone through. A proposal is shown with this date, since laws change.
REVIEWED = "November 2026"


class ProposedPeriod(Struct, frozen=True, kw_only=True):
    """A proposal: whole years after the last session, and where the figure comes from."""

    years: int
    source: str


PROPOSED_PERIODS = {
    "AT": ProposedPeriod(years=10, source="Psychotherapiegesetz: at least ten years after the end"),
    "AU": ProposedPeriod(years=7, source="Health Records Act 2001 (Victoria), Health Privacy Principle 4"),
    "BE": ProposedPeriod(years=30, source="Law of 22 April 2019 on the quality of practice, article 35"),
    "CA": ProposedPeriod(years=10, source="College of Psychologists of Ontario, Standards; provinces differ"),
    "CH": ProposedPeriod(
        years=20, source="Code of Obligations, article 128a (limitation); cantons have rules of their own"
    ),
    "DE": ProposedPeriod(years=10, source="§ 630f (3) BGB: ten years after the end of the treatment"),
    "ES": ProposedPeriod(years=5, source="Ley 41/2002, article 17: at least five years; regions differ"),
    "FR": ProposedPeriod(years=20, source="Code de la santé publique, R. 1112-7, written for hospitals"),
    "GB": ProposedPeriod(
        years=20, source="NHS Records Management Code of Practice, mental health records; for NHS care"
    ),
    "IT": ProposedPeriod(
        years=5, source="Codice deontologico degli psicologi, article 17: five years or more"
    ),
    "NL": ProposedPeriod(years=20, source="Burgerlijk Wetboek, article 7:454 (WGBO)"),
    "NZ": ProposedPeriod(years=10, source="Health (Retention of Health Information) Regulations 1996"),
    "SE": ProposedPeriod(years=10, source="Patientdatalagen (2008:355), chapter 3, section 17"),
    "US": ProposedPeriod(
        years=7, source="APA Record Keeping Guidelines (2007), for adults; the law of your state comes first"
    ),
}


def find_proposal(country: str) -> ProposedPeriod | None:
    """Return the proposal for a country, by its ISO 3166 code; None if there is none."""
    return PROPOSED_PERIODS.get(country)
