//! Small files that would cost whoever opens them much, and the ordinary ones that look like them.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use image::codecs::gif::GifEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, Frame, ImageEncoder as _, Rgb, RgbImage, Rgba, RgbaImage};

use super::super::extent::{PIXELS_OF_ALL_FRAMES, PROFILE_BYTES, row_bytes};
use super::super::*;

/// As installations have it.
const PIXELS: u64 = 50_000_000;

const RGB: u8 = 2;
const RGBA: u8 = 6;

fn judged(format: Format, bytes: &[u8]) -> Result<Picture, Refusal> {
    clean(format, &Bytes::copy_from_slice(bytes), PIXELS)
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_pixel(64, 64, Rgb([9, 99, 199]));
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn packed(zeros: u64) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(&vec![0; usize::try_from(zeros).unwrap()])
        .unwrap();
    encoder.finish().unwrap()
}

fn png_chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(body);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [length.as_slice(), &kind, body, &crc.sum().to_be_bytes()].concat()
}

/// A square PNG of what lies between its header and its end.
fn png(side: u32, depth: u8, colours: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let side = side.to_be_bytes();
    let header = [&side, &side, [depth, colours, 0, 0, 0].as_slice()].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(*b"IHDR", &header),
        chunks.concat(),
        png_chunk(*b"IEND", &[]),
    ]
    .concat()
}

fn profile(zeros: u64) -> Vec<u8> {
    png_chunk(*b"iCCP", &[b"colours\0\0".to_vec(), packed(zeros)].concat())
}

fn riff_chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    let padding = vec![0; body.len() % 2];
    [kind.as_slice(), &length, body, &padding].concat()
}

/// An extended WebP with a square canvas.
fn webp(flags: u8, side: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let side = (side - 1).to_le_bytes();
    let head = [&[flags, 0, 0, 0], &side[..3], &side[..3]].concat();
    let body = [b"WEBP".to_vec(), riff_chunk(*b"VP8X", &head), chunks.concat()].concat();
    riff_chunk(*b"RIFF", &body)
}

/// The lossless data of the 64 by 64 square, with the chunk's head.
fn lossless() -> Vec<u8> {
    encoded(ImageFormat::WebP)[12..].to_vec()
}

fn webp_frame() -> Vec<u8> {
    let sides = [0, 0, 0, 0, 0, 0, 63, 0, 0, 63, 0, 0, 100, 0, 0, 0];
    riff_chunk(*b"ANMF", &[sides.to_vec(), lossless()].concat())
}

const ANIMATED: u8 = 0x02;

fn moving_webp(side: u32, frames: usize) -> Vec<u8> {
    let animation = riff_chunk(*b"ANIM", &[0; 6]);
    webp(ANIMATED, side, &[animation, webp_frame().repeat(frames)])
}

#[test]
fn a_png_whose_profile_unpacks_to_too_much_is_refused() {
    let rows = png_chunk(*b"IDAT", &packed(64 * (1 + 64 * 3)));
    let bomb = png(64, 8, RGB, &[profile(PROFILE_BYTES + 1), rows.clone()]);
    assert!(bomb.len() < 10_000, "{}", bomb.len());
    let refused = Err(Refusal::ProfileTooLarge { max: PROFILE_BYTES });
    assert_eq!(judged(Format::Png, &bomb), refused);

    let large = png(64, 8, RGB, &[profile(PROFILE_BYTES), rows.clone()]);
    assert!(judged(Format::Png, &large).unwrap().placeholder.is_some());

    let many = png(64, 8, RGB, &[profile(1_000), profile(1_000), rows]);
    assert_eq!(judged(Format::Png, &many), Err(Refusal::UnreadableImage));
}

#[test]
fn a_png_whose_rows_unpack_to_more_than_its_pixels_is_refused() {
    let rows = 64 * (1 + 64 * 3);
    let fits = png(64, 8, RGB, &[png_chunk(*b"IDAT", &packed(rows))]);
    assert!(judged(Format::Png, &fits).unwrap().placeholder.is_some());

    let bomb = packed(rows + 1_000_000);
    let (first, rest) = bomb.split_at(1);
    // In pieces too, which are one stream to whoever reads it.
    let whole = png(64, 8, RGB, &[png_chunk(*b"IDAT", &bomb)]);
    let pieces = png(
        64,
        8,
        RGB,
        &[png_chunk(*b"IDAT", first), png_chunk(*b"IDAT", rest)],
    );
    for bomb in [whole, pieces] {
        assert_eq!(judged(Format::Png, &bomb), Err(Refusal::DataBeyondPixels));
    }
}

#[test]
fn the_rows_of_an_interlaced_png_are_those_of_its_seven_passes() {
    let header = |width: u8, height: u8, interlace| {
        let sides = [0, 0, 0, width, 0, 0, 0, height];
        [sides.as_slice(), &[8, 0, 0, 0, interlace]].concat()
    };
    assert_eq!(row_bytes(&header(8, 8, 0)), Some(8 * 9));
    // 1x1, 1x1, 2x1, 2x2, 4x2, 4x4 and 8x4, and a byte for each row.
    assert_eq!(row_bytes(&header(8, 8, 1)), Some(2 + 2 + 3 + 6 + 10 + 20 + 36));
    assert_eq!(row_bytes(&header(1, 1, 1)), Some(2));
}

