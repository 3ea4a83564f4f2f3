//! Section 4 of the contracts: what the core must offer, a test a row.

mod contacts;
mod conversations;
mod delivery;
mod everybody;
mod messages;
mod notifications;
mod operations;
mod people;
mod reading;

use crate::contract;

contract! {
    /// The rows of the table, in its order. The last column of the contracts says whose each is; of those that are the
    /// web client's, what the core owes it is held here.
    CAPABILITIES {
        "Registration, login, logout, me, profile, password"
            => everybody::registration_login_logout_me_profile_and_password,
        "JWT access/refresh, auto refresh on 401" => everybody::jwt_access_and_refresh_with_auto_refresh_on_401,
        "`WWW-Authenticate` request header / query" => everybody::www_authenticate_request_header_and_query,
        "User search / directory" => people::user_search_and_directory_in_three_shapes,
        "Direct chats, duplicate check" => conversations::direct_chats_with_duplicate_check,
        "Group chats, title, description, link" => conversations::group_chats_with_title_description_and_link,
        "Roles admin/member, add/remove participants"
            => conversations::roles_admin_and_member_and_adding_and_removing_participants,
        "Binding to an external object (`service`,`service_id` / `order`)"
            => conversations::binding_to_an_external_object,
        "Conversation list, last message" => conversations::conversation_list_with_last_message_sorted_by_activity,
        "Unread counter per chat / total" => reading::unread_counter_per_chat_and_total,
        "Read marks" => reading::read_marks_per_user_projected_to_is_read,
        "History paging" => messages::history_paging_by_offset_and_by_page,
        "Send over REST / over WS" => messages::send_over_rest_and_over_sockets_is_one_path,
        "Reply, edit, delete message, `is_edited`" => messages::reply_edit_and_delete_with_is_edited,
        "Attachments (metadata)" => messages::attachments_by_metadata,
        "Typing indicator" => people::typing_indicator,
        "Online status, last_seen, online list" => people::online_status_last_seen_and_online_list_per_connection,
        "Reconnect with back-off, de-duplication" => delivery::reconnect_and_deduplication_owe_resume_and_stable_ids,
        "Notifications (list, unread, mark one/all)" => notifications::notifications_list_unread_mark_one_and_all,
        "Notification settings (6 switches)" => notifications::notification_settings_are_six_switches_per_user,
        "Contact protection" => messages::contact_protection_by_the_conversations_policy,
        "Polling client support (15/30 s)" => delivery::polling_clients_get_cheap_answers_and_meet_no_rate_limit,
        "Search in conversation list" => conversations::search_in_the_list_owes_titles_and_names,
        "Adaptive UI, toasts, loaders, Russian labels" => delivery::labels_and_toasts_owe_statuses_and_fallbacks,
        "Optimistic updates, caching" => delivery::optimistic_updates_owe_an_echo_with_the_same_ids,
        "Logging of sends, 4 metrics" => operations::logging_of_sends_and_four_metrics,
        "Admin panel, migrations" => operations::administration_and_migrations,
        "Horizontal scaling (pub/sub)" => delivery::horizontal_scaling_by_publish_and_subscribe,
    }
}
