//! Mail addresses and links, with their signs written or said.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::fold::compiled;

/// Ends of host names that people here use, in Latin and Cyrillic letters. Not those that are also endings of files
/// (`py`, `md`, `rs`) or words that follow a full stop (`to`, `in`, `is`).
const ENDINGS: &str = "com|net|org|info|biz|ru|su|kg|kz|uz|by|ua|tj|tr|cn|de|uk|eu|io|me|ly|cc|co|gg|app|dev|site|online|store\
    |shop|pro|club|top|xyz|link|page|tv|gl|space|website|edu|рф|рус|бел|ру|ком|кг|кз|ме|орг|онлайн";

/// Mail services that are known by their name alone.
const SERVICES: &str = "gmail|googlemail|g-mail|гмейл|гмаил|гмайл|джимейл|джимайл|жмейл|yandex|яндекс|outlook|аутлук|hotmail\
    |yahoo|icloud|айклауд|proton|protonmail|rambler|рамблер|inbox|mail|мейл|маил|мэйл|меил|майл|bk|list|ya";

/// How `@` is said; each stands alone between spaces or brackets.
const AT: &str = "собака|собачка|собачкой|собакой|собак|эт|ат|at|dog|sobaka|sobachka|it";

/// How a full stop is said.
const DOT: &str = "точка|тчк|дот|dot|чекит|нокта|tochka|chekit";

/// Names that look like hosts and are none: products that people write about.
const NO_HOSTS: &[&str] = &[
    "asp.net",
    "ado.net",
    "vb.net",
    "ml.net",
    "socket.io",
    "draw.io",
    "git.io",
    "ember.app",
    "dot.net",
];

/// What must be in a text before a pattern is tried: most texts hold none of it and cost one look. The patterns
/// themselves are dear on texts that are not ASCII, for the boundaries of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    At,
    AtInWords,
    DotInWords,
    Slash,
    Www,
    Host,
}

struct Pattern {
    sign: Sign,
    regex: Regex,
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let at = format!(r"(?:\s*[@]\s*|\s*[(\[{{<]\s*(?:{AT}|@)\s*[)\]}}>]\s*|\s+(?:{AT})\s+)");
    let dot = format!(r"(?:\s*[.,]\s*|\s*[(\[{{<]\s*(?:{DOT}|\.)\s*[)\]}}>]\s*|\s+(?:{DOT})\s+)");
    let said_dot = format!(r"(?:\s+(?:{DOT})\s+|\s*[(\[]\s*(?:{DOT})\s*[)\]]\s*)");
    let name = r"[\p{L}\d](?:[\p{L}\d._+-]*[\p{L}\d_])?";
    let label = r"[\p{L}\d][\p{L}\d-]*";
    let patterns = [
        // Around the sign itself anything goes for a host, around a word only what is one.
        (Sign::At, format!(r"{name}\s*@\s*{label}(?:{dot}{label})+")),
        (
            Sign::AtInWords,
            format!(r"\b{name}{at}(?:{label}{dot})+(?:{ENDINGS})\b"),
        ),
        (
            Sign::AtInWords,
            format!(r"\b{name}{at}(?:{SERVICES})(?:(?:{dot}|\s+)(?:{ENDINGS}))?\b"),
        ),
        (
            Sign::DotInWords,
            format!(r"\b{label}{said_dot}(?:{ENDINGS})\b(?:\s*(?:/|слэш|слеш|slash)\s*[^\s]*)?"),
        ),
        (
            Sign::Slash,
            r"\b(?:https?|hxxps?|ftp|хттпс?)\s*:\s*/\s*/\s*[^\s]*".to_owned(),
        ),
        // The short hosts of messengers, with a gap or a look-alike where the stop should be.
        (
            Sign::Slash,
            r"\b(?:t|т|wa|vk|вк|fb|bit|tg|тг)\s*[., ]\s*(?:me|ме|com|ком|ly|cc|link|ру|ru)\s*/\s*[^\s]*"
                .to_owned(),
        ),
        (Sign::Www, r"\bwww\s*\.\s*[^\s]+".to_owned()),
        (
            Sign::Host,
            format!(r"\b(?:{label}\.)+(?:{ENDINGS})\b(?:/[^\s]*)?"),
        ),
    ];
    let compile = |(sign, text): (Sign, String)| Pattern {
        sign,
        regex: compiled(&text),
    };
    patterns.into_iter().map(compile).collect()
});

static HOST_SIGN: LazyLock<Regex> = LazyLock::new(|| compiled(r"[\p{L}\d-]\.\p{L}"));

impl Sign {
    fn is_in(self, text: &str) -> bool {
        match self {
            Self::At => text.contains('@'),
            Self::AtInWords => text.contains('@') || says(text, &AT_WORDS),
            Self::DotInWords => says(text, &DOT_WORDS),
            Self::Slash => text.contains('/'),
            Self::Www => text.contains("www"),
            Self::Host => HOST_SIGN.is_match(text),
        }
    }
}

static AT_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| AT.split('|').collect());

static DOT_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| DOT.split('|').collect());

fn says(text: &str, words: &HashSet<&str>) -> bool {
    let mut said = text.split(|sign: char| !sign.is_alphanumeric());
    said.any(|said| words.contains(said))
}

/// Where mail addresses and links stand in a folded text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let tried = PATTERNS.iter().filter(|pattern| pattern.sign.is_in(text));
    let found = tried.flat_map(|pattern| pattern.regex.find_iter(text));
    let found = found.filter(|found| !NO_HOSTS.contains(&found.as_str()));
    found.map(|found| found.range()).collect()
}
