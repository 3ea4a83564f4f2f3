//! Ready-made WebSocket frames: what a server sends is not masked, so the same bytes serve every recipient.

use bytes::{BufMut, Bytes, BytesMut};

/// A whole text message.
const TEXT: u8 = 0x81;

/// The longest payload whose length stands in the second byte, and what stands there when it does not.
const SHORT: usize = 125;
const TWO_BYTES: u8 = 126;
const EIGHT_BYTES: u8 = 127;

/// The longest header of a frame that is not masked.
const HEADER_BYTES: usize = 10;

/// A text frame of its own.
pub(super) fn text(payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(HEADER_BYTES + payload.len());
    append(&mut frame, payload);
    frame.freeze()
}

/// A text frame behind others.
pub(super) fn append(frames: &mut BytesMut, payload: &[u8]) {
    let length = payload.len();
    frames.reserve(HEADER_BYTES + length);
    frames.put_u8(TEXT);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if length <= SHORT => frames.put_u8(short),
        (_, Ok(length)) => {
            frames.put_u8(TWO_BYTES);
            frames.put_u16(length);
        }
        _ => {
            frames.put_u8(EIGHT_BYTES);
            frames.put_u64(length as u64);
        }
    }
    frames.put_slice(payload);
}

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket};

    use super::*;

    #[test]
    fn a_client_reads_frames_of_every_kind_of_length() {
        let texts = [0, 1, 125, 126, 65_535, 65_536].map(|length| "x".repeat(length));
        let mut bytes = BytesMut::from(&text(texts[0].as_bytes())[..]);
        for text in &texts[1..] {
            append(&mut bytes, text.as_bytes());
        }
        let stream = std::io::Cursor::new(bytes.to_vec());
        let mut socket = WebSocket::from_raw_socket(stream, Role::Client, None);
        for text in texts {
            assert_eq!(socket.read().unwrap().into_text().unwrap().as_str(), text);
        }
    }
}
