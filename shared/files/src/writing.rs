//! A file on its way into the store, part by part.

use bytes::Bytes;
use object_store::{MultipartUpload, PutPayloadMut};
use runtime::Tasks;

use crate::FilesError;

/// A file that is being written. It is there once [`Writing::finish`] has returned, and not before; dropped, it never was.
/// Holds one part in memory.
#[derive(Debug)]
pub struct Writing {
    upload: Option<Box<dyn MultipartUpload>>,
    part: PutPayloadMut,
    part_bytes: usize,
    tasks: Tasks,
}

impl Writing {
    pub(crate) fn new(upload: Box<dyn MultipartUpload>, part_bytes: usize, tasks: Tasks) -> Self {
        Self {
            upload: Some(upload),
            part: part(part_bytes),
            part_bytes,
            tasks,
        }
    }

    /// Adds bytes; waits while the store takes a part, so that whoever sends waits too.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        // Copied, for many small pieces each hold the large buffer that they were read into.
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = self.part_bytes.saturating_sub(self.part.content_length());
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.part.extend_from_slice(now);
            rest = later;
            if self.part.content_length() >= self.part_bytes {
                self.send().await?;
            }
        }
        Ok(())
    }

    /// Makes the file be there.
    pub async fn finish(mut self) -> Result<(), FilesError> {
        if !self.part.is_empty() {
            self.send().await?;
        }
        if let Some(upload) = &mut self.upload {
            upload.complete().await?;
        }
        self.upload = None;
        Ok(())
    }

    /// One part at a time: memory is bounded by it.
    async fn send(&mut self) -> Result<(), FilesError> {
        let part = std::mem::replace(&mut self.part, part(self.part_bytes));
        if let Some(upload) = &mut self.upload {
            upload.put_part(part.freeze()).await?;
        }
        Ok(())
    }
}

impl Drop for Writing {
    /// A bucket keeps, and charges for, the parts of what is never finished nor given up.
    fn drop(&mut self) {
        let Some(mut upload) = self.upload.take() else {
            return;
        };
        self.tasks.spawn("upload_given_up", async move {
            if let Err(error) = upload.abort().await {
                tracing::warn!(%error, "the parts of an unfinished upload may still lie in the store");
            }
        });
    }
}

fn part(part_bytes: usize) -> PutPayloadMut {
    const BLOCK_BYTES: usize = 64 * 1024;
    PutPayloadMut::new().with_block_size(part_bytes.min(BLOCK_BYTES))
}

/// The bytes of one file, or a range of them, as they come out of the store.
pub type Reading = futures_util::stream::BoxStream<'static, Result<Bytes, FilesError>>;
