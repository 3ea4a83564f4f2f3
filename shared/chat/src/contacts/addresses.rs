//! Mail addresses and links, with their signs written or said.

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

struct Patterns {
    any: Vec<Regex>,
    host: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let at = format!(r"(?:\s*[@]\s*|\s*[(\[{{<]\s*(?:{AT}|@)\s*[)\]}}>]\s*|\s+(?:{AT})\s+)");
    let dot = format!(r"(?:\s*[.,]\s*|\s*[(\[{{<]\s*(?:{DOT}|\.)\s*[)\]}}>]\s*|\s+(?:{DOT})\s+)");
    let name = r"[\p{L}\d](?:[\p{L}\d._+-]*[\p{L}\d_])?";
    let label = r"[\p{L}\d][\p{L}\d-]*";
    let end = r"(?:/[^\s]*)?";
    let texts = [
        // a name, an at, a host: with the sign itself anything goes for a host, with a word only what is one.
        format!(r"{name}\s*@\s*{label}(?:{dot}{label})+"),
        format!(r"\b{name}{at}(?:{label}{dot})+(?:{ENDINGS})\b"),
        format!(r"\b{name}{at}(?:{SERVICES})(?:(?:{dot}|\s+)(?:{ENDINGS}))?\b"),
        r"\b(?:https?|hxxps?|ftp|хттпс?)\s*:\s*/\s*/\s*[^\s]*".to_owned(),
        r"\bwww\s*\.\s*[^\s]+".to_owned(),
        // said: "site точка ru"; the ends that are also words need no more than the sign of a host before them.
        format!(
            r"\b{label}(?:\s+(?:{DOT})\s+|\s*[(\[]\s*(?:{DOT})\s*[)\]]\s*)(?:{ENDINGS})\b(?:\s*(?:/|слэш|слеш|slash)\s*[^\s]*)?"
        ),
        // the short hosts of messengers, with a gap or a look-alike where the stop should be
        format!(
            r"\b(?:t|т|wa|vk|вк|fb|bit|tg|тг)\s*[., ]\s*(?:me|ме|com|ком|ly|cc|link|ру|ru)\s*/\s*[^\s]*{end}"
        ),
    ];
    Patterns {
        any: texts.iter().map(|text| compiled(text)).collect(),
        host: compiled(&format!(r"\b(?:{label}\.)+(?:{ENDINGS})\b{end}")),
    }
});

/// Where mail addresses and links stand in a folded text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let any = PATTERNS.any.iter().flat_map(|pattern| pattern.find_iter(text));
    let hosts = PATTERNS.host.find_iter(text);
    let hosts = hosts.filter(|host| !NO_HOSTS.contains(&host.as_str()));
    any.chain(hosts).map(|found| found.range()).collect()
}
