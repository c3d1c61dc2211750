"""Initials that are proposed for a name: of thirty scripts, mononyms, titles, remarks in brackets."""

import unicodedata

import pytest

from clinic_toolkit.names.graphemes import first_letter, iter_graphemes
from clinic_toolkit.names.initials import propose_initials

SCRIPTS = {
    "Latin": ("Łukasz Øvergård", "Ł. Ø."),
    "Greek": ("Αλέξης Ζορμπάς", "Α. Ζ."),
    "Cyrillic": ("Лев Толстой", "Л. Т."),
    "Armenian": ("Աննա Պետրոսյան", "Ա. Պ."),
    "Georgian": ("გიორგი მამარდაშვილი", "გ. მ."),
    "Hebrew": ("דוד כהן", "ד. כ."),
    "Arabic": ("محمد بن سلمان", "م. س."),
    "Syriac": ("ܐܦܪܝܡ ܚܕܐܕ", "ܐ. ܚ."),
    "Thaana": ("އަލީ ރަޝީދު", "އަ. ރަ."),
    "Devanagari": ("क्षितिज श्रीवास्तव", "क्षि. श्री."),
    "Bengali": ("স্নেহা রায়", "স্নে. রা."),
    "Gurmukhi": ("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "ਗੁ. ਸਿੰ."),
    "Gujarati": ("ક્ષમા પટેલ", "ક્ષ. પ."),
    "Oriya": ("ସ୍ନେହା ଦାସ", "ସ୍ନେ. ଦା."),
    "Tamil": ("கிருஷ்ணன் ராமன்", "கி. ரா."),
    "Telugu": ("శ్రీనివాస్ రావు", "శ్రీ. రా."),
    "Kannada": ("ಕೃಷ್ಣ ಭಟ್", "ಕೃ. ಭ."),
    "Malayalam": ("സ്നേഹ നായർ", "സ്നേ. നാ."),
    "Sinhala": ("ශ්‍රී ලාල්", "ශ්‍රී. ලා."),
    "Thai": ("เกรียงไกร ใจดี", "ก. จ."),
    "Lao": ("ແກ້ວ ໄຊຍະ", "ກ້. ຊ."),
    "Tibetan": ("བསྟན་འཛིན", "བ."),
    "Myanmar": ("မောင်မောင်", "မော."),
    "Khmer": ("ស្រីមុំ", "ស្រី."),
    "Ethiopic": ("አበበ በቂላ", "አ. በ."),
    "Hangul": ("김민수", "김."),
    "Hangul, taken apart": (unicodedata.normalize("NFD", "김 민수"), unicodedata.normalize("NFD", "김. 민.")),
    "Han": ("王小明", "王."),
    "Kana": ("マリア・ロペス", "マ. ロ."),
    "Cherokee": ("ᏣᎳᎩ ᎠᏂ", "Ꮳ. Ꭰ."),
    "Mongolian": ("ᠴᠢᠩᠭᠢᠰ", "ᠴ."),
    "Tifinagh": ("ⵎⵓⵃⴰ", "ⵎ."),
}


@pytest.mark.parametrize(("name", "proposed"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_name_of_any_script_is_shown_by_whole_letters(name: str, proposed: str) -> None:
    assert propose_initials(name) == proposed


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("Suharto", "S."), ("AR", "A."), ("Dr. Ana Reyes", "A. R."), ("Dr.Ana Reyes", "A. R."),
        ("Prof. Dr. med. Ana Reyes", "A. R."), ("Frau Müller", "M."),
        ("श्री राम", "रा."), ("ד״ר דוד כהן", "ד. כ."),
        ("Ana Reyes, PhD", "A. R."), ("Reyes, Ana", "A. R."), ("Ana Reyes Jr.", "A. R."),
        ("Ana Reyes (new)", "A. R."), ("Ana Reyes (new", "A. R."), ("Ana “Annie” Reyes", "A. R."),
        ('Ana "Annie" Reyes', "A. R."), ("Ana [Annie] Reyes", "A. R."),
        ("王小明（新）", "王."), ("(new)", "N."),
        ("Ludwig van Beethoven", "L. B."), ("van Gogh", "G."), ("de la Cruz", "C."),
        ("Van Morrison", "V. M."),
        ("Anne-Marie Duval", "A. D."), ("Siobhán O’Brien", "S. O."), ("O'Brien", "O."),
        ("ʻOkina Kealoha", "O. K."),
        ("Jeanne d’Arc", "J. D."), ("ana reyes", "A. R."), ("A.R.", "A. R."), ("A. R.", "A. R."),
        ("Ana Reyes 2", "A. R. 2"), ("B7", "B7"),
        ("K-17", "K-17"), ("Dr. K17", "K17"), ("Client 17", "C. 17"),
        ("Dr.", "D."), ("🙂", "🙂"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("...", "."), ("", ""), ("\u200fמשה", "מ."),
        ("ǆenan", "ǅ."), ("Gal·la Placídia", "G. P."), ("阿卜杜拉·买买提", "阿. 买."),
    ],
)  # fmt: skip
def test_what_is_no_part_of_the_name_gives_no_initial(name: str, proposed: str) -> None:
    assert propose_initials(name) == proposed


@pytest.mark.parametrize("name", [name for name, _ in SCRIPTS.values()])
def test_a_name_is_never_shown_whole(name: str) -> None:
    for word in name.split():
        letters = list(iter_graphemes(word))
        assert "".join(letters) == word
        if len(letters) > 1:
            assert word not in propose_initials(word)
            assert len([each for each in iter_graphemes(propose_initials(word)) if each not in ". "]) <= 2


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("e\u0301", 1), ("क्ष", 1), ("க்ஷ", 2), ("ශ්‍ර", 1), ("각", 1), ("\u1100\u1161\u11a8", 1), ("각각", 2),
        ("👩‍👩‍👧", 1), ("👍🏽", 1), ("🇮🇪🇩🇪", 2), ("กำ", 1), ("\u0600١", 2), ("\u0d4eക", 1),
        ("ab", 2), ("", 0),
    ],
)  # fmt: skip
def test_letters_are_counted_as_people_count_them(text: str, count: int) -> None:
    assert len(list(iter_graphemes(text))) == count


def test_a_word_without_a_letter_has_no_first_one() -> None:
    assert [first_letter(word) for word in ("", "17", "…", "🙂")] == ["", "", "", ""]