#[test]
fn pixels_of_eight_bytes_count_as_such() {
    // Were it decoded, it would be found to be cut short.
    let cut = png_chunk(*b"IDAT", &packed(1_000));
    let wide = png(4_850, 16, RGBA, &[cut]);
    let picture = judged(Format::Png, &wide).unwrap();
    assert_eq!((picture.width, picture.placeholder), (4_850, None));

    let mut ordinary = Cursor::new(Vec::new());
    DynamicImage::ImageRgba16(image::ImageBuffer::new(64, 64))
        .write_to(&mut ordinary, ImageFormat::Png)
        .unwrap();
    let picture = judged(Format::Png, &ordinary.into_inner()).unwrap();
    assert!(picture.placeholder.is_some());
}

#[test]
fn a_jpeg_with_too_large_a_profile_or_too_many_passes_is_refused() {
    let plain = encoded(ImageFormat::Jpeg);
    let body = [b"ICC_PROFILE\0\x01\x01".as_slice(), &vec![0; 65_000]].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let segment = [&[0xFF, 0xE2], length.as_slice(), &body].concat();
    let mut heavy = plain.clone();
    heavy.splice(2..2, segment.repeat(65));
    let refused = Err(Refusal::ProfileTooLarge { max: PROFILE_BYTES });
    assert_eq!(judged(Format::Jpeg, &heavy), refused);

    let at = |marker: [u8; 2]| plain.windows(2).position(|pair| pair == marker).unwrap();
    let mut long = plain.clone();
    let passes = plain[at([0xFF, 0xDA])..plain.len() - 2].repeat(30);
    long.truncate(plain.len() - 2);
    long.extend(passes);
    let frame = at([0xFF, 0xC0]);
    long[frame + 5..frame + 9].copy_from_slice(&[0x1B, 0x58, 0x1B, 0x58]);
    let refused = Err(Refusal::TooManyFrames {
        max: PIXELS_OF_ALL_FRAMES,
    });
    assert_eq!(judged(Format::Jpeg, &long), refused);
}

#[test]
fn a_webp_that_holds_more_than_its_head_says_is_refused() {
    let profile = riff_chunk(*b"ICCP", &vec![0; usize::try_from(PROFILE_BYTES).unwrap() + 1]);
    let heavy = webp(0x20, 64, &[profile, lossless()]);
    let refused = Err(Refusal::ProfileTooLarge { max: PROFILE_BYTES });
    assert_eq!(judged(Format::WebP, &heavy), refused);

    // 16 384 pixels each way in the data, 64 in the head.
    let lossless = riff_chunk(*b"VP8L", b"\x2f\xff\xff\xff\x0f\0\0\0");
    let lossy = riff_chunk(*b"VP8 ", b"\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f");
    for data in [lossless, lossy] {
        let refused = Err(Refusal::TooManyPixels { max: PIXELS });
        assert_eq!(judged(Format::WebP, &webp(0, 64, &[data])), refused);
    }

    let refused = Err(Refusal::TooManyFrames {
        max: PIXELS_OF_ALL_FRAMES,
    });
    assert_eq!(judged(Format::WebP, &moving_webp(4_000, 63)), refused);
}

/// An empty picture on a canvas of two sides, and frames of two others.
fn gif(canvas: [u8; 4], frame: [u8; 4], frames: usize) -> Vec<u8> {
    let image = [
        &[0x2C, 0, 0, 0, 0],
        frame.as_slice(),
        &[0x80, 0, 0, 0, 255, 255, 255, 2, 0],
    ]
    .concat();
    [
        b"GIF89a",
        canvas.as_slice(),
        &[0, 0, 0],
        &image.repeat(frames),
        &[0x3B],
    ]
    .concat()
}

#[test]
fn a_gif_of_too_many_or_too_large_frames_is_refused() {
    // A thousand pixels each way, a frame of one pixel after the other.
    let many = gif([0xE8, 3, 0xE8, 3], [1, 0, 1, 0], 1_001);
    let refused = Err(Refusal::TooManyFrames {
        max: PIXELS_OF_ALL_FRAMES,
    });
    assert_eq!(judged(Format::Gif, &many), refused);

    let large = gif([1, 0, 1, 0], [255; 4], 1);
    let refused = Err(Refusal::TooManyPixels { max: PIXELS });
    assert_eq!(judged(Format::Gif, &large), refused);
}

#[test]
fn ordinary_images_of_these_kinds_are_taken() {
    let picture = RgbImage::from_pixel(64, 64, Rgb([9, 99, 199]));
    let mut coloured = Vec::new();
    let mut encoder = PngEncoder::new(&mut coloured);
    encoder.set_icc_profile(vec![7; 3_000]).unwrap();
    encoder
        .write_image(picture.as_raw(), 64, 64, ExtendedColorType::Rgb8)
        .unwrap();

    let mut moving = Vec::new();
    let frames = (0..20).map(|shade| Frame::new(RgbaImage::from_pixel(64, 64, Rgba([shade, 0, 0, 255]))));
    GifEncoder::new(&mut moving).encode_frames(frames).unwrap();

    for (format, bytes) in [
        (Format::Png, coloured),
        (Format::Gif, moving),
        (Format::WebP, moving_webp(64, 20)),
    ] {
        let picture = judged(format, &bytes).unwrap();
        assert_eq!((picture.width, picture.height), (64, 64), "{format:?}");
        assert!(picture.placeholder.is_some(), "{format:?}");
        assert_eq!(picture.bytes, bytes, "{format:?}");
    }
}
