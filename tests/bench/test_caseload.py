"""A whole caseload opened: 18,000 questionnaires, as many as 300 clients have in a long practice."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import SUITE
from clinic_toolkit.journal import records
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.list_cache import BATCH_SIZE
from clinic_toolkit.journal.record_versions import open_versions
from clinic_toolkit.psychometrics.bulk import NO_ANSWER, score_many
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    AdministrationMode,
    administration_table,
)
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.rows import to_sealed_row
from clinic_toolkit.store.transactions import reading, transaction_of, writing
from tests.bench import rounds
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work, giving

pytestmark = pytest.mark.bench

Report = Callable[..., None]
CLIENTS, EACH = 300, 60


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """A practice with 18,000 finished questionnaires."""
    work = practices.at_work(tmp_path_factory.mktemp("caseload"))
    form = giving()
    given = {
        place: Response(status=ResponseStatus.ANSWERED, value=place % 5, wants_to_talk=False, remark="")
        for place in range(12)
    }
    for _ in range(CLIENTS):
        client = work.client()
        with writing(work.engine) as db:
            for _ in range(EACH):
                kept = administrations.create_administration(
                    db,
                    work.vault,
                    form,
                    client_id=client.id,
                    relationship=None,
                    therapy_session_id=None,
                    mode=AdministrationMode.READ_ALOUD,
                    now=NOW,
                )
                kept = progress.record_responses(db, work.vault, kept, given, now=NOW)
                progress.complete_administration(db, work.vault, kept, now=NOW)
    return work


def test_goal_11_the_whole_caseload(work: Work, ratio: Report, part: Report) -> None:
    with reading(work.engine) as db:
        every = transaction_of(db).iter_newest_rows(administration_table, None, prefix_bytes=None)
        found = [to_sealed_row(row) for row in every]
        vault, name = work.vault, "administration"
        sealed = [
            (
                vault._rings.get_key(row.ring, row.key_id).key,
                row.sealed,
                encode_fields(
                    "rec", vault.vault_id, SUITE, name, row.record, row.version, row.ring, row.key_id
                ),
            )
            for row in found
        ]

        def read_all() -> None:
            work.vault.record_cache.clear()
            assert len(records.list_all_records(db, work.vault, ADMINISTRATION)) == CLIENTS * EACH

        def again() -> None:
            records.list_all_records(db, work.vault, ADMINISTRATION)

        def open_and_decode() -> None:
            for at in range(0, len(found), BATCH_SIZE):
                opened = open_versions(vault, ADMINISTRATION, found[at : at + BATCH_SIZE])
                assert not any(isinstance(version, IntegrityReason) for version in opened)

        def derive_and_decrypt() -> None:
            for key, blob, place in sealed:
                key.open(blob, place)

        def measured(act: rounds.Act) -> float:
            return rounds.ratio(act, derive_and_decrypt, times=1, clock=time.process_time, rounds=5)

        part(11, "opened and decoded, without finding them and asking the trail", measured(open_and_decode))
        part(11, "the same once more, remembered", measured(again))
        each = rounds.cost(read_all, 1, time.process_time) / (CLIENTS * EACH)
        part(11, "microseconds for each record, read and checked", each * 1e6)
        words = "18,000 records read, checked and decoded, against derive and decrypt alone"
        ratio(11, words, measured(read_all), most=1.5)


def test_goal_14_a_million_forms_scored(ratio: Report) -> None:
    """Against the same from the same bytes as one matrix product of numpy, with the missing rule."""
    form, forms = giving(), 1_000_000
    random = np.random.default_rng(14)
    values = random.integers(0, 5, (forms, len(form.items)), np.uint8)
    values[random.random(values.shape) < 0.1] = NO_ANSWER
    columns = [*(facet.id for facet in form.facets), ""]
    kinds = np.array(
        [[item.role == "difficulty" and name in (item.facet, "") for name in columns] for item in form.items]
    )
    both = np.kron(np.eye(2), kinds)

    def one_product() -> np.ndarray:
        answered = values != NO_ANSWER
        sums = np.hstack([np.where(answered, values, 0), answered]).astype(np.float64) @ both
        points, counts = sums[:, :4], sums[:, 4:]
        enough = np.column_stack([counts[:, :3] >= 3, (counts[:, 3] >= 7) & (counts[:, :3] >= 2).all(axis=1)])
        found: np.ndarray = np.divide(
            100 * points, 4 * counts, out=np.full(points.shape, np.nan), where=enough
        )
        return found

    ours = score_many(form, values)
    theirs = one_product()
    assert np.array_equal(ours.total, theirs[:, 3], equal_nan=True)
    for place, facet in enumerate(form.facets):
        assert np.array_equal(ours.facets[facet.id], theirs[:, place], equal_nan=True)
    found = rounds.ratio(
        lambda: score_many(form, values), one_product, times=1, clock=time.process_time, rounds=15
    )
    ratio(14, "a million forms of twelve scored, against one matrix product of numpy", found, most=1.5)
