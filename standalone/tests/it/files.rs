//! What a large file costs the process that takes it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt};
use reqwest::Client;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::client::Person;
use crate::processes::Node;

const MIB: u64 = 1024 * 1024;

/// As large as a file may be.
const SIZE: u64 = 100 * MIB;

/// A piece that the test's client writes at once.
const PIECE: usize = 64 * 1024;

/// What the process may grow by, in KiB as the system tells it: a tenth of the file.
const GROWTH_KIB: u64 = 10 * 1024;

/// Bytes that are made as they are asked for: the test holds no file either.
struct Made(u64);

impl Stream for Made {
    type Item = std::io::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.0 == 0 {
            return Poll::Ready(None);
        }
        let count = self.0.min(PIECE as u64);
        self.0 -= count;
        // No letters: nothing that a compressing file system could save.
        Poll::Ready(Some(Ok((0..count)
            .map(|place| (place * 31 % 251) as u8)
            .collect())))
    }
}

async fn upload(client: &Client, node: &Node, anna: &Person, size: u64) -> Value {
    let body = reqwest::Body::wrap_stream(Made(size));
    let part = Part::stream_with_length(body, size).file_name("large.bin");
    let answer = client
        .post(format!(
            "http://{}/api/unet-chat/attachments/upload/",
            node.public
        ))
        .bearer_auth(&anna.token)
        .multipart(Form::new().part("file", part))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201, "{}", node.log());
    answer.json().await.unwrap()
}

async fn download(client: &Client, node: &Node, anna: &Person, file: &Value) -> u64 {
    let url = format!("http://{}{}", node.public, file["file_url"].as_str().unwrap());
    let answer = client.get(url).bearer_auth(&anna.token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let sizes = answer.bytes_stream().map(|piece| piece.unwrap().len() as u64);
    sizes.fold(0, async |sum, size| sum + size).await
}

#[tokio::test]
async fn a_hundred_mebibytes_in_and_out_do_not_make_the_process_grow_by_ten() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("standalone.data", folder.path().display().to_string())];
    let node = Node::start("standalone", "api.listen", &settings, &folder.path().join("log"));
    node.ready().await;
    let client = Client::new();
    let anna = Person::register(&node.public, "anna").await;
    // The first file opens what every file needs: threads, buffers of the connection, the database.
    upload(&client, &node, &anna, MIB).await;
    // Hashing the password took 19 MiB for a moment, which is not the files' doing.
    node.forget_highest_memory();
    let before = node.memory_kib("VmHWM");

    let file = upload(&client, &node, &anna, SIZE).await;
    let after_upload = node.memory_kib("VmHWM");
    assert_eq!(file["file_size"], SIZE);
    assert_eq!(download(&client, &node, &anna, &file).await, SIZE);
    let highest = node.memory_kib("VmHWM");
    println!("KiB: {before} before, at most {after_upload} while 100 MiB came, {highest} while they went");
    assert!(
        highest <= before + GROWTH_KIB,
        "{before} KiB became {highest} KiB"
    );
}
