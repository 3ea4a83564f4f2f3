//! Section 6 of the contracts: what the originals get wrong, and must stay right here.

mod kstu;
mod mini_access;
mod mini_bodies;
mod oko;

use crate::contract;

contract! {
    /// Mini's, by their numbers.
    MINI {
        "1" => mini_access::mini_defect_01_a_direct_chat_is_made_once,
        "2" => mini_bodies::mini_defect_02_a_profile_can_be_changed,
        "3" => mini_access::mini_defect_03_strangers_write_into_no_room,
        "4" => mini_access::mini_defect_04_nobody_joins_a_room_that_is_not_open,
        "5" => mini_access::mini_defect_05_messages_over_rest_are_pushed,
        "6" => mini_access::mini_defect_06_closing_one_of_two_tabs_announces_nothing,
        "7" => mini_access::mini_defect_07_a_refused_stranger_announces_nothing,
        "8" => mini_bodies::mini_defect_08_signing_out_revokes,
        "9" => mini_bodies::mini_defect_09_odd_values_are_refused_and_no_defect,
        "10" => mini_access::mini_defect_10_binary_frames_and_unknown_paths_are_answered,
        "11" => mini_access::mini_defect_11_removed_members_lose_their_open_socket,
        "12" => mini_bodies::mini_defect_12_cyrillic_is_found_in_any_case,
        "13" => mini_bodies::mini_defect_13_the_rule_for_passwords_is_applied,
        "14" => mini_access::mini_defect_14_sockets_work_as_shipped_and_take_jwt,
        "15" => mini_access::mini_defect_15_each_reader_of_a_group_has_a_counter,
        "16" => mini_bodies::mini_defect_16_what_was_sent_can_be_found_by_its_id,
    }
}

contract! {
    /// OkoZnaniy's, in the order of the list.
    OKO {
        "contact rule never called" => oko::oko_defect_contact_rule_is_applied,
        "notify_new_message missing (500 on send)" => oko::oko_defect_sending_works_and_notifies,
        "403 unreachable (404)" => oko::oko_defect_strangers_are_told_403,
        "pagination vs array" => oko::oko_defect_lists_are_arrays_until_a_page_is_asked_for,
        "notification path doubled" => oko::oko_defect_both_notification_paths_work,
        "unread without read state" => oko::oko_defect_unread_goes_down_when_read,
        "\"Непрочитанные\" tab does not filter" => oko::oko_defect_unread_chats_can_be_told_from_read_ones,
    }
}

contract! {
    /// KSTU's, in the order of the list.
    KSTU {
        "read tick shows `is_edited`" => kstu::kstu_defect_read_and_edited_are_two_things,
        "history not re-read after reconnect" => kstu::kstu_defect_what_was_missed_comes_after_a_reconnect,
        "chat-users call keeps a token read once at page load"
            => kstu::kstu_defect_the_directory_is_refused_an_old_token_and_takes_the_new_one,
    }
}
