//! Ready-made frames of RFC 6455, section 5.2: whole, final, and as a server's are, not masked.

use bytes::{BufMut, Bytes, BytesMut};

/// `FIN` and the opcode of text.
const TEXT: u8 = 0x81;

/// A ping without payload.
const PING: &[u8] = &[0x89, 0];

/// The longest payload whose length stands in the second byte.
const SHORT: usize = 125;

/// In the second byte: the length follows in two bytes, in eight.
const IN_TWO: u8 = 126;
const IN_EIGHT: u8 = 127;

/// The most bytes before a payload.
const HEADER_BYTES: usize = 10;

/// A frame, and where its payload begins.
#[derive(Clone, Debug)]
pub struct TextFrame {
    /// The bytes for the wire.
    pub bytes: Bytes,
    /// How many of them are the header.
    pub header: usize,
}

/// A text frame around this payload, which is copied.
pub fn text(payload: &str) -> TextFrame {
    let mut frame = BytesMut::with_capacity(HEADER_BYTES + payload.len());
    frame.put_u8(TEXT);
    match payload.len() {
        // Never longer than the type: each arm holds lengths that fit.
        length @ 0..=SHORT => frame.put_uint(length as u64, 1),
        length => match u16::try_from(length) {
            Ok(length) => {
                frame.put_u8(IN_TWO);
                frame.put_u16(length);
            }
            Err(_longer) => {
                frame.put_u8(IN_EIGHT);
                frame.put_u64(length as u64);
            }
        },
    }
    let header = frame.len();
    frame.put_slice(payload.as_bytes());
    TextFrame {
        bytes: frame.freeze(),
        header,
    }
}

/// A ping that carries nothing.
pub const fn ping() -> Bytes {
    Bytes::from_static(PING)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tokio_tungstenite::tungstenite::protocol::Role;
    use tokio_tungstenite::tungstenite::{Message, WebSocket};

    use super::*;

    fn read(frame: &Bytes) -> Message {
        let mut socket = WebSocket::from_raw_socket(Cursor::new(frame.to_vec()), Role::Client, None);
        socket.read().unwrap()
    }

    #[test]
    fn texts_of_every_kind_of_length_are_read_back() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 100_000] {
            let payload = "x".repeat(length);
            let frame = text(&payload);
            assert_eq!(frame.bytes.slice(frame.header..), payload, "{length}");
            assert_eq!(read(&frame.bytes), Message::text(payload), "{length}");
        }
    }

    #[test]
    fn a_ping_is_one() {
        assert_eq!(read(&ping()), Message::Ping(Bytes::new()));
    }
}
