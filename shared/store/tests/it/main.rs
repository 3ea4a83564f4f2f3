//! One suite for both databases: every case runs on a SQLite file always, and on a fresh Postgres database when
//! `CHAT_TEST_POSTGRES_URL` names a server that may create some.

#![cfg(test)]

mod changes;
mod contacts;
mod conversations;
mod database;
mod files;
mod given;
mod listing;
mod locked;
mod messages;
mod model;
mod notifications;
mod outbox;
mod people;
mod presence;
mod races;
mod reading;
mod revocations;
mod rooms;
mod search;
mod startup;
mod talk;

use database::Database;

macro_rules! on_both_databases {
    ($($subject:ident: $($case:ident),+;)+) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let database = super::Database::sqlite().await;
                    database.run(super::$subject::$case).await;
                }
            )+)+
        }

        mod postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    if let Some(database) = super::Database::postgres().await {
                        database.run(super::$subject::$case).await;
                    }
                }
            )+)+
        }
    };
}

on_both_databases! {
    startup:
        a_migrated_database_answers_and_a_closed_one_says_so,
        many_nodes_may_migrate_one_database_at_once;
    people:
        a_username_is_taken_once_and_case_matters,
        an_email_finds_the_first_person_with_a_password_whatever_the_case,
        people_are_found_by_id_in_bulk_and_listed_by_id,
        search_ignores_case_in_cyrillic_and_takes_signs_literally,
        a_profile_patch_changes_what_it_names_and_the_search,
        passwords_and_presence_are_kept,
        a_refresh_token_is_used_once_and_revoked_with_its_family,
        expired_tokens_are_forgotten,
        names_with_nul_are_nobodys;
    presence:
        edges_of_many_are_noted_at_once_each_at_its_own_moment,
        an_older_edge_never_overwrites_a_newer_one,
        who_is_online_is_listed_by_id,
        only_small_living_conversations_that_a_person_is_in_hear_of_them;
    revocations:
        what_ends_is_listed_with_whom_and_when_by_the_databases_clock,
        a_new_password_ends_all_but_the_sign_in_that_set_it,
        a_sign_in_that_has_ended_changes_no_password,
        a_token_knows_the_newest_revocation_of_all_and_no_other,
        revocations_of_one_person_are_numbered_in_the_order_of_their_commits,
        only_what_is_young_is_answered_and_only_the_old_is_forgotten;
    conversations:
        a_new_group_is_listed_with_its_admin_and_members,
        a_pair_has_one_conversation_until_it_is_deleted,
        an_order_has_one_conversation_whoever_asks,
        ten_thousand_people_fit_into_one_creation,
        lists_are_by_newest_activity_with_the_newest_message_left,
        standing_tells_strangers_members_and_the_deleted_apart,
        heads_are_read_in_bulk,
        a_conversation_is_found_by_either_of_its_names;
    reading:
        a_mark_moves_forward_to_the_head_at_most_and_says_where_to,
        one_statement_moves_many_marks_and_passes_over_who_is_not_in,
        others_texts_above_the_mark_are_unread_and_nothing_else,
        unread_is_counted_to_a_hundred,
        who_joins_has_read_what_was_said_before,
        marked_unread_lasts_until_something_is_read,
        hidden_lasts_until_somebody_writes,
        what_a_person_makes_of_a_conversation_is_theirs_alone,
        readers_are_told_from_senders_and_from_who_came_later,
        larger_conversations_are_told_from_smaller_ones,
        two_nodes_that_mark_the_same_do_not_stop_each_other;
    listing:
        a_listed_conversation_shows_what_its_person_has_of_it,
        the_pinned_come_first_and_pages_join_without_a_gap,
        a_list_is_searched_by_title_and_by_the_other_sides_name_in_any_alphabet,
        lists_are_filtered_by_kind_unread_and_hidden,
        a_new_title_takes_a_number_and_is_found;
    messages:
        appended_messages_are_answered_in_order_and_read_back_equal,
        a_repeated_client_id_is_answered_with_the_first_message,
        a_repetition_of_a_deleted_message_has_no_text,
        who_may_not_write_is_refused_without_a_number,
        a_reply_needs_its_target_in_the_same_conversation,
        moments_ascend_when_a_clock_goes_back,
        pages_are_ascending_and_skip_the_deleted;
    rooms:
        rooms_are_listed_by_creation_or_by_activity_with_what_is_unread,
        only_who_is_in_a_room_has_it,
        members_and_numbers_are_read_in_bulk,
        what_people_said_is_read_back_newest_first,
        what_was_said_ends_where_its_texts_come_to_eight_mebibytes,
        the_newest_messages_of_many_rooms_are_read_at_once,
        a_message_is_read_once_somebody_else_who_was_there_has_read_it,
        a_hidden_room_is_not_listed_until_somebody_writes,
        a_group_is_closed_until_it_is_opened,
        a_stamp_stays_until_something_that_the_list_shows_has_changed;
    files:
        an_attachment_belongs_to_its_message_and_is_a_change_of_it,
        an_upload_waits_for_its_message_and_is_given_once,
        a_send_takes_its_files_along_or_is_not_stored,
        two_sends_of_one_file_store_one_message,
        only_the_uploader_and_then_the_participants_stand_well_to_a_file,
        what_is_given_up_or_waits_too_long_is_doomed,
        the_end_of_a_message_or_a_conversation_dooms_its_files,
        doomed_files_are_claimed_once_and_forgotten,
        names_without_a_row_are_told,
        a_chore_is_taken_once_in_its_time;
    talk:
        a_reply_shows_the_head_of_what_it_answers_wherever_it_is_read,
        each_edit_keeps_the_text_before_it_until_the_message_is_deleted,
        tombstones_are_shown_only_when_asked_for_and_say_nothing,
        a_reaction_counts_once_and_its_absence_takes_no_number,
        a_summary_names_the_first_fifty_and_fills_up_when_one_takes_theirs_back,
        who_is_mentioned_is_kept_with_the_text_and_must_be_there,
        pins_are_listed_the_newest_first_and_taken_down,
        what_the_system_says_is_a_message_of_its_own_kind_after_the_change;
    search:
        words_and_parts_of_texts_are_found_in_every_alphabet_the_newest_first,
        postgres_finds_a_word_in_all_its_forms,
        only_those_who_are_in_a_conversation_find_what_was_said_there,
        what_was_deleted_edited_away_or_said_by_the_system_is_not_found,
        a_search_is_narrowed_by_sender_time_and_files,
        what_waits_outside_the_index_is_found_too_and_taken_in;
    locked:
        an_edit_and_a_deletion_take_the_next_numbers_and_say_their_frames,
        joining_leaving_and_the_end_take_the_next_numbers_and_say_their_frames,
        what_is_not_committed_never_happened,
        only_what_is_there_can_be_changed,
        who_left_joins_anew_and_who_is_in_changes_role,
        whoever_has_been_in_it_longest_is_the_heir_of_the_last_admin,
        a_conversation_is_listed_under_its_lock_as_the_change_leaves_it,
        a_deleted_conversation_cannot_be_locked;
    changes:
        an_unknown_conversation_has_no_changes_and_a_deleted_one_ends_in_its_deletion,
        a_row_appears_once_in_its_newest_state,
        what_changes_while_a_reader_pages_is_not_lost,
        a_reader_ahead_of_the_head_gets_nothing;
    outbox:
        a_commit_leaves_a_row_until_it_is_forgotten,
        a_batch_that_stores_nothing_still_forgets,
        a_new_conversation_leaves_a_row_that_names_its_participants,
        who_is_let_in_is_named_beside_the_head,
        a_row_of_a_clock_that_is_ahead_is_not_waited_for,
        two_sweepers_never_take_the_same_row_and_a_dead_ones_come_back;
    contacts:
        what_the_screen_refuses_leaves_no_trace_and_takes_no_number,
        a_conversations_own_policy_and_the_way_in_decide_who_is_screened,
        the_screen_is_shown_what_the_same_person_wrote_just_before,
        an_edit_is_judged_where_it_will_stand,
        a_held_message_waits_once_until_it_is_decided,
        the_files_of_a_held_message_wait_with_it;
    notifications:
        a_busy_conversation_has_one_entry_for_each_that_shows_its_newest,
        a_look_writes_nothing_twice_however_many_nodes_take_it,
        who_has_read_muted_or_turned_it_off_is_not_told,
        being_named_or_answered_pierces_a_mute_but_not_the_switch,
        who_is_let_in_is_told_and_who_leaves_has_no_entry_left,
        an_entry_that_was_left_behind_is_shown_to_nobody_who_is_not_in_it,
        nodes_that_read_the_same_entries_do_not_stop_each_other,
        reading_a_conversation_reads_its_entries,
        what_is_deleted_before_it_is_read_leaves_no_entry,
        a_lists_version_moves_with_whatever_it_shows,
        a_hosts_notice_reaches_those_who_exist_and_want_it,
        lists_are_by_what_they_show_and_the_old_is_forgotten,
        only_the_online_are_told_by_a_frame_and_only_of_what_is_unread,
        a_burst_in_a_large_group_writes_an_entry_a_person,
        what_a_killed_node_owed_is_found_once_and_counted_once,
        figures_are_of_what_was_said_answered_and_read;
    races:
        one_of_many_creators_of_a_pair_wins,
        one_of_many_creators_of_an_order_wins,
        one_client_id_is_one_message_however_many_nodes_store_it,
        an_edit_and_a_deletion_of_one_message_do_not_mix,
        nobody_writes_after_their_removal_and_numbers_have_no_hole;
}
