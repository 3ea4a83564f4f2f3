//! Names at messengers and networks: `@name`, "telegram: name", "моя инста name".

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::fold::{compiled, one_script};

/// `@name`, not inside another word.
static AT_NAME: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?:^|[^\p{L}\d._@])(@\s?[a-z][a-z0-9_.]{2,})"));

/// Skype's own way to write a name.
static LIVE: LazyLock<Regex> = LazyLock::new(|| compiled(r"\blive:[a-z0-9._:-]{3,}"));

/// What a name looks like: Latin letters, digits, dots and low lines, perhaps Discord's number behind it.
static NAME: LazyLock<Regex> = LazyLock::new(|| compiled(r"^[a-z][a-z0-9_.-]{2,39}(?:\#\d{4})?$"));

/// The beginnings of the messengers' names, in all the ways that people write them. Endings follow: "телеграме",
/// "инстаграмдан".
static MESSENGER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)^(?:телег(?:а|у|е|ой|рам\p{L}*)?|тг|tg|tgm|tme|telegram|telega|wh?ats?app?|вац?т?[сц]?ап\p{L}*|вотс?ап\p{L}*
        |уатсап\p{L}*|viber|вайбер\p{L}*|skype|скайп\p{L}*|вк|vk|вконтакте|vkontakte|инст(?:а|у|е|ой|ам|аграм\p{L}*)
        |insta|instagram|ig|инстик\p{L}*|discord|дискорд\p{L}*|facebook|fb|фейсбук\p{L}*|snap|snapchat|снапчат\p{L}*
        |tiktok|тикток\p{L}*|signal|imo|имо|icq|аська|wechat)$",
    )
});

/// Words that make the plainest word after a messenger's name a name: whose it is, what it is, what to do with it.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)^(?:мо[йяеию]|моего|моей|меня|мне|менин|мага|my|me|mine|ник\p{L}{0,3}|логин\p{L}*|юзер\p{L}*|id|айди|nick\p{L}*
        |username|login|handle|(?:на)?пиш\p{L}*|найд\p{L}*|ищ\p{L}*|добав\p{L}*|стуч\p{L}*|жаз\p{L}*|табы\p{L}*|тап
        |write|text|find|add|dm|message|follow|hit)$",
    )
});

/// Words that may stand between a messenger's name and the name there.
const BETWEEN: &[&str] = &[
    "is",
    "at",
    "on",
    "по",
    "под",
    "как",
    "это",
    "есть",
    "боюнча",
    "деген",
    "там",
    "the",
    "в",
    "and",
    "и",
    "account",
    "аккаунт",
    "профиль",
    "profile",
];

/// Words that follow a messenger's name when people write about the messenger.
const ABOUT: &[&str] = &[
    "account",
    "ads",
    "android",
    "api",
    "app",
    "apps",
    "architecture",
    "aiogram",
    "automation",
    "business",
    "bot",
    "bots",
    "channel",
    "channels",
    "chat",
    "client",
    "clone",
    "compared",
    "desktop",
    "direct",
    "does",
    "doesnt",
    "down",
    "for",
    "from",
    "group",
    "groups",
    "has",
    "integration",
    "ios",
    "java",
    "javascript",
    "live",
    "marketing",
    "messenger",
    "mini",
    "not",
    "page",
    "pages",
    "php",
    "premium",
    "python",
    "post",
    "posts",
    "profile",
    "reels",
    "sdk",
    "server",
    "servers",
    "shop",
    "stories",
    "story",
    "target",
    "telethon",
    "using",
    "via",
    "video",
    "videos",
    "was",
    "web",
    "webhook",
    "with",
    "works",
    "you",
    "yet",
    "has",
    "isnt",
    "and",
    "or",
    "vs",
];

/// Words after a messenger's name among which the name there is looked for.
const NEAR: usize = 5;

/// Words before a messenger's name that may be a cue.
const BEFORE: usize = 4;

/// Where such names stand in a folded text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.contains('@') {
        let names = AT_NAME.captures_iter(text);
        found.extend(
            names
                .filter_map(|captures| captures.get(1))
                .map(|name| name.range()),
        );
    }
    if text.contains("live:") {
        found.extend(LIVE.find_iter(text).map(|name| name.range()));
    }
    let words = words(text);
    for (place, word) in words.iter().enumerate() {
        if MESSENGER.is_match(&one_script(word.text)) {
            found.extend(name_after(text, &words, place));
            found.extend(name_before(&words, place));
        }
    }
    found
}

struct Word<'a> {
    text: &'a str,
    start: usize,
}

impl Word<'_> {
    const fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Something that only names have: a digit, a low line, a dot inside.
    fn is_distinct(&self) -> bool {
        self.is_name()
            && self
                .text
                .contains(|sign: char| sign.is_ascii_digit() || "_.#".contains(sign))
    }

    fn is_name(&self) -> bool {
        let letters = self.text.trim_end_matches(|sign: char| sign.is_ascii_digit());
        NAME.is_match(self.text) && !ABOUT.contains(&letters) && !MESSENGER.is_match(self.text)
    }
}

/// Letters, digits and the signs that names hold, without those at the ends.
fn words(text: &str) -> Vec<Word<'_>> {
    let is_sign = |character: char| !(character.is_alphanumeric() || "_.-#@".contains(character));
    let mut words = Vec::new();
    for part in text.split(is_sign) {
        let start = part.as_ptr().addr() - text.as_ptr().addr();
        let bare = part.trim_start_matches(['.', '-', '#', '@']);
        let start = start + part.len() - bare.len();
        let bare = bare.trim_end_matches(['.', '-', '#', '@']);
        if !bare.is_empty() {
            words.push(Word { text: bare, start });
        }
    }
    words
}

/// "телеграм: name", "мой тг name", "пиши в телегу, ник name".
fn name_after(text: &str, words: &[Word<'_>], place: usize) -> Option<Range<usize>> {
    let messenger = words.get(place)?;
    let before = words.get(place.saturating_sub(BEFORE)..place)?;
    let is_kyrgyz_own =
        messenger.text.ends_with("ым") || messenger.text.ends_with("ам") && messenger.text != "телеграм";
    let mut has_cue = is_kyrgyz_own || before.iter().any(|word| CUE.is_match(word.text));
    for (step, word) in words.iter().skip(place + 1).take(NEAR).enumerate() {
        if CUE.is_match(word.text) {
            has_cue = true;
        } else if word.is_distinct() {
            return Some(word.span());
        } else if BETWEEN.contains(&word.text) {
        } else if word.is_name() {
            let gap = text.get(messenger.span().end..word.start).unwrap_or_default();
            let is_said_to_be = step == 0 && gap.contains([':', '=', '-', '—', '–']);
            let is_last = ends_a_clause(text, word);
            return (has_cue || is_said_to_be && is_last).then(|| word.span());
        } else {
            return None;
        }
    }
    None
}

/// "name в телеграме": only what cannot be a word.
fn name_before(words: &[Word<'_>], place: usize) -> Option<Range<usize>> {
    let between = words.get(place.checked_sub(1)?)?;
    let name = words.get(place.checked_sub(2)?)?;
    let is_at = ["в", "на", "on", "in", "at"].contains(&between.text);
    (is_at && name.is_distinct()).then(|| name.span())
}

/// Whether no other Latin word follows: a name stands alone, a sentence about a messenger goes on.
fn ends_a_clause(text: &str, word: &Word<'_>) -> bool {
    let after = text.get(word.span().end..).unwrap_or_default();
    let next = after.trim_start_matches(' ').chars().next();
    next.is_none_or(|next| !next.is_ascii_alphanumeric())
}
