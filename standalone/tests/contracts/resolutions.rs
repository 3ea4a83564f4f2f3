//! Section 5 of the contracts: how the conflicts between the seeds are resolved, a test a number.

mod contacts;
mod doors;
mod order;
mod policies;
mod refusals;
mod rights;
mod shapes;
mod state;
mod tokens;

use crate::contract;

contract! {
    /// The numbers of the section.
    RESOLUTIONS {
        "1" => shapes::resolution_01_ids_are_uuids_and_integers_at_once,
        "2" => shapes::resolution_02_names_are_chosen_by_the_path,
        "3" => doors::resolution_03_mini_and_oko_share_a_prefix_and_the_socket_is_minis,
        "4" => doors::resolution_04_slashes_do_not_matter_and_nothing_redirects,
        "5" => tokens::resolution_05_tokens_come_by_any_carrier,
        "6" => tokens::resolution_06_refresh_rotates_and_keeps_the_old_one_good,
        "7" => tokens::resolution_07_login_and_refresh_have_the_seeds_paths_too,
        "8" => state::resolution_08_read_state_is_a_cursor_per_participant,
        "9" => order::resolution_09_order_and_paging_are_each_dialects_own,
        "10" => refusals::resolution_10_status_codes_are_each_dialects_own,
        "11" => refusals::resolution_11_error_bodies_are_chosen_by_path_and_accept,
        "12" => contacts::resolution_12_contact_rule_follows_the_conversation_into_every_dialect,
        "13" => rights::resolution_13_private_pairs_are_unique_also_in_parallel,
        "14" => state::resolution_14_presence_counts_sockets,
        "15" => order::resolution_15_echo_and_push_reach_every_dialect_once,
        "16" => rights::resolution_16_membership_is_checked_on_open_sockets,
        "17" => rights::resolution_17_deletion_is_for_either_side_of_a_pair_and_admins_of_a_group,
        "18" => rights::resolution_18_join_is_for_open_groups_and_leave_for_oneself,
        "19" => policies::resolution_19_notification_types_and_paths,
        "20" => rights::resolution_20_orders_are_opaque_integers,
        "21" => shapes::resolution_21_times_are_utc_with_microseconds,
        "22" => refusals::resolution_22_texts_have_limits_and_are_trimmed_by_mini_and_oko,
        "23" => order::resolution_23_edits_and_deletions_are_told_on_canonical_sockets_alone,
        "24" => policies::resolution_24_attachments_take_http_addresses_and_uploads,
        "25" => shapes::resolution_25_user_data_is_no_more_than_the_shape,
        "26" => doors::resolution_26_sockets_are_refused_before_the_upgrade,
        "27" => doors::resolution_27_heartbeats_are_the_protocols_own,
        "28" => refusals::resolution_28_older_clients_find_no_extra_keys_in_an_error,
        "29" => rights::resolution_29_service_ids_are_unique_for_orders_and_let_no_stranger_in,
    }
}
