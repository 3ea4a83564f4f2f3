//! What a file is, told by its bytes; and whether what its sender says of it can be true.

use infer::MatcherType;

use crate::picture::Format;

/// Bytes from the beginning of a file that are looked at: where every signature lies that is known here.
pub const HEAD_BYTES: usize = 8 * 1024;

/// Characters of a sender's type that a refusal repeats.
pub(crate) const SHOWN_CHARS: usize = 100;

/// What cannot be told.
const UNKNOWN: &str = "application/octet-stream";
const PLAIN_TEXT: &str = "text/plain";
const SVG: &str = "image/svg+xml";
const PDF: &str = "application/pdf";

/// What a file is, as installations allow and refuse it: the words of `files.kinds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture.
    Image,
    /// Moving pictures.
    Video,
    /// Sound.
    Audio,
    /// What people write and read: PDF, office, books.
    Document,
    /// Files in a file.
    Archive,
    /// Letters, HTML and SVG too.
    Text,
    /// What a machine runs.
    Program,
    /// Anything else.
    Other,
}

impl Kind {
    /// The word in `files.kinds`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Archive => "archive",
            Self::Text => "text",
            Self::Program => "program",
            Self::Other => "other",
        }
    }
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sniffed {
    /// A type without parameters, in lower case.
    pub content_type: String,
    /// What kind of thing that is.
    pub kind: Kind,
    /// An image that is shown in place; any other image is refused.
    pub format: Option<Format>,
}

/// Looks at the first [`HEAD_BYTES`] of a file. `declared` chooses between names of one format, such as `audio/webm` and
/// `video/webm`, and does nothing else.
pub fn sniff(head: &[u8], declared: &str) -> Sniffed {
    if is_svg(head) {
        return of(SVG, Kind::Text);
    }
    let Some(found) = infer::get(head) else {
        return if is_text(head) {
            of(PLAIN_TEXT, Kind::Text)
        } else {
            of(UNKNOWN, Kind::Other)
        };
    };
    let content_type = usual(found.mime_type());
    let kind = match (content_type, found.matcher_type()) {
        // Drawings that nothing here shows, and no camera makes.
        (PDF | "image/vnd.dwg" | "image/vnd.djvu" | "image/vnd.adobe.photoshop" | "image/openraster", _)
        | (_, MatcherType::Doc | MatcherType::Book) => Kind::Document,
        (_, MatcherType::Image) => Kind::Image,
        (_, MatcherType::Video) => Kind::Video,
        (_, MatcherType::Audio) => Kind::Audio,
        (_, MatcherType::Archive) => Kind::Archive,
        ("text/x-shellscript", _) | (_, MatcherType::App) => Kind::Program,
        (_, MatcherType::Text) => Kind::Text,
        _ => Kind::Other,
    };
    let format = match content_type {
        "image/jpeg" => Some(Format::Jpeg),
        "image/png" => Some(Format::Png),
        "image/gif" => Some(Format::Gif),
        "image/webp" => Some(Format::WebP),
        _ => None,
    };
    let declared = essence(declared);
    let container = container(content_type);
    if container.is_some() && container == self::container(&declared) {
        let kind = if declared.starts_with("audio/") {
            Kind::Audio
        } else {
            Kind::Video
        };
        return Sniffed {
            content_type: usual(&declared).to_owned(),
            kind,
            format: None,
        };
    }
    Sniffed {
        content_type: content_type.to_owned(),
        kind,
        format,
    }
}

fn of(content_type: &str, kind: Kind) -> Sniffed {
    Sniffed {
        content_type: content_type.to_owned(),
        kind,
        format: None,
    }
}

/// Whether a sender's type says something that the bytes are not. No type, and "some bytes", say nothing.
pub fn is_lie(declared: &str, sniffed: &Sniffed) -> bool {
    let declared = essence(declared);
    let declared = usual(&declared);
    if matches!(
        declared,
        "" | UNKNOWN | "binary/octet-stream" | "application/x-download"
    ) {
        return false;
    }
    let found = sniffed.content_type.as_str();
    if declared == found {
        return false;
    }
    match (class(declared), class(found)) {
        // A spreadsheet's type on a list with commas is what half of the world's machines say.
        (Class::Bytes, Class::Text) => infer::is_mime_supported(declared) && !declared.contains("excel"),
        // Office files are archives, programs may be; only what would have been known must have been found.
        (Class::Bytes, Class::Bytes) | (Class::Text, Class::Text) => false,
        // What cannot be known cannot be a lie.
        (Class::Picture | Class::Media, Class::Bytes) if found == UNKNOWN => {
            infer::is_mime_supported(declared) || is_shown(declared)
        }
        (Class::Media, Class::Media) => container(declared) != container(found) || container(found).is_none(),
        _ => true,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Picture,
    Media,
    Text,
    Pdf,
    Bytes,
}

fn class(content_type: &str) -> Class {
    match content_type.split_once('/') {
        Some(("image", "svg+xml") | ("text", _)) => Class::Text,
        Some(("image", _)) => Class::Picture,
        Some(("audio" | "video", _)) => Class::Media,
        Some(("application", "pdf")) => Class::Pdf,
        Some(("application", kind))
            if kind.ends_with("+xml")
                || kind.ends_with("+json")
                || matches!(
                    kind,
                    "json" | "xml" | "javascript" | "x-javascript" | "yaml" | "x-yaml" | "sql"
                ) =>
        {
            Class::Text
        }
        _ => Class::Bytes,
    }
}

/// What a browser would show or play by that name.
fn is_shown(content_type: &str) -> bool {
    matches!(
        content_type,
        "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "video/mp4" | "video/webm" | "audio/mpeg"
    )
}

/// Formats that hold sound as well as pictures go by several names.
fn container(content_type: &str) -> Option<&'static str> {
    Some(match content_type {
        "video/mp4" | "audio/mp4" | "video/quicktime" | "video/3gpp" | "audio/3gpp" => "mp4",
        "video/webm" | "audio/webm" | "video/x-matroska" | "audio/x-matroska" => "matroska",
        "video/ogg" | "audio/ogg" | "audio/opus" => "ogg",
        _ => return None,
    })
}

/// The one name of types that have several.
fn usual(content_type: &str) -> &str {
    match content_type {
        "image/jpg" | "image/pjpeg" => "image/jpeg",
        "image/x-png" | "image/apng" => "image/png",
        "audio/mp3" | "audio/x-mp3" | "audio/x-mpeg" => "audio/mpeg",
        "audio/m4a" | "audio/x-m4a" | "audio/aacp" => "audio/mp4",
        "audio/wav" | "audio/wave" | "audio/vnd.wave" => "audio/x-wav",
        "audio/flac" => "audio/x-flac",
        "audio/x-aac" => "audio/aac",
        "video/x-m4v" => "video/mp4",
        "video/avi" | "video/msvideo" => "video/x-msvideo",
        "application/ogg" => "audio/ogg",
        "application/x-pdf" => PDF,
        other => other,
    }
}

/// Without parameters and capitals.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn is_svg(head: &[u8]) -> bool {
    let head = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    let opens = |window: &[u8]| window.eq_ignore_ascii_case(b"<svg");
    head.starts_with(b"<") && head.windows(4).any(opens)
}

/// No control characters but those of lines: holds for every alphabet, in old one-byte spellings too; or UTF-16 that says so.
fn is_text(head: &[u8]) -> bool {
    let is_letter = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B);
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.iter().all(is_letter)
}

#[cfg(test)]
mod tests;
