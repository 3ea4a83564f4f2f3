//! How much there is in an image, counted before anything is decoded: a few bytes may claim, or unpack to, gigabytes.
//!
//! The counts come from the headers; PNG alone packs what the headers do not bound, so its data are unpacked into a
//! buffer that is thrown away, up to what they may be.

use flate2::{Decompress, FlushDecompress, Status};

use super::strip::{
    APP2, EOI, GIF_EXTENSION, GIF_IMAGE, GIF_TRAILER, Reader, SOS, colour_table, end_of_scan, is_bare,
    marker, png_chunk, png_signature, riff_chunk, riff_webp, sub_blocks,
};
use super::{Format, Refusal};

/// Bytes of a colour profile, unpacked: those of screens and cameras take some kilobytes, the largest of printers two
/// to three megabytes.
pub(super) const PROFILE_BYTES: u64 = 4 * 1024 * 1024;

/// Pixels of all frames of a moving image, or of all passes over a still one, together: a minute in Full HD at eight
/// frames a second, or ten passes of a progressive JPEG twice as large as is taken. Whoever shows it computes them all.
pub(super) const PIXELS_OF_ALL_FRAMES: u64 = 1_000_000_000;

/// Bytes that a PNG's data may hold behind the last row: some encoders fill up their last block, and decoders pass
/// over it.
const BYTES_BEHIND_ROWS: u64 = 64 * 1024;

/// Bytes that are unpacked at a time, and forgotten.
const SCRATCH_BYTES: usize = 32 * 1024;

/// What the headers of an image tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    /// Pixels of the canvas, or of a frame that is larger: what a decoder makes room for.
    pub(super) pixels: u64,
    /// Bytes for each of these pixels that the decoder takes besides the decoded picture.
    pub(super) aside: u64,
    /// Frames of a moving image, passes over a still one.
    frames: u64,
    /// Bytes of the colour profile as they stand in the file.
    profile: u64,
}

impl Extent {
    fn area(&mut self, width: impl Into<u64>, height: impl Into<u64>) {
        self.pixels = self.pixels.max(width.into().saturating_mul(height.into()));
    }
}

/// Counts, and refuses what is too much for whoever shows it.
pub(super) fn measure(format: Format, bytes: &[u8], max_pixels: u64) -> Result<Extent, Refusal> {
    let extent = match format {
        Format::Jpeg => jpeg(bytes),
        Format::Png => png(bytes),
        Format::Gif => gif(bytes),
        Format::WebP => webp(bytes),
    };
    let extent = extent.ok_or(Refusal::UnreadableImage)?;
    if extent.pixels == 0 {
        return Err(Refusal::UnreadableImage);
    }
    if extent.pixels > max_pixels {
        return Err(Refusal::TooManyPixels { max: max_pixels });
    }
    let max = PIXELS_OF_ALL_FRAMES.max(max_pixels);
    if extent.frames.saturating_mul(extent.pixels) > max {
        return Err(Refusal::TooManyFrames { max });
    }
    if extent.profile > PROFILE_BYTES {
        return Err(Refusal::ProfileTooLarge { max: PROFILE_BYTES });
    }
    if format == Format::Png {
        unpack_png(bytes)?;
    }
    Ok(extent)
}

/// The marker of frames in several passes; a decoder holds two bytes for each of three colours until the last one.
const PROGRESSIVE: u8 = 0xC2;
const PROGRESSIVE_ASIDE: u64 = 6;

fn jpeg(bytes: &[u8]) -> Option<Extent> {
    let mut input = Reader(bytes);
    let mut extent = Extent::default();
    // SOI.
    input.take(2)?;
    while !input.0.is_empty() {
        let marker = marker(&mut input)?;
        if marker == EOI {
            break;
        }
        if is_bare(marker) {
            continue;
        }
        let length = usize::from(u16::from_be_bytes(input.array()?));
        let body = input.take(length.checked_sub(2)?)?;
        match marker {
            // Tables, and what extends the markers; the rest of these are frames.
            0xC4 | 0xC8 | 0xCC => {}
            0xC0..=0xCF => {
                let [_, high, low, wide, narrow] = *body.first_chunk()?;
                extent.area(
                    u16::from_be_bytes([wide, narrow]),
                    u16::from_be_bytes([high, low]),
                );
                if marker == PROGRESSIVE {
                    extent.aside = PROGRESSIVE_ASIDE;
                }
            }
            APP2 if body.starts_with(b"ICC_PROFILE\0") => extent.profile += body.len() as u64,
            SOS => {
                extent.frames += 1;
                input.take(end_of_scan(input.0))?;
            }
            _ => {}
        }
    }
    Some(extent)
}

