"""Names of invented people, in the writing systems that paper can draw."""

NAMES: dict[str, tuple[str, ...]] = {
    "Latin": (
        "Nguyễn Thị Ánh Tuyết",
        "Đặng Hữu Phước",
        "Łucja Wróblewska-Źrebiec",
        "Świętosława Gżegżółka",
        "Çağrı Öztürk",
        "İpek Işıkoğlu",
        "Ọláyínká Adébọ̀wálé",
        "Ṣẹ̀gun Ọ̀ṣúnbùnmi",
        "Wanjikũ Mũthoni",
        "Žofie Řeháková",
    ),
    "Greek": ("Ελένη Παπαδοπούλου", "Άγγελος Χατζηιωάννου"),
    "Cyrillic": ("Дмитрий Щербаков", "Ганна Їжакевич", "Оюунчимэг Батбаяр"),
    "Armenian": ("Արմեն Հովհաննիսյան", "Թամար Ղազարյան"),
    "Georgian": ("ნინო ხუციშვილი", "გიორგი ჯავახიშვილი"),
    "Hebrew": ("שׁוֹשַׁנָּה בֶּן־דָּוִד", "נועם (נוני) אברהמי"),
    "Arabic": ("محمد عبد اللّٰه الخطيب", "عائشة لقمان", "مُنىٰ الأَشْقَر"),
    "Persian": ("پژمان گل‌محمدی", "ژاله چمنی"),
    "Urdu": ("نگہت ٹنڈوالہ", "نازیہ ٹھاکر چوہدری"),
    "Syriac": ("ܝܘܚܢܢ ܒܪ ܡܪܝܡ",),
    "Thaana": ("ޢައިޝަތު ޢަލީ",),
    "N’Ko": ("ߒߞߏ ߡߊ߬ߡߊ߬ߘߌ߫",),
    "Devanagari": ("प्रियंका श्रीवास्तव", "ऋतुपर्ण क्षीरसागर"),
    "Bengali": ("অনির্বাণ চট্টোপাধ্যায়", "শ্রেয়সী মুখোপাধ্যায়"),
    "Gurmukhi": ("ਗੁਰਪ੍ਰੀਤ ਢਿੱਲੋਂ",),
    "Gujarati": ("જ્યોત્સ્ના પટેલ",),
    "Odia": ("ଜ୍ୟୋତିର୍ମୟୀ ମହାପାତ୍ର",),
    "Tamil": ("தமிழ்ச்செல்வி முருகையன்",),
    "Telugu": ("శ్రీనివాస్ కృష్ణమూర్తి",),
    "Kannada": ("ಶ್ರೀಲಕ್ಷ್ಮಿ ಹೆಗ್ಡೆ",),
    "Malayalam": ("ശ്രീകൃഷ്ണൻ നമ്പൂതിരി",),
    "Sinhala": ("ශ්‍රියානි වික්‍රමසිංහ",),
    "Thai": ("สมหญิง ใจกว้าง", "ณัฐวุฒิ ศรีสุข"),
    "Lao": ("ສົມພອນ ແກ້ວມະນີ",),
    "Khmer": ("សុភ័ក្ត្រ ស្រីមុំ",),
    "Myanmar": ("ကျော်စွာမြင့် ဒေါ်ခင်",),
    "Tibetan": ("བཀྲ་ཤིས་སྒྲོལ་མ།",),
    "Ethiopic": ("ጌታቸው ኃይለማርያም", "ትዕግሥት ብርሃኑ"),
    "Cherokee": ("ᏣᎳᎩ ᎠᏯᏍᏗ",),
    "Han": ("王曉雯", "欧阳建国"),
    "Kana": ("佐々木 さくら", "エリカ・ヤマモト"),
    "Hangul": ("김민서", "남궁혜진"),
    "Mongolian": ("ᠪᠠᠲᠤ ᠰᠠᠷᠠᠨ",),
    "Adlam": ("𞤀𞤥𞤢𞤣𞤵 𞤔𞤢𞤤𞤮",),
    "Tifinagh": ("ⵉⴷⵉⵔ ⴰⵎⵣⵉⴰⵏ",),
    "Canadian Aboriginal": ("ᐊᓪᓚᖅ ᐃᓄᒃᑎᑑᑦ",),
    "Javanese": ("ꦱꦿꦶ ꦮꦲꦾꦸꦤꦶ",),
    "Ol Chiki": ("ᱥᱟᱱᱛᱟᱲ ᱢᱩᱨᱢᱩ",),
    "Meetei Mayek": ("ꯊꯣꯏꯕꯤ ꯂꯩꯃ",),
    "Vai": ("ꕙꔤ ꗏꗷꕉ",),
}
# PDFium does not know that these are written from right to left, and copies their letters in the order of
# drawing.
COPIED_TURNED_ROUND = ("Adlam",)
# As many as the accepted picture has.
FEWEST_NAMES, FEWEST_SYSTEMS = 60, 30


def list_names() -> list[str]:
    """Every name, in the order above."""
    return [name for names in NAMES.values() for name in names]
