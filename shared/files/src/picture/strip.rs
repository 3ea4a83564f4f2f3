//! Takes out of an image what says more than the picture: where and by what it was made, comments, hidden previews.
//!
//! Nothing is decoded: what is known to belong to the picture is copied, byte for byte, and the rest left out, with
//! whatever lies behind the picture's end. So quality and animations stay as they are. Libraries that edit metadata
//! know a list of what to drop; here is a list of what to keep, and a list of that kind they do not offer.

use super::Format;

/// The orientation that needs no word.
pub(super) const UPRIGHT: u8 = 1;

/// The picture alone; `None` when the bytes are not of the format. JPEG and WebP keep how the camera was held.
pub(super) fn strip(format: Format, bytes: &[u8], orientation: u8) -> Option<Vec<u8>> {
    match format {
        Format::Jpeg => jpeg(bytes, orientation),
        Format::Png => png(bytes),
        Format::Gif => gif(bytes),
        Format::WebP => webp(bytes, orientation),
    }
}

/// What has not been read yet.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }
}

/// The smallest EXIF that there is: one entry, the orientation.
fn exif(orientation: u8) -> [u8; 26] {
    let mut exif = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    exif[18] = orientation;
    exif
}

const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
pub(super) const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
pub(super) const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;
const COMMENT: u8 = 0xFE;

fn jpeg(bytes: &[u8], orientation: u8) -> Option<Vec<u8>> {
    let mut input = Reader(bytes);
    let mut kept = Vec::with_capacity(bytes.len());
    if input.array()? != [0xFF, SOI] {
        return None;
    }
    kept.extend([0xFF, SOI]);
    let mut owes_orientation = orientation != UPRIGHT;
    loop {
        // Some cameras forget the end.
        let marker = if input.0.is_empty() {
            EOI
        } else {
            marker(&mut input)?
        };
        if marker == EOI {
            kept.extend([0xFF, EOI]);
            return Some(kept);
        }
        if is_bare(marker) {
            continue;
        }
        if owes_orientation && marker != APP0 {
            segment(
                &mut kept,
                APP1,
                &[b"Exif\0\0".as_slice(), &exif(orientation)].concat(),
            );
            owes_orientation = false;
        }
        let length = usize::from(u16::from_be_bytes(input.array()?));
        let body = input.take(length.checked_sub(2)?)?;
        if belongs_to_jpeg(marker, body) {
            segment(&mut kept, marker, body);
        }
        if marker == SOS {
            let scan = input.take(end_of_scan(input.0))?;
            kept.extend(scan);
        }
    }
}

/// `0xFF` any number of times, then what it is.
pub(super) fn marker(input: &mut Reader<'_>) -> Option<u8> {
    if input.byte()? != 0xFF {
        return None;
    }
    loop {
        let byte = input.byte()?;
        if byte != 0xFF {
            return Some(byte);
        }
    }
}

/// Whether nothing belongs to a marker, not even a length.
pub(super) const fn is_bare(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xD0..=0xD7)
}

fn segment(kept: &mut Vec<u8>, marker: u8, body: &[u8]) {
    // A body was read by a length of two bytes, which counts itself; our own is short.
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    kept.extend([0xFF, marker]);
    kept.extend(length.to_be_bytes());
    kept.extend(body);
}

/// Of what applications add only what colours need: the density, the profile, Adobe's transform.
fn belongs_to_jpeg(marker: u8, body: &[u8]) -> bool {
    match marker {
        APP0 => body.starts_with(b"JFIF\0"),
        APP2 => body.starts_with(b"ICC_PROFILE\0"),
        APP14 => body.starts_with(b"Adobe"),
        APP1..=APP15 | COMMENT => false,
        _ => true,
    }
}

/// Where the next marker is that is not part of the scan itself: stuffed zeros and restarts are.
pub(super) fn end_of_scan(bytes: &[u8]) -> usize {
    bytes
        .windows(2)
        .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF))
        .unwrap_or(bytes.len())
}

const PNG_SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Chunks that a decoder may ignore and that belong to the picture all the same: colours, transparency, animation.
const PNG_KEPT: [&[u8; 4]; 12] = [
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL",
    b"fdAT",
];

/// What comes behind the signature.
pub(super) fn png_signature(bytes: &[u8]) -> Option<Reader<'_>> {
    bytes.strip_prefix(&PNG_SIGNATURE).map(Reader)
}

