//! One suite for both places: a folder, and a bucket of an S3 that runs inside the test, checks signatures, and speaks the
//! real protocol.

#![cfg(test)]

mod place;

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use files::{FileKey, Files, Format, Refusal};
use futures_util::TryStreamExt as _;
use protocol::Timestamp;
use runtime::Clock;
use tokio::time::{Instant, sleep};

use place::Place;

/// A little more than a bucket's part, and no multiple of anything.
const SIZE: u32 = 6 * 1024 * 1024 + 7;

macro_rules! on_both_places {
    ($($case:ident),+ $(,)?) => {
        mod folder {
            $(
                #[tokio::test]
                async fn $case() {
                    let place = super::Place::folder();
                    super::$case(&place).await;
                }
            )+
        }

        mod bucket {
            $(
                #[tokio::test]
                async fn $case() {
                    let place = super::Place::bucket().await;
                    super::$case(&place).await;
                }
            )+
        }
    };
}

on_both_places!(
    a_file_comes_out_as_it_went_in_whole_or_in_part,
    what_is_not_finished_never_was,
    a_removed_file_is_gone_and_may_be_removed_again,
    only_files_of_ours_are_listed_and_by_their_age,
    an_image_is_cleaned_where_it_lies,
    what_only_claims_to_be_an_image_stays_as_it_is,
);

async fn put(files: &Files, bytes: &[u8]) -> FileKey {
    let key = FileKey::random();
    let mut writing = files.write(key).await.unwrap();
    for piece in bytes.chunks(100_000) {
        writing.push(piece).await.unwrap();
    }
    writing.finish().await.unwrap();
    key
}

async fn read(files: &Files, key: FileKey, range: Range<u64>) -> Option<Vec<u8>> {
    let reading = files.read(key, range).await.unwrap()?;
    let parts: Vec<Bytes> = reading.try_collect().await.unwrap();
    Some(parts.concat())
}

async fn keys(files: &Files, before: Timestamp) -> Vec<FileKey> {
    files.written_before(before).try_collect().await.unwrap()
}

async fn a_file_comes_out_as_it_went_in_whole_or_in_part(place: &Place) {
    let files = place.open();
    let bytes: Vec<u8> = (0..SIZE).map(|number| (number % 251) as u8).collect();
    let key = put(&files, &bytes).await;
    assert_eq!(read(&files, key, 0..u64::from(SIZE)).await.unwrap(), bytes);
    let part = 5 * 1024 * 1024 - 5..5 * 1024 * 1024 + 5;
    let found = read(&files, key, part.start as u64..part.end as u64)
        .await
        .unwrap();
    assert_eq!(found, bytes[part]);
}

async fn what_is_not_finished_never_was(place: &Place) {
    let files = place.open();
    let key = FileKey::random();
    let mut writing = files.write(key).await.unwrap();
    writing.push(&vec![7; SIZE as usize]).await.unwrap();
    assert!(read(&files, key, 0..1).await.is_none());
    drop(writing);
    assert!(read(&files, key, 0..1).await.is_none());
    let deadline = Instant::now() + Duration::from_secs(20);
    while place.bytes_on_disk() > 1_000_000 {
        assert!(Instant::now() < deadline, "the parts are still there");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn a_removed_file_is_gone_and_may_be_removed_again(place: &Place) {
    let files = place.open();
    let key = put(&files, b"words").await;
    files.remove(key).await.unwrap();
    files.remove(key).await.unwrap();
    assert!(read(&files, key, 0..1).await.is_none());
}

async fn only_files_of_ours_are_listed_and_by_their_age(place: &Place) {
    let files = place.open();
    let key = put(&files, b"words").await;
    place.write_beside("not-ours.txt");
    place.write_beside(&FileKey::random().to_string());
    let now = Clock::system().now();
    let hour = Duration::from_hours(1);
    assert_eq!(keys(&files, now.plus(hour)).await, [key]);
    assert!(keys(&files, now.minus(hour)).await.is_empty());
    files.ping().await.unwrap();
}

/// Two pixels, and a comment.
const GIF: &[u8] = b"GIF89a\x02\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xfe\x06secret\0,\0\0\0\0\x02\0\x01\0\0\x02\x02\x0c\x0a\0;";

async fn an_image_is_cleaned_where_it_lies(place: &Place) {
    let files = place.open();
    let key = put(&files, GIF).await;
    let picture = files.clean(key, Format::Gif).await.unwrap().unwrap();
    assert_eq!((picture.width, picture.height), (2, 1));
    let size = picture.bytes.len() as u64;
    let lies = read(&files, key, 0..size).await.unwrap();
    assert_eq!(lies, picture.bytes);
    assert!(!lies.windows(6).any(|window| window == b"secret"));
    assert_eq!(read(&files, key, 0..1_000).await.unwrap().len() as u64, size);
}

async fn what_only_claims_to_be_an_image_stays_as_it_is(place: &Place) {
    let files = place.open();
    let key = put(&files, &GIF[..8]).await;
    let refused = files.clean(key, Format::Gif).await.unwrap();
    assert_eq!(refused, Err(Refusal::UnreadableImage));
    assert_eq!(read(&files, key, 0..8).await.unwrap(), GIF[..8]);
}

#[tokio::test]
async fn no_more_uploads_are_taken_than_there_is_room_for() {
    let files = Place::folder().open();
    let held: Vec<_> = std::iter::from_fn(|| files.room()).collect();
    assert_eq!(held.len(), files.rules().uploads_at_a_time);
    drop(held);
    assert!(files.room().is_some());
}

#[tokio::test]
async fn kinds_that_an_installation_does_not_take_are_refused() {
    let files = Place::folder().open();
    let program = files.judge(b"MZ\x90\0\x03\0\0\0", "");
    assert_eq!(program, Err(Refusal::Kind { kind: "program" }));
    let heic = files.judge(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heif");
    assert!(matches!(heic, Err(Refusal::ImageFormat { .. })), "{heic:?}");
}

#[tokio::test]
async fn a_bucket_that_is_away_or_closed_to_us_is_an_error_and_nothing_hangs() {
    let mut place = Place::bucket().await;
    place.forget_the_key();
    let key = FileKey::random();
    assert!(place.open().ping().await.is_err());
    assert!(place.open().write(key).await.is_err());
}