/// The frame is decoded beside the canvas and then put into it.
const GIF_ASIDE: u64 = 4;

fn gif(bytes: &[u8]) -> Option<Extent> {
    let mut input = Reader(bytes);
    let mut extent = Extent {
        aside: GIF_ASIDE,
        ..Extent::default()
    };
    let head: [u8; 13] = input.array()?;
    extent.area(little(&head[6..8])?, little(&head[8..10])?);
    input.take(colour_table(head[10]))?;
    loop {
        match input.byte().unwrap_or(GIF_TRAILER) {
            GIF_TRAILER => return Some(extent),
            GIF_IMAGE => {
                let descriptor: [u8; 9] = input.array()?;
                extent.area(little(&descriptor[4..6])?, little(&descriptor[6..8])?);
                extent.frames += 1;
                input.take(colour_table(descriptor[8]) + 1)?;
            }
            GIF_EXTENSION => {
                input.byte()?;
            }
            _ => return None,
        }
        sub_blocks(&mut input)?;
    }
}

/// A number of two bytes or three, the smallest first.
fn little(bytes: &[u8]) -> Option<u32> {
    match *bytes {
        [low, high] => Some(u32::from_le_bytes([low, high, 0, 0])),
        [low, middle, high] => Some(u32::from_le_bytes([low, middle, high, 0])),
        _ => None,
    }
}

/// The planes of a lossy picture, or a lossless one's transparency that nobody asked for.
const WEBP_ASIDE: u64 = 4;

fn webp(bytes: &[u8]) -> Option<Extent> {
    let mut extent = Extent {
        aside: WEBP_ASIDE,
        ..Extent::default()
    };
    let mut input = riff_webp(bytes)?;
    while !input.0.is_empty() {
        let (kind, body) = riff_chunk(&mut input)?;
        match &kind {
            b"VP8X" => extent.area(little(body.get(4..7)?)? + 1, little(body.get(7..10)?)? + 1),
            b"ICCP" => extent.profile += body.len() as u64,
            b"ANMF" => {
                extent.area(little(body.get(6..9)?)? + 1, little(body.get(9..12)?)? + 1);
                extent.frames += 1;
                let mut frame = Reader(body.get(16..)?);
                while !frame.0.is_empty() {
                    let (kind, body) = riff_chunk(&mut frame)?;
                    bitstream(&mut extent, kind, body)?;
                }
            }
            _ => bitstream(&mut extent, kind, body)?,
        }
    }
    Some(extent)
}

/// The size that the picture's own data claim, whatever the file says around them.
fn bitstream(extent: &mut Extent, kind: [u8; 4], body: &[u8]) -> Option<()> {
    /// Each side takes fourteen bits.
    const SIDE: u32 = 0x3FFF;
    match &kind {
        b"VP8 " => extent.area(little(body.get(6..8)?)? & SIDE, little(body.get(8..10)?)? & SIDE),
        b"VP8L" => {
            let sides = u32::from_le_bytes(*body.get(1..5)?.first_chunk()?);
            extent.area((sides & SIDE) + 1, ((sides >> 14) & SIDE) + 1);
        }
        _ => {}
    }
    Some(())
}

fn png(bytes: &[u8]) -> Option<Extent> {
    let mut input = png_signature(bytes)?;
    let mut extent = Extent::default();
    loop {
        let (kind, body) = png_chunk(&mut input)?;
        match &kind {
            b"IHDR" => extent.area(big(body.get(..4)?)?, big(body.get(4..8)?)?),
            b"fcTL" => {
                extent.area(big(body.get(4..8)?)?, big(body.get(8..12)?)?);
                extent.frames += 1;
            }
            b"IEND" => return Some(extent),
            _ => {}
        }
    }
}