/// The next chunk's kind and body, without its checksum.
pub(super) fn png_chunk<'a>(input: &mut Reader<'a>) -> Option<([u8; 4], &'a [u8])> {
    let size = usize::try_from(u32::from_be_bytes(input.array()?)).ok()?;
    let kind = input.array()?;
    let body = input.take(size)?;
    let _checksum = input.take(4)?;
    Some((kind, body))
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut input = png_signature(bytes)?;
    kept.extend(PNG_SIGNATURE);
    loop {
        let before = input.0;
        let (kind, _) = png_chunk(&mut input)?;
        // A capital first letter: nobody can show the picture without it.
        if kind[0].is_ascii_uppercase() || PNG_KEPT.contains(&&kind) {
            kept.extend(before.get(..before.len() - input.0.len())?);
        }
        if &kind == b"IEND" {
            return Some(kept);
        }
    }
}

const WEBP_KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];

/// The bits of VP8X that promise EXIF and XMP.
const WEBP_EXIF: u8 = 0x08;
const WEBP_XMP: u8 = 0x04;

/// What a RIFF file that says it is WebP holds.
pub(super) fn riff_webp(bytes: &[u8]) -> Option<Reader<'_>> {
    let mut input = Reader(bytes);
    if &input.array()? != b"RIFF" {
        return None;
    }
    let size = usize::try_from(u32::from_le_bytes(input.array()?)).ok()?;
    input = Reader(input.take(size.min(input.0.len()))?);
    (&input.array()? == b"WEBP").then_some(input)
}

/// The next chunk's kind and body.
pub(super) fn riff_chunk<'a>(input: &mut Reader<'a>) -> Option<([u8; 4], &'a [u8])> {
    let kind = input.array()?;
    let size = usize::try_from(u32::from_le_bytes(input.array()?)).ok()?;
    let body = input.take(size)?;
    // Chunks begin at even places; the last one's padding is often forgotten.
    let _padding = input.take((size % 2).min(input.0.len()))?;
    Some((kind, body))
}

fn webp(bytes: &[u8], orientation: u8) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut input = riff_webp(bytes)?;
    kept.extend(*b"RIFF\0\0\0\0WEBP");
    let mut is_extended = false;
    while !input.0.is_empty() {
        let (kind, body) = riff_chunk(&mut input)?;
        if !WEBP_KEPT.contains(&&kind) {
            continue;
        }
        let start = kept.len() + 8;
        chunk(&mut kept, kind, body)?;
        if &kind == b"VP8X" {
            is_extended = true;
            let flags = kept.get_mut(start)?;
            *flags &= !(WEBP_EXIF | WEBP_XMP);
            if orientation != UPRIGHT {
                *flags |= WEBP_EXIF;
            }
        }
    }
    if is_extended && orientation != UPRIGHT {
        chunk(&mut kept, *b"EXIF", &exif(orientation))?;
    }
    let size = u32::try_from(kept.len().checked_sub(8)?).ok()?;
    kept.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(kept)
}

fn chunk(kept: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) -> Option<()> {
    kept.extend(kind);
    kept.extend(u32::try_from(body.len()).ok()?.to_le_bytes());
    kept.extend(body);
    if body.len() % 2 == 1 {
        kept.push(0);
    }
    Some(())
}

pub(super) const GIF_IMAGE: u8 = 0x2C;
pub(super) const GIF_EXTENSION: u8 = 0x21;
pub(super) const GIF_TRAILER: u8 = 0x3B;
const GIF_CONTROL: u8 = 0xF9;
const GIF_APPLICATION: u8 = 0xFF;

fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut input = Reader(bytes);
    let mut kept = Vec::with_capacity(bytes.len());
    let head = input.take(13)?;
    if !(head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a")) {
        return None;
    }
    kept.extend(head);
    kept.extend(input.take(colour_table(head[10]))?);
    loop {
        // Some encoders forget the end.
        let introducer = input.byte().unwrap_or(GIF_TRAILER);
        let before = input.0;
        let is_kept = match introducer {
            GIF_TRAILER => {
                kept.push(GIF_TRAILER);
                return Some(kept);
            }
            GIF_IMAGE => {
                let descriptor = input.take(9)?;
                input.take(colour_table(descriptor[8]) + 1)?;
                true
            }
            GIF_EXTENSION => match input.byte()? {
                GIF_CONTROL => true,
                // How often it is repeated.
                GIF_APPLICATION => {
                    input.0.starts_with(b"\x0bNETSCAPE2.0") || input.0.starts_with(b"\x0bANIMEXTS1.0")
                }
                _ => false,
            },
            _ => return None,
        };
        sub_blocks(&mut input)?;
        if is_kept {
            kept.push(introducer);
            kept.extend(before.get(..before.len() - input.0.len())?);
        }
    }
}

/// Passes over the blocks of an image or an extension, to behind the empty one that ends them.
pub(super) fn sub_blocks(input: &mut Reader<'_>) -> Option<()> {
    loop {
        let size = usize::from(input.byte()?);
        if size == 0 {
            return Some(());
        }
        input.take(size)?;
    }
}

/// The bytes of a table of colours, by the flags that announce it.
pub(super) fn colour_table(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 0x07) + 1)
    }
}
