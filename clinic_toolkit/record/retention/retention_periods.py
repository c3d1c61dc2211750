"""How long records of adults are usually kept, by country: proposals with their sources, never a rule.

The clinician confirms a number of years before it counts. Each source was looked for in public pages, and
where the text that is in force was not found, the proposal says that it was not checked. Where states,
provinces or regions differ, the source says whose figure it is.
"""

from datetime import date

from msgspec import Struct

# The day on which the sources of this table were last looked for.
CHECKED_ON = date(2026, 11, 30)


class ProposedPeriod(Struct, frozen=True, kw_only=True):
    """A proposal: whole years, and where the figure comes from.

    `source` names the law or guideline and its section, `counted_from` is when its years begin, `scope` what
    else it says or for whom it was written, `read_in` where that was read. `is_for_practices` is False where
    it was written for others, such as hospitals: then no number is filled in. `checked_on` is None where the
    text that is in force was not found.
    """

    years: int
    source: str
    counted_from: str = "the end of the treatment"
    scope: str = ""
    read_in: str = ""
    is_for_practices: bool = True
    checked_on: date | None = CHECKED_ON


PROPOSED_PERIODS = {
    "AT": ProposedPeriod(
        years=10,
        source="Psychotherapiegesetz of 1990, section 16a (3)",
        scope="The Psychotherapiegesetz 2024 has taken its place, and its section was not found.",
        read_in="Data Privacy Doctors, dataprivacydoctors.at",
        checked_on=None,
    ),
    "AU": ProposedPeriod(
        years=7,
        source="Health Records Act 2001 (Victoria), Health Privacy Principle 4",
        counted_from="the last health service",
        scope="Other states differ. The Code of Ethics of the Australian Psychological Society, B.2.2, has "
        "seven years too.",
        read_in="the words of Victoria’s Health Services Commissioner at barnoldlaw.blogspot.com, and the "
        "Society’s summary of 2012",
    ),
    "BE": ProposedPeriod(
        years=30,
        source="Law of 22 April 2019 on the quality of practice, article 35",
        counted_from="the last contact",
        scope="It allows no more than fifty years.",
        read_in="the Order of Physicians, ordomedic.be",
    ),
    "CA": ProposedPeriod(
        years=10,
        source="College of Psychologists of Ontario, Standards of Professional Conduct (2017), 9.4",
        counted_from="the last relevant contact",
        scope="Provinces differ, and Ontario’s Standards of 2024 were not read.",
        read_in="Queen’s University, records-retention.library.queensu.ca",
        checked_on=None,
    ),
    "CH": ProposedPeriod(
        years=20,
        source="Code of Obligations, article 128a",
        counted_from="what somebody claims for",
        scope="It ends claims for an injury after twenty years and says nothing of records. The physicians’ "
        "association recommends twenty years because of it. Cantons have rules of their own; in Bern it is "
        "twenty years.",
        read_in="saez.ch, gsi.be.ch",
        is_for_practices=False,
    ),
    "DE": ProposedPeriod(
        years=10,
        source="Bürgerliches Gesetzbuch, § 630f (3)",
        scope="The chambers of psychotherapists have ten years too.",
        read_in="slk-rechtsanwaelte.de, ptk-nrw.de",
    ),
    "DK": ProposedPeriod(
        years=5,
        source="Psykologloven, § 14 (2), and Bekendtgørelse 567 of 19 May 2017, § 6",
        counted_from="the last entry",
        scope="It is for authorised psychologists.",
        read_in="danskelove.dk, elov.dk, ast.dk",
    ),
    "ES": ProposedPeriod(
        years=5,
        source="Ley 41/2002, article 17.1",
        counted_from="the end of each treatment",
        scope="That is the least. Regions differ, and some have much longer times.",
        read_in="Instituto Roche, institutoroche.es",
    ),
    "FR": ProposedPeriod(
        years=20,
        source="Code de la santé publique, R. 1112-7",
        counted_from="the last visit",
        scope="It is for hospitals. For a practice of one’s own no rule was found.",
        read_in="onpp.fr, 123dok.net",
        is_for_practices=False,
    ),
    "GB": ProposedPeriod(
        years=20,
        source="NHS Records Management Code of Practice, retention schedule, mental health records",
        scope="It is for care of the NHS. For a private practice there is no such rule; the BACP leaves it "
        "to your own policy, in line with data protection law.",
        read_in="themdu.com, bacp.co.uk",
        is_for_practices=False,
    ),
    "IT": ProposedPeriod(
        years=5,
        source="Codice deontologico degli psicologi, article 17, before the revision of 2023",
        counted_from="the end of the professional relationship",
        scope="That is the least. The text after the revision was not found.",
        read_in="Psiconline, psiconline.it",
        checked_on=None,
    ),
    "NL": ProposedPeriod(
        years=20,
        source="Burgerlijk Wetboek, article 7:454 (3) (WGBO)",
        counted_from="the last change of the record",
        read_in="dirkzwager.nl, lexdigitalis.nl",
    ),
    "NZ": ProposedPeriod(
        years=10,
        source="Health (Retention of Health Information) Regulations 1996",
        counted_from="the last service",
        read_in="legislation.govt.nz, privacy.org.nz",
    ),
    "SE": ProposedPeriod(
        years=10,
        source="Patientdatalagen (2008:355), chapter 3, section 17",
        counted_from="the last entry",
        scope="That is the least.",
        read_in="Lagboken, lagboken.se",
    ),
    "US": ProposedPeriod(
        years=7,
        source="APA Record Keeping Guidelines (2007), retention of records",
        counted_from="the last service",
        scope="It is a guideline: the law of your state comes first.",
        read_in="a summary at philipmonroe.com",
    ),
}


def find_proposal(country: str) -> ProposedPeriod | None:
    """Return the proposal for a country, by its ISO 3166 code; None if there is none."""
    return PROPOSED_PERIODS.get(country)