fn big(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Refuses a PNG whose profile or rows unpack to more than they may. Frames after the first are not unpacked here: their
/// sizes have been counted, and nobody shows what is behind a frame's last row.
fn unpack_png(bytes: &[u8]) -> Result<(), Refusal> {
    let unreadable = || Refusal::UnreadableImage;
    let mut input = png_signature(bytes).ok_or_else(unreadable)?;
    let (kind, header) = png_chunk(&mut input).ok_or_else(unreadable)?;
    if &kind != b"IHDR" {
        return Err(Refusal::UnreadableImage);
    }
    let rows = row_bytes(header).ok_or_else(unreadable)?;
    let mut rows = Unpacking::new(rows.saturating_add(BYTES_BEHIND_ROWS));
    let mut has_profile = false;
    loop {
        let (kind, body) = png_chunk(&mut input).ok_or_else(unreadable)?;
        match &kind {
            b"IDAT" => match rows.add(body) {
                Unpacked::Fits => {}
                Unpacked::TooMuch => return Err(Refusal::DataBeyondPixels),
                Unpacked::Broken => return Err(Refusal::UnreadableImage),
            },
            // One is all that a PNG may have.
            b"iCCP" if has_profile => return Err(Refusal::UnreadableImage),
            b"iCCP" => {
                has_profile = true;
                // A name, its end, and the method; what has none of these, or is broken, is no profile to anybody.
                let Some(end) = body.iter().position(|byte| *byte == 0) else {
                    continue;
                };
                let mut profile = Unpacking::new(PROFILE_BYTES);
                if profile.add(body.get(end + 2..).unwrap_or_default()) == Unpacked::TooMuch {
                    return Err(Refusal::ProfileTooLarge { max: PROFILE_BYTES });
                }
            }
            b"IHDR" => return Err(Refusal::UnreadableImage),
            b"IEND" => return Ok(()),
            _ => {}
        }
    }
}

/// The columns and rows of each of the seven passes of an interlaced PNG: the first, and the step to the next.
const ADAM7: [[u32; 4]; 7] = [
    [0, 8, 0, 8],
    [4, 8, 0, 8],
    [0, 4, 4, 8],
    [2, 4, 0, 4],
    [0, 2, 2, 4],
    [1, 2, 0, 2],
    [0, 1, 1, 2],
];

/// The bytes of all rows of a PNG, each with the byte that tells its filter.
pub(super) fn row_bytes(header: &[u8]) -> Option<u64> {
    let (width, height) = (big(header.get(..4)?)?, big(header.get(4..8)?)?);
    let &[depth, colours, _, _, interlace] = header.get(8..13)?.first_chunk()?;
    let channels = match colours {
        0 | 3 => 1,
        2 => 3,
        4 => 2,
        6 => 4,
        _ => return None,
    };
    let pass = |width: u32, height: u32| {
        let row = (u64::from(width) * channels * u64::from(depth)).div_ceil(8) + 1;
        row.checked_mul(u64::from(if width == 0 { 0 } else { height }))
    };
    if interlace == 0 {
        return pass(width, height);
    }
    let mut bytes = 0_u64;
    for [column, columns, row, rows] in ADAM7 {
        let (width, height) = (width.saturating_sub(column), height.saturating_sub(row));
        bytes = bytes.checked_add(pass(width.div_ceil(columns), height.div_ceil(rows))?)?;
    }
    Some(bytes)
}

/// What unpacking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unpacked {
    /// As far as it goes, it fits.
    Fits,
    /// More than there is room for.
    TooMuch,
    /// It is not packed as it should be.
    Broken,
}

/// Counts what a zlib stream unpacks to, and holds none of it.
struct Unpacking {
    inflater: Decompress,
    scratch: Vec<u8>,
    /// Bytes of the stream's head that have not come yet.
    head: usize,
    is_over: bool,
    room: u64,
}

impl Unpacking {
    fn new(room: u64) -> Self {
        /// What zlib puts before the data. Its sum behind them matters to few decoders, so to none here.
        const ZLIB_HEAD: usize = 2;
        Self {
            inflater: Decompress::new(false),
            scratch: vec![0; SCRATCH_BYTES],
            head: ZLIB_HEAD,
            is_over: false,
            room,
        }
    }

    /// The next piece of the stream.
    fn add(&mut self, packed: &[u8]) -> Unpacked {
        let head = self.head.min(packed.len());
        self.head -= head;
        let mut packed = packed.get(head..).unwrap_or_default();
        while !self.is_over {
            let (read, written) = (self.inflater.total_in(), self.inflater.total_out());
            let status = self
                .inflater
                .decompress(packed, &mut self.scratch, FlushDecompress::None);
            let Ok(status) = status else {
                self.is_over = true;
                return Unpacked::Broken;
            };
            let read = self.inflater.total_in() - read;
            let written = self.inflater.total_out() - written;
            let Some(room) = self.room.checked_sub(written) else {
                return Unpacked::TooMuch;
            };
            self.room = room;
            self.is_over = status == Status::StreamEnd;
            if read == 0 && written == 0 {
                break;
            }
            packed = usize::try_from(read)
                .ok()
                .and_then(|read| packed.get(read..))
                .unwrap_or_default();
        }
        Unpacked::Fits
    }
}
