"""No word of a sheet that ships is broken in two, on either paper and in either print."""

import pytest

from clinic_toolkit.documents import worksheet
from clinic_toolkit.worksheets.catalogue import list_worksheets
from clinic_toolkit.worksheets.model import Worksheet
from tests.documents import values
from tests.documents.reading import PAPERS, texts
from tests.fixtures.replaced import replace


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("own", list_worksheets(), ids=lambda sheet: sheet.slug)
def test_no_word_of_a_catalogue_sheet_is_broken_in_two(paper: str, large: bool, own: Worksheet) -> None:
    pdf = worksheet.render_worksheet(replace(values.sheet(paper, large=large), worksheet=own))
    printed = " ".join(texts(pdf)).split()
    assert [word for text in own.client_texts() for word in text.split() if word not in printed] == []
