mod bombs;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder as _, Rgb, RgbImage};

use super::strip::strip;
use super::*;

const PIXELS: u64 = 1_000_000;
const SECRET: &[u8] = b"made by Anna at 42.87 N, 74.59 E";

/// Left half red, right half blue, twice as wide as high.
fn drawing() -> RgbImage {
    RgbImage::from_fn(64, 32, |x, _| {
        if x < 32 {
            Rgb([255, 0, 0])
        } else {
            Rgb([0, 0, 255])
        }
    })
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    drawing().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn holds_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|window| window == SECRET)
}

fn cleaned(format: Format, bytes: Vec<u8>) -> Picture {
    clean(format, &Bytes::from(bytes), PIXELS).unwrap()
}

/// EXIF with an orientation, and with what nobody else should know behind it.
fn exif_of(orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    exif[18] = orientation;
    exif.extend(SECRET);
    exif
}

fn jpeg_with(orientation: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif_of(orientation)).unwrap();
    let drawing = drawing();
    encoder
        .write_image(drawing.as_raw(), 64, 32, image::ExtendedColorType::Rgb8)
        .unwrap();
    assert!(holds_secret(&bytes));
    bytes
}

fn pixels(format: Format, bytes: &[u8]) -> Vec<u8> {
    image::load_from_memory_with_format(bytes, format.decoder())
        .unwrap()
        .into_rgb8()
        .into_raw()
}

#[test]
fn a_jpeg_loses_what_the_camera_noted_and_no_pixel() {
    let before = jpeg_with(1);
    let picture = cleaned(Format::Jpeg, before.clone());
    assert!(!holds_secret(&picture.bytes));
    assert_eq!((picture.width, picture.height), (64, 32));
    assert_eq!(
        pixels(Format::Jpeg, &picture.bytes),
        pixels(Format::Jpeg, &before)
    );
}

#[test]
fn a_photo_held_upright_stays_upright() {
    let picture = cleaned(Format::Jpeg, jpeg_with(6));
    assert!(!holds_secret(&picture.bytes));
    assert_eq!((picture.width, picture.height), (32, 64));
    let again = cleaned(Format::Jpeg, picture.bytes.to_vec());
    assert_eq!((again.width, again.height), (32, 64));
    assert_eq!(again.bytes, picture.bytes);
}

#[test]
fn what_hides_behind_the_end_of_a_picture_goes() {
    for (format, encoder) in [
        (Format::Jpeg, ImageFormat::Jpeg),
        (Format::Png, ImageFormat::Png),
        (Format::Gif, ImageFormat::Gif),
        (Format::WebP, ImageFormat::WebP),
    ] {
        let plain = encoded(encoder);
        let mut longer = plain.clone();
        longer.extend(SECRET);
        let picture = cleaned(format, longer);
        assert!(!holds_secret(&picture.bytes), "{format:?}");
        assert_eq!(
            pixels(format, &picture.bytes),
            pixels(format, &plain),
            "{format:?}"
        );
    }
}

#[test]
fn comments_of_png_gif_and_webp_go() {
    let mut png = encoded(ImageFormat::Png);
    // Behind the signature and IHDR; nobody checks the sum of a chunk that is dropped.
    let chunk = [
        &u32::try_from(SECRET.len()).unwrap().to_be_bytes(),
        b"tEXt".as_slice(),
        SECRET,
        &[0; 4],
    ]
    .concat();
    png.splice(33..33, chunk);

    let mut gif = encoded(ImageFormat::Gif);
    let comment = [&[0x21, 0xFE, u8::try_from(SECRET.len()).unwrap()], SECRET, &[0]].concat();
    let end = gif.len() - 1;
    gif.splice(end..end, comment);

    let mut webp = encoded(ImageFormat::WebP);
    webp.extend(
        [
            b"XMP ".as_slice(),
            &u32::try_from(SECRET.len()).unwrap().to_le_bytes(),
            SECRET,
        ]
        .concat(),
    );
    let size = u32::try_from(webp.len() - 8).unwrap();
    webp[4..8].copy_from_slice(&size.to_le_bytes());

    for (format, bytes) in [(Format::Png, png), (Format::Gif, gif), (Format::WebP, webp)] {
        assert!(holds_secret(&bytes));
        let stripped = strip(format, &bytes, 1).unwrap();
        assert!(!holds_secret(&stripped), "{format:?}");
        assert_eq!(pixels(format, &stripped).len(), 64 * 32 * 3, "{format:?}");
    }
}

#[test]
fn a_small_file_that_claims_billions_of_pixels_is_refused_before_it_is_decoded() {
    let side = 50_000_u32;
    let mut png = encoded(ImageFormat::Png);
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let refused = clean(Format::Png, &Bytes::from(png), PIXELS);
    assert_eq!(refused, Err(Refusal::TooManyPixels { max: PIXELS }));

    let mut gif = encoded(ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0x50, 0xC3, 0x50, 0xC3]);
    let refused = clean(Format::Gif, &Bytes::from(gif), PIXELS);
    assert_eq!(refused, Err(Refusal::TooManyPixels { max: PIXELS }));
}

/// The sum that PNG puts behind each chunk.
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                0xEDB8_8320 ^ (sum >> 1)
            } else {
                sum >> 1
            }
        })
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn what_only_begins_like_an_image_is_refused() {
    for format in [Format::Jpeg, Format::Png, Format::Gif, Format::WebP] {
        let whole = encoded(format.decoder());
        for cut in [1, 12, 20, whole.len() / 2] {
            let bytes = Bytes::copy_from_slice(&whole[..cut]);
            // The first lines of a picture are a picture to some decoders; nothing may panic, and no header is none.
            let seen = clean(format, &bytes, PIXELS);
            assert!(seen.is_err() || cut > 20, "{format:?} {cut}");
        }
    }
}

#[test]
fn an_image_has_a_placeholder_of_its_colours() {
    let picture = cleaned(Format::Png, encoded(ImageFormat::Png));
    let hash = STANDARD.decode(picture.placeholder.unwrap()).unwrap();
    assert!(hash.len() < 40, "{}", hash.len());
    let (width, height, rgba) = thumbhash::thumb_hash_to_rgba(&hash).unwrap();
    assert!(width > height);
    let (left, right) = (&rgba[..4], &rgba[(width - 1) * 4..width * 4]);
    assert!(
        left[0] > 150 && left[2] < 120 && right[2] > 150 && right[0] < 120,
        "{left:?} {right:?}"
    );
}
