//! Images of a few kilobytes that unpack to much more.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::*;

/// More than a colour profile, or the rows of a small picture, may unpack to.
const ZEROS: usize = 32 * 1024 * 1024;

fn packed(zeros: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![0; zeros]).unwrap();
    encoder.finish().unwrap()
}

fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(body);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [length.as_slice(), &kind, body, &crc.sum().to_be_bytes()].concat()
}

/// A picture of 64 pixels each way, with a profile and rows of so many bytes.
fn grey(profile: usize, rows: usize) -> Vec<u8> {
    let header = [0, 0, 0, 64, 0, 0, 0, 64, 8, 0, 0, 0, 0];
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", &header),
        chunk(*b"iCCP", &[b"colours\0\0".to_vec(), packed(profile)].concat()),
        chunk(*b"IDAT", &packed(rows)),
        chunk(*b"IEND", &[]),
    ]
    .concat()
}

#[tokio::test]
async fn images_that_unpack_to_more_than_they_show_are_refused_with_words() {
    on_sqlite(async |app| {
        let anna = app.person("Anna").await;
        let rows = 64 * 65;
        for (image, words) in [
            (grey(ZEROS, rows), "colour profile is larger than"),
            (grey(3_000, ZEROS), "unpack to more than its pixels"),
        ] {
            assert!(image.len() < 256 * 1024, "{}", image.len());
            let answer = post(app, &anna, form(&image, "bomb.png", "image/png")).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], "invalid");
            assert!(problem.to_string().contains(words), "{problem}");
        }
        let deadline = Instant::now() + PATIENCE;
        while !app.stored_files().is_empty() {
            assert!(Instant::now() < deadline, "{:?}", app.stored_files());
            sleep(Duration::from_millis(20)).await;
        }
        let file = upload(app, &anna, form(&grey(3_000, rows), "grey.png", "image/png")).await;
        assert_eq!(file["file_type"], "image");
        assert_eq!(app.stored_files().len(), 1);
    })
    .await;
}
