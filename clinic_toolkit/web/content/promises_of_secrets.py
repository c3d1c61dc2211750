"""The promises about passphrases, sheets and keys that are changed, or in the hands of an executor."""

from clinic_toolkit.web.content.promise import CRYPTOGRAPHY, OUR_CODE, Promise

PROMISES_OF_SECRETS = (
    Promise(
        number=14,
        text="With both sheets of the executor the record can be read. Nothing can be changed or signed with "
        "them, and psychotherapy notes open only if you chose it.",
        safeguards=(CRYPTOGRAPHY, OUR_CODE),
        limitation="One sheet alone opens nothing. Sheets that were replaced or withdrawn open nothing here, "
        "unless somebody puts back what they opened in the data folder, which your next unlock says; and "
        "they still open copies of the data that were made before. Each use leaves a line in the audit trail "
        "and is said at your next unlock, unless nothing could be written, or a copy of the data was opened.",
        tests=(
            "tests/record/test_psychotherapy_rings.py::test_halves_open_the_record_and_these_notes_only_by_choice",
            "tests/vault/test_slot_keys.py::test_both_halves_open_a_vault_that_reads_and_cannot_sign",
            "tests/vault/test_slot_keys.py::test_replaced_and_revoked_halves_open_nothing",
            "tests/vault/test_slot_keys.py::test_a_withdrawn_executor_cannot_put_the_slot_back_unnoticed",
            "tests/record/test_executor_forgeries.py::test_an_inventory_that_the_clinician_did_not_sign_is_not_believed",
            "tests/web/test_executor.py::test_no_private_key_is_reachable_from_the_vault_of_an_executor",
            "tests/web/test_executor.py::test_every_saving_route_is_refused_in_a_sentence",
            "tests/web/test_executor.py::test_each_use_is_a_line_and_is_said_at_the_next_unlock",
            "tests/web/test_executor.py::test_a_use_beside_an_open_login_is_said_at_once_and_at_the_next_unlock",
        ),
        untested="With the keys that the sheets open, another program could write into the file. What it "
        "wrote would have no line that you signed, so it is named as damage and is not shown.",
    ),
    Promise(
        number=15,
        text="Whatever happens while a passphrase, a sheet or the executor’s sheets are changed, the old or "
        "the new secret opens everything, never neither.",
        safeguards=(OUR_CODE,),
        tests=(
            "tests/record/test_secret_kills.py::test_changing_the_passphrase",
            "tests/record/test_secret_kills.py::test_a_new_sheet",
            "tests/record/test_secret_kills.py::test_a_forgotten_passphrase",
            "tests/record/test_secret_kills.py::test_the_halves_of_an_executor_made_replaced_and_withdrawn",
            "tests/record/test_psychotherapy_rings.py::test_no_change_of_a_secret_loses_them",
        ),
        untested="The program was stopped at each statement, not the power cut at each write of the disk.",
    ),
    Promise(
        number=16,
        text="After new keys for everything, no passphrase, sheet, executor’s sheet or key from before opens "
        "the record in use, and every entry reads as before.",
        safeguards=(CRYPTOGRAPHY, OUR_CODE),
        limitation="What somebody copied or read before stays with them: copies of the folder and "
        "backups from before open with the old passphrase and the old sheet. Old copies that you did not "
        "tick stay in the folder. What did not open before never opens afterwards, and stays named as "
        "damaged, also a line of the audit trail. A practice of several clinicians gets no new keys.",
        tests=(
            "tests/record/test_key_replacement.py::test_everything_reads_as_before",
            "tests/record/test_key_replacement.py::test_no_old_secret_opens_anything",
            "tests/record/test_key_replacement.py::test_the_old_identity_signs_no_line_of_the_new_store",
            "tests/record/test_key_replacement.py::test_no_file_of_the_folder_holds_an_old_blob_or_any_key",
            "tests/record/test_key_replacement.py::test_a_note_stays_signed_and_the_old_key_signs_no_other",
            "tests/record/test_key_replacement_stops.py::test_a_kill_at_each_step",
            "tests/record/test_key_replacement_damage.py::test_it_is_named_as_before",
            "tests/record/test_key_replacement_damage.py::test_the_old_keys_open_nothing_of_it",
            "tests/record/test_key_replacement_stops.py::test_a_second_window_saves_nothing_meanwhile",
            "tests/vectors/test_independent_past.py::test_it_reads_everything_by_the_new_sheet",
        ),
        untested="The program was stopped before each change of a file, not the power cut at each write of "
        "the disk. A drive may keep overwritten bytes where no program can read them.",
    ),
    Promise(
        number=17,
        text="Psychotherapy notes stay closed until your passphrase opens them; the return code never does. "
        "No other page, list or search of the record shows a word of them, and every look at one leaves a "
        "line of its own in the audit trail.",
        safeguards=(CRYPTOGRAPHY, OUR_CODE),
        limitation="An executor reads them if you chose it. What you print, copy or save of them is "
        "protected no longer. Who has your passphrase or your return code can tell about whom there are "
        "such notes, how many and when they were changed; without the passphrase, not what they say.",
        tests=(
            "tests/record/test_psychotherapy_notes.py::test_nothing_is_written_or_read_while_they_are_closed",
            "tests/record/test_psychotherapy_notes.py::test_list_facts_and_the_snapshot_hold_nothing_of_them",
            "tests/web/test_psychotherapy_notes.py::test_only_the_passphrase_opens_them_and_then_the_short_lock_holds",
            "tests/web/test_psychotherapy_notes.py::test_no_other_page_shows_a_word_of_them_while_they_are_open",
            "tests/web/test_private_notes_stay_inside.py::test_no_search_finds_them_while_they_are_open",
            "tests/web/test_private_notes_stay_inside.py::test_a_copy_of_the_whole_record_has_none",
            "tests/web/test_psychotherapy_notes.py::test_every_look_is_a_line_of_its_own_before_the_page_leaves",
            "tests/web/test_psychotherapy_notes.py::test_an_executor_reads_them_only_if_that_was_chosen",
        ),
        untested="While they are open the key is in the memory of the program, which lasts until it locks.",
    ),
)
