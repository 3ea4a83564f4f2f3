use std::path::Path as FolderPath;

use protocol::Timestamp;
use tempfile::TempDir;

use super::*;

async fn open(folder: &FolderPath) -> Files {
    let config = FilesConfig {
        store: url::Url::from_directory_path(folder).unwrap().to_string(),
        ..FilesConfig::default()
    };
    Files::open(&config, &Tasks::new()).unwrap().unwrap()
}

async fn put(files: &Files, bytes: &[u8]) -> FileKey {
    let key = FileKey::random();
    let mut writing = files.write(key).await.unwrap();
    for piece in bytes.chunks(1000) {
        writing.push(piece).await.unwrap();
    }
    writing.finish().await.unwrap();
    key
}

async fn read(files: &Files, key: FileKey, range: Range<u64>) -> Option<Vec<u8>> {
    let reading = files.read(key, range).await.unwrap()?;
    let parts: Vec<_> = reading.try_collect().await.unwrap();
    Some(parts.concat())
}

async fn keys(files: &Files, before: Timestamp) -> Vec<FileKey> {
    files.written_before(before).try_collect().await.unwrap()
}

#[tokio::test]
async fn a_file_comes_out_as_it_went_in_whole_or_in_part() {
    let folder = TempDir::new().unwrap();
    let files = open(folder.path()).await;
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| (number % 251) as u8).collect();
    let key = put(&files, &bytes).await;
    assert_eq!(read(&files, key, 0..1_000_000).await.unwrap(), bytes);
    assert_eq!(read(&files, key, 500_000..500_010).await.unwrap(), bytes[500_000..500_010]);
}

#[tokio::test]
async fn what_is_not_finished_never_was() {
    let folder = TempDir::new().unwrap();
    let files = open(folder.path()).await;
    let key = FileKey::random();
    let mut writing = files.write(key).await.unwrap();
    writing.push(&[7; 1_000_000]).await.unwrap();
    assert!(read(&files, key, 0..1).await.is_none());
    drop(writing);
    assert!(read(&files, key, 0..1).await.is_none());
}

#[tokio::test]
async fn a_removed_file_is_gone_and_may_be_removed_again() {
    let folder = TempDir::new().unwrap();
    let files = open(folder.path()).await;
    let key = put(&files, b"words").await;
    files.remove(key).await.unwrap();
    files.remove(key).await.unwrap();
    assert!(read(&files, key, 0..1).await.is_none());
}

#[tokio::test]
async fn only_files_of_ours_are_listed_and_by_their_age() {
    let folder = TempDir::new().unwrap();
    let files = open(folder.path()).await;
    let key = put(&files, b"words").await;
    std::fs::write(folder.path().join("not-ours.txt"), "x").unwrap();
    let elsewhere = FileKey::random().to_string();
    std::fs::write(folder.path().join(elsewhere), "in the wrong folder").unwrap();
    let now = runtime::Clock::system().now();
    let hour = std::time::Duration::from_hours(1);
    assert_eq!(keys(&files, now.plus(hour)).await, [key]);
    assert!(keys(&files, now.minus(hour)).await.is_empty());
}

#[tokio::test]
async fn no_more_uploads_are_taken_than_there_is_room_for() {
    let folder = TempDir::new().unwrap();
    let files = open(folder.path()).await;
    let held: Vec<_> = std::iter::from_fn(|| files.room()).collect();
    assert_eq!(held.len(), files.rules().uploads_at_a_time);
    drop(held);
    assert!(files.room().is_some());
}

#[tokio::test]
async fn kinds_that_an_installation_does_not_take_are_refused() {
    let folder = TempDir::new().unwrap();
    let files = open(folder.path()).await;
    let program = files.judge(b"MZ\x90\0\x03\0\0\0", "");
    assert_eq!(program, Err(Refusal::Kind { kind: "program" }));
    let heic = files.judge(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic");
    assert!(matches!(heic, Err(Refusal::ImageFormat { .. } | Refusal::Lie { .. })), "{heic:?}");
}
