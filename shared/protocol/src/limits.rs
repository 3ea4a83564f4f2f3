//! Every public number, with its unit and its reason. Settings that an operator may change start from these.

/// Characters (Unicode scalar values) of a message's text. The seeds accepted 20 000; four bytes each still fit
/// [`FRAME_BYTES`].
pub const MESSAGE_CHARS: usize = 32_768;

/// Bytes of one frame from a client. The longest text, every character escaped as `\uXXXX\uXXXX`, must not be cut
/// off by the transport before the text limit can answer it in words.
pub const FRAME_BYTES: usize = 512 * 1024;

/// Bytes of one REST body: as a frame, with room for the other fields.
pub const BODY_BYTES: usize = 512 * 1024;

/// Characters of a conversation's title, as the seeds' `name`.
pub const TITLE_CHARS: usize = 255;

/// Characters of a conversation's description.
pub const DESCRIPTION_CHARS: usize = 4_000;

/// Characters of `service` and of `service_id`, the host's name for what a conversation is about.
pub const SERVICE_CHARS: usize = 128;

/// People in one group, the creator included. Ten times what the largest course needs, and a bound for fan-out.
pub const PARTICIPANTS: usize = 5_000;

/// Characters of a `client_id`: a UUID in its longest spelling fits twice.
pub const CLIENT_ID_CHARS: usize = 64;

/// Characters of an attachment's address; browsers agree on about this much.
pub const URL_CHARS: usize = 2_048;

/// Mentions of one message: more is a call to everybody, which has no place in a text.
pub const MENTIONS: usize = 50;

/// Different emoji under one message: as many as a client shows in a few lines.
pub const REACTION_KINDS: usize = 20;

/// People that a message names for each emoji; the whole list has a path of its own.
pub const REACTION_USERS: usize = 50;

/// Pinned messages of one conversation: they are read all at once.
pub const PINS: i64 = 100;

/// Characters of a quoted text: two lines of a phone.
pub const REPLY_CHARS: usize = 200;

/// Characters of a search at least: the indexes know texts by every three neighbouring characters.
pub const SEARCH_CHARS_MIN: usize = 3;

/// Characters of a search at most: a sentence.
pub const SEARCH_CHARS_MAX: usize = 200;

/// Found messages on a page that names no `limit`.
pub const SEARCH_PAGE_DEFAULT: i64 = 20;

/// Found messages on a page at most.
pub const SEARCH_PAGE_MAX: i64 = 50;

/// Conversations that one search looks into, those with the newest activity first.
pub const SEARCH_CONVERSATIONS: i64 = 1_000;

/// Characters of the part of a long text that a search shows.
pub const SNIPPET_CHARS: usize = 200;

/// Messages on a page that names no `limit`.
pub const PAGE_DEFAULT: i64 = 50;

/// Messages on a page at most.
pub const PAGE_MAX: i64 = 200;

/// Rows that `offset` paging skips at most; beyond that, page by `before`, which costs the same everywhere.
pub const OFFSET_MAX: i64 = 100_000;

/// People that a search of the directory answers with.
pub const SEARCH_RESULTS: i64 = 10;

/// People that an unpaged directory list answers with: the create dialog filters on the client's side.
pub const DIRECTORY_RESULTS: i64 = 10_000;

/// Milliseconds after which "writes" is over by itself: two renewals, one of which may get lost.
pub const TYPING_EXPIRES_MS: u64 = 6_000;

/// Milliseconds between two "writes" of one socket in one conversation that are passed on; more often tells nobody
/// anything. Who has stopped in between may begin once more at once.
pub const TYPING_EVERY_MS: u64 = 3_000;

/// People in a conversation in which others are told that one of them came or went; in larger ones nobody looks at
/// single people, and a wave of arrivals would be told to everybody by everybody.
pub const PRESENCE_PEOPLE: i64 = 200;
/// Files that one send takes along: what a person picks at once.
pub const FILES_PER_SEND: usize = 10;

/// Files of one message, however they came to it: a bound for the frames that carry them all.
pub const FILES_PER_MESSAGE: usize = 50;

/// Uploaded files of one person that wait for their message: several sends' worth, and a bound for what one may leave
/// lying.
pub const FILES_WAITING: i64 = 50;

/// Files whose links are asked for at once: two pages of a gallery.
pub const LINKS_AT_ONCE: usize = 100;
/// Entries that a list of notifications without pages answers with: what clients of the seeds load each 30 seconds.
pub const NOTIFICATIONS: i64 = 200;

/// Entries on a page of notifications, as the seed's clients expect.
pub const NOTIFICATIONS_PAGE: i64 = 20;

/// A person's newest entries that lists, pages and counts look at; older ones are as good as gone.
pub const NOTIFICATIONS_KEPT: i64 = 1_000;

/// People that one notification of the host goes to: larger audiences take several requests.
pub const NOTIFIED_AT_ONCE: usize = 1_000;

/// Characters of a notification's type, and of the type of what it is about.
pub const NOTIFICATION_TYPE_CHARS: usize = 64;

/// Characters of a notification's title.
pub const NOTIFICATION_TITLE_CHARS: usize = 255;

/// Characters of a notification's text.
pub const NOTIFICATION_CHARS: usize = 4_000;

/// Bytes of a notification's data as JSON: it travels in every list that shows the entry.
pub const NOTIFICATION_DATA_BYTES: usize = 8 * 1024;

/// Conversations that one answer lists at most, so that it stays within a few hundred kilobytes.
pub const LISTED_CONVERSATIONS: i64 = 1_000;

/// Unread messages are counted up to here: clients show "99+", and whoever has not looked for a year costs no more than
/// who has not for an hour.
pub const UNREAD_COUNTED: i64 = 100;

/// People whom a list shows of each conversation; the whole list of one conversation's people has a path of its own.
pub const MEMBERS_SHOWN: i64 = 200;

/// Messages that an unpaged list answers with, the newest: its clients ask for everything there is.
pub const UNPAGED_MESSAGES: i64 = 10_000;

/// Bytes of text after which a list of messages ends before its `limit`; the message that passes them is the last one.
/// Ten thousand usual messages are less; ten thousand of the longest would be more than a gigabyte for one request.
pub const UNPAGED_BYTES: i64 = 8 * 1024 * 1024;
