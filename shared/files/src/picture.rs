//! Images: their size before anything is decoded, their cleaning, and the little that is shown until they are there.

mod extent;
mod strip;

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use crate::Refusal;

/// The formats that are taken as images: those that every browser shows, and that can be cleaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, moving ones too.
    Png,
    /// GIF.
    Gif,
    /// WebP, moving ones too.
    WebP,
}

impl Format {
    const fn decoder(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
        }
    }

    /// Whether those who show it turn it as the camera noted.
    const fn is_turned(self) -> bool {
        matches!(self, Self::Jpeg | Self::WebP)
    }
}

/// A clean image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Without what the camera noted.
    pub bytes: Bytes,
    /// In pixels, as it is shown.
    pub width: u32,
    /// In pixels, as it is shown.
    pub height: u32,
    /// A thumbhash in base64, some 30 characters. `None`: the image is too large to be decoded for it.
    pub placeholder: Option<String>,
}

/// Pixels of the largest image that is decoded for its placeholder: 24 million, a camera's, some tenths of a second.
const DECODED_PIXELS: u64 = 24_000_000;

/// Bytes that the decoded picture and its decoder may take: what 24 million pixels take in three or four bytes each, or
/// a phone's 12 million where a decoder needs nine, or eight bytes make a pixel. One image at a time is decoded.
const DECODED_BYTES: u64 = 112_000_000;

/// Pixels of a placeholder's longer side: what thumbhash takes at most.
const PLACEHOLDER_SIDE: u32 = 100;

/// Looks at an image and cleans it. Takes its time: for a thread that may be blocked.
pub(crate) fn clean(format: Format, bytes: &Bytes, max_pixels: u64) -> Result<Picture, Refusal> {
    let unreadable = |_| Refusal::UnreadableImage;
    let extent = extent::measure(format, bytes, max_pixels)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.decoder());
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let claimed = u64::from(width) * u64::from(height);
    // The decoder has read the same headers; where it sees more in them, it is believed.
    if claimed == 0 {
        return Err(Refusal::UnreadableImage);
    }
    if claimed > max_pixels {
        return Err(Refusal::TooManyPixels { max: max_pixels });
    }
    let orientation = if format.is_turned() {
        decoder.orientation().unwrap_or(Orientation::NoTransforms)
    } else {
        Orientation::NoTransforms
    };
    let stripped = strip::strip(format, bytes, orientation.to_exif()).ok_or(Refusal::UnreadableImage)?;
    let pixels = extent.pixels.max(claimed);
    let cost = decoder
        .total_bytes()
        .saturating_add(pixels.saturating_mul(extent.aside));
    let placeholder = if pixels <= DECODED_PIXELS && cost <= DECODED_BYTES {
        let shown = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
        Some(placeholder(&shown, orientation))
    } else {
        None
    };
    let is_sideways = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (width, height) = if is_sideways {
        (height, width)
    } else {
        (width, height)
    };
    Ok(Picture {
        bytes: Bytes::from(stripped),
        width,
        height,
        placeholder,
    })
}

fn placeholder(decoded: &DynamicImage, orientation: Orientation) -> String {
    let mut small = decoded.thumbnail(PLACEHOLDER_SIDE, PLACEHOLDER_SIDE);
    small.apply_orientation(orientation);
    let small = small.into_rgba8();
    // No side is longer than a hundred.
    let (width, height) = (small.width() as usize, small.height() as usize);
    STANDARD.encode(thumbhash::rgba_to_thumb_hash(width, height, small.as_raw()))
}

#[cfg(test)]
mod tests;
