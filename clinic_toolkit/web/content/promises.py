"""The promises about the data, word for word, for the page *About your data* and docs/promises.md.

Each promise names the code that fulfils it, the tests that show it, and what they do not show. Its words
are never changed without changing the tests.
"""

from clinic_toolkit.web.content.promise import CRYPTOGRAPHY, OUR_CODE, PROCESS, Promise
from clinic_toolkit.web.content.promises_of_secrets import PROMISES_OF_SECRETS

PROMISES = (
    Promise(
        number=1,
        text="Without a passphrase, the sheet or both executor halves, nobody can read any client "
        "content from the files or backups.",
        safeguards=(CRYPTOGRAPHY,),
        limitation="Each guess at the passphrase costs at least 64 MiB of memory and three passes of "
        "Argon2id.",
        tests=(
            "tests/reliability/test_canary.py::test_no_word_is_in_any_file",
            "tests/vectors/test_independent_reader.py::test_wrong_secrets_open_nothing",
            "tests/vectors/test_frozen.py::test_a_weak_slot_is_refused_although_it_would_open",
            "tests/vault/test_slot_keys.py::test_halves_that_do_not_belong_together_open_nothing",
        ),
        untested="A backup, and a copy of the data folder, is protected as the folder itself is.",
    ),
    Promise(
        number=2,
        text="Two seconds after locking, no key, passphrase or client text is in any of our processes.",
        safeguards=(PROCESS,),
        tests=(
            "tests/reliability/test_keys_in_memory.py::test_nothing_that_was_typed_is_left_after_a_lock",
            "tests/reliability/test_keys_in_memory.py::test_idle_time_ends_the_process_that_holds_the_keys",
            "tests/reliability/test_keys_in_memory.py::test_no_secret_that_was_refused_stays_in_a_process_without_keys",
            "tests/reliability/test_canary.py::test_after_the_lock_no_process_holds_a_word_or_a_key",
        ),
        limitation="While a return code is in use, the program keeps a key sealed under that code for at "
        "most eight hours; Lock destroys it, Cover keeps it. The other pages of the same browser are emptied "
        "at once; one in another browser, or after the idle time, within 20 seconds and when it is looked "
        "at again; one without script when it is used. Words that were not saved stay in their page, out of "
        "sight.",
        untested="The search of the memory runs on Linux. On macOS and Windows the process ends in the "
        "same way, and its memory was not searched there.",
    ),
    Promise(
        number=3,
        text="In hand-over mode the device cannot show anything but the questionnaire in hand, even if "
        "our code is wrong about a page, because the keys are not there.",
        safeguards=(CRYPTOGRAPHY, PROCESS),
        tests=(
            "tests/web/test_handover.py::test_every_address_but_the_forms_own_is_refused_with_the_same_bytes",
            "tests/web/test_handover.py::test_no_page_holds_another_clients_words_or_the_way_in",
            "tests/reliability/test_handover.py::test_what_the_processes_hold_while_a_form_is_out",
            "tests/browser/test_open_elsewhere.py::test_every_other_window_is_emptied_when_a_form_is_handed_over",
            "tests/record/test_handover.py::test_the_key_and_the_rows_are_gone_after_it",
        ),
        limitation="The process of the form holds this questionnaire, the word for whom it is about, the "
        "answers given in this hand-over, and the key of these answers. The other windows of the same "
        "browser are emptied at once; a window without script, or of another browser, should be closed "
        "before.",
        untested="The search of the memory runs on Linux only.",
    ),
    Promise(
        number=4,
        text="A save you saw confirmed survives a crash or power cut on storage that honours fsync. If "
        "it is ever missing, we tell you which.",
        safeguards=(OUR_CODE,),
        tests=(
            "tests/reliability/test_kills.py::test_no_confirmed_answer_is_lost",
            "tests/reliability/test_power_cuts.py::test_a_power_cut_loses_nothing_that_was_confirmed",
            "tests/store/test_engine.py::test_every_setting_holds_on_every_connection",
            "tests/reliability/test_anchor.py::test_the_anchor_is_never_behind_what_was_confirmed",
            "tests/store/test_anchor_losses.py::test_every_flipped_bit_of_a_log_is_harmless_or_noticed",
            "tests/store/test_file_guard.py::test_nothing_is_saved_into_a_file_without_a_name",
        ),
        untested="Cuts of the power are simulated from a recording of what the program wrote on Linux; no "
        "real machine was switched off.",
    ),
    Promise(
        number=5,
        text="One changed bit anywhere is noticed before wrong data is shown; everything undamaged "
        "stays readable; except omission or rollback of everything since the last outside anchor.",
        safeguards=(CRYPTOGRAPHY,),
        limitation="What was put in from a copy of the folder is not shown either. Where a line of the audit "
        "trail is damaged, what was saved at its time is shown, and named as not confirmed.",
        tests=(
            "tests/record/test_inspection.py::test_damage_is_named_and_the_rest_is_still_checked",
            "tests/record/test_integrity.py::test_a_removed_record_is_missed_and_the_others_are_there",
            "tests/record/test_integrity.py::test_an_older_version_put_in_the_place_of_the_newest_is_not_shown",
            "tests/record/test_unnamed_versions.py::test_a_client_of_a_copied_folder_with_keys_and_case_and_note",
            "tests/record/test_unnamed_versions.py::test_another_content_of_the_newest_version_is_not_shown",
            "tests/vectors/test_independent_reader.py::test_it_notices_what_was_changed",
            "tests/reliability/test_header_flips.py::test_a_bit_in_the_list_of_tables",
            "tests/reliability/test_header_flips.py::test_a_bit_in_the_head_of_the_practice",
        ),
        untested="One bit can still keep everything from being read in these places: the first 100 bytes "
        "of the data file, and what says where the rows of a table lie (the head of a page, the head of a "
        "row, the numbers that lead from page to page). Such a file is left as it is, and a backup or "
        "someone who can repair it is needed. Two hurt places at once, such as the keys and their second "
        "copy, are lost in the same way.",
    ),
    Promise(
        number=6,
        text="Every backup was read back before being called a backup, and opens on a fresh machine with the "
        "sheet alone.",
        safeguards=(OUR_CODE, CRYPTOGRAPHY),
        limitation="A backup holds what was saved until then, and what it holds stays readable with the "
        "passphrase, the sheet or both executor sheets of that day, even if they were replaced or withdrawn "
        "since. A restore makes them valid again. A backup shows how many clients, records and saves there "
        "are, their sizes and times. After a restore the record goes on under an id of its own.",
        tests=(
            "tests/backup/test_after_restore.py::test_a_restored_record_is_backed_up_at_once_and_again",
            "tests/backup/test_creation.py::test_what_reads_back_otherwise_is_no_backup",
            "tests/backup/test_creation.py::test_stopped_at_any_step_it_leaves_nothing",
            "tests/backup/test_damage.py::test_every_byte_of_the_frame_and_a_sample_of_the_rest",
            "tests/backup/test_places.py::test_a_planted_link_to_the_record_changes_nothing",
            "tests/backup/test_restoration.py::test_a_manifest_that_contradicts_its_store_is_refused",
            "tests/backup/test_restoration.py::test_the_sheet_alone_opens_it_and_a_new_incarnation_begins",
            "tests/backup/test_restore_kills.py::test_killed_between_any_two_changes_the_old_or_the_new_opens",
            "tests/vectors/test_independent_backup.py::test_it_is_read_with_the_sheet_from_a_folder_nothing_can_be_written_to",
            "tests/web/test_backups.py::test_by_itself_while_locked",
        ),
        untested="Whether a stick or disk still holds later what it held when it was read back. Prove a "
        "restore now and then.",
    ),
    Promise(
        number=7,
        text="No other web page, browser tab origin, or OS user's program can make the app do or "
        "reveal anything.",
        safeguards=(OUR_CODE, PROCESS),
        limitation="Not: root, malware as you.",
        tests=(
            "tests/browser/test_other_origins.py::test_no_other_port_or_name_is_answered",
            "tests/reliability/test_refusals.py::test_every_refusal_is_alike",
            "tests/reliability/test_refusals.py::test_another_user_of_the_machine_is_not_answered_with_every_right_word",
            "tests/web/test_browser_launch.py::test_a_file_lets_one_browser_in_once",
            "tests/reliability/test_processes.py::test_nothing_listens_beyond_this_machine",
            "tests/reliability/test_processes.py::test_files_are_for_this_user_only",
        ),
        untested="Whose program is at the other end of a connection is asked and shown on Linux. On "
        "macOS and Windows it is not asked; there the random address and the launch file, which only you "
        "can read, keep other users out. Safari was not tried.",
    ),
    Promise(
        number=9,
        text="The app connects to nothing but itself (LAN mode: its own database and clients).",
        safeguards=(OUR_CODE,),
        tests=("tests/egress/test_outside.py::test_the_system_sees_no_connection_to_elsewhere",),
        untested="This version has no LAN mode.",
    ),
    Promise(
        number=10,
        text="Deleting a client destroys its keys in the live record after the undo time. A restore that can "
        "see a newer list of deletions (this machine, or any newer backup) honours it; an older backup "
        "restored alone brings the client back and says which backup it was. Backups this app keeps expire; "
        "copies you made elsewhere do not.",
        safeguards=(CRYPTOGRAPHY, OUR_CODE),
        limitation="The undo time is seven days. Time alone deletes nothing: after it you do it yourself, "
        "with the passphrase. Lines of the audit trail stay; they hold no name. The joint record of a couple "
        "stays for the other partner unless you say that it goes too. From a backup that you name you can "
        "bring one client back, with your passphrase and for a reason that stays: exactly as the backup has "
        "the record. The note of the erasure stands, and a later restore does not erase that client again.",
        tests=(
            "tests/reliability/test_erasure.py::test_no_file_and_no_key_has_anything_of_an_erased_client",
            "tests/reliability/test_erasure.py::test_a_kill_at_any_statement_leaves_all_or_nothing",
            "tests/record/test_erasure.py::test_an_erased_client_is_gone_and_no_damage",
            "tests/record/test_erasure.py::test_a_tombstone_that_nobody_signed_is_not_believed",
            "tests/record/test_client_erasure.py::test_a_wrong_clock_erases_nothing",
            "tests/vectors/test_independent_erasures.py::test_what_was_erased_is_not_missing",
            "tests/backup/test_newer_deletions.py::test_what_it_can_see_is_erased_before_anything_is_shown",
            "tests/backup/test_newer_deletions.py"
            "::test_alone_it_brings_the_client_back_and_says_which_backup_it_was",
            "tests/backup/test_newer_deletions.py"
            "::test_what_is_not_signed_by_the_clinician_erases_nothing_and_is_counted",
            "tests/web/test_restored_practice.py::test_it_is_said_before_any_other_page",
            "tests/backup/test_client_return.py::test_it_comes_back_exactly_as_it_was",
            "tests/backup/test_returns_and_restores.py::test_a_restore_honours_the_last_word",
            "tests/reliability/test_client_return.py::test_a_kill_at_any_statement_leaves_all_or_nothing",
        ),
        untested="The record that a restore put aside, and older backups, keep the client as long as they "
        "are there. A list of deletions in a file that cannot be read is not seen; the restore names the "
        "file. A backup from before all keys were replaced cannot check what was deleted under the new ones: "
        "it brings the client back, and says how many deletions it did not carry out. A disk may keep what "
        "was overwritten.",
    ),
    Promise(
        number=11,
        text="History cannot be rewritten unseen while one outside anchor survives, except omission or "
        "rollback of everything since the last outside anchor. A total rollback of everything cannot be "
        "seen.",
        safeguards=(CRYPTOGRAPHY,),
        limitation="What was looked at is written into the trail in groups, within two seconds, and before "
        "a lock, a cover, a hand-over, the end of the program, and any paper or file. If the program is "
        "killed or the power is cut, the trail may lack what was looked at in the last two seconds. While "
        "the disk takes no line, no further page of the record is shown; what it had not taken when you "
        "lock is lost.",
        tests=(
            "tests/reliability/test_waiting_reads.py::test_a_kill_loses_two_seconds_of_looks_at_most",
            "tests/reliability/test_waiting_reads.py::test_an_end_that_was_asked_for_loses_no_look",
            "tests/web/test_waiting_reads.py::test_it_is_written_before_the_keys_go",
            "tests/web/test_waiting_reads.py::test_what_cannot_be_written_stops_every_further_page_and_nothing_else",
            "tests/record/test_audit.py::test_a_changed_line_is_named",
            "tests/record/test_audit.py::test_a_missing_line_is_named",
            "tests/record/test_audit.py::test_a_line_forged_without_the_key_is_not_adopted_silently",
            "tests/record/test_audit.py::test_no_text_but_the_known_keyless_events_is_ever_vouched_for",
            "tests/store/test_anchor_losses.py::test_a_chain_that_went_another_way_is_only_looked_at",
        ),
        untested="In this version an outside anchor is a copy of the data folder that you keep "
        "elsewhere, or the mark on the paper of a signed note. Lines taken off the end of the trail are "
        "noticed by the entries that no line names any more; if those go as well, nothing here shows it.",
    ),
    Promise(
        number=13,
        text="A signed note stays as it was signed: its words, and every name, date, time and other fact "
        "that is read beside them. What is changed later stands beside the note, and never in it.",
        safeguards=(CRYPTOGRAPHY, OUR_CODE),
        limitation="Headings, and the lines at the foot of a sheet, are the program’s own. Who holds your "
        "keys could sign another note, with another mark.",
        tests=(
            "tests/journeys/test_signed_notes.py::test_what_is_edited_later_stands_beside_the_signed_note_and_not_in_it",
            "tests/journeys/test_signed_notes.py::test_a_fact_that_changed_while_the_page_was_read_is_not_signed_unseen",
            "tests/journeys/test_notes.py::test_no_route_changes_a_signed_note",
            "tests/record/test_note_additions.py::test_an_addition_is_signed_and_the_note_stays_as_it_was",
            "tests/record/test_signature_facts.py::test_a_signed_note_is_read_whatever_is_hurt",
            "tests/record/test_signature_facts.py::test_a_clock_that_jumps_changes_nothing_of_what_came_before_or_after",
        ),
    ),
    *PROMISES_OF_SECRETS,
)

PENDING_PROMISES = (
    "The numbers are those of the whole list. The promises 8 and 12 are missing here: they are about "
    "colleagues and the set-up, and will be made when the program does these things."
)

NOT_PROMISED = (
    "malware under your account",
    "root",
    "cold-boot and hardware attack",
    "what you print, export or screenshot",
    "swap and hibernation without disk encryption",
    "SSD remnants",
    "LAN server root",
    "coercion",
    "compliance by itself",
)

LOSS_WARNING = (
    "If you lose both the passphrase and the recovery sheet, the record is lost: nobody can help. Only the "
    "two sheets of an executor, if there are any, still open it for reading."
)
