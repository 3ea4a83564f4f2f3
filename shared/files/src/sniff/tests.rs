use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
const PDF_HEAD: &[u8] = b"%PDF-1.7\n";
const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0";
const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0";
/// The header of a container, and room behind it: nothing is told by less.
const WEBM: &[u8] = &{
    const HEADER: &[u8; 36] = b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm\0";
    let mut bytes = [0; 300];
    let mut place = 0;
    while place < HEADER.len() {
        bytes[place] = HEADER[place];
        place += 1;
    }
    bytes
};
const SVG_TEXT: &[u8] = b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
const HTML: &[u8] = b"<!DOCTYPE html><html><script>alert(1)</script></html>";

fn kind(head: &[u8]) -> (String, Kind) {
    let sniffed = sniff(head, "");
    (sniffed.content_type, sniffed.kind)
}

fn lies(declared: &str, head: &[u8]) -> bool {
    is_lie(declared, &sniff(head, declared))
}

#[test]
fn a_file_is_what_its_bytes_are() {
    assert_eq!(kind(PNG), ("image/png".into(), Kind::Image));
    assert_eq!(kind(JPEG), ("image/jpeg".into(), Kind::Image));
    assert_eq!(kind(PDF_HEAD), ("application/pdf".into(), Kind::Document));
    assert_eq!(kind(ZIP), ("application/zip".into(), Kind::Archive));
    assert_eq!(kind(EXE).1, Kind::Program);
    assert_eq!(kind(b"#!/bin/sh\nrm -rf /\n").1, Kind::Program);
    assert_eq!(kind(SVG_TEXT), ("image/svg+xml".into(), Kind::Text));
    assert_eq!(kind(HTML), ("text/html".into(), Kind::Text));
    assert_eq!(
        kind("Сөз, слово, word\n".as_bytes()),
        ("text/plain".into(), Kind::Text)
    );
    assert_eq!(
        kind(&[0, 1, 2, 3, 4]),
        ("application/octet-stream".into(), Kind::Other)
    );
}

#[test]
fn a_type_that_the_bytes_do_not_bear_out_is_a_lie() {
    for (declared, head) in [
        ("image/png", EXE),
        ("image/png", HTML),
        ("image/png", JPEG),
        ("image/png", b"just words".as_slice()),
        ("image/jpeg", &[0, 1, 2, 3]),
        ("image/gif", SVG_TEXT),
        ("application/pdf", PNG),
        ("application/pdf", ZIP),
        ("text/plain", PNG),
        ("text/plain", EXE),
        ("text/html", &[0, 1, 2, 3]),
        ("video/mp4", b"just words"),
        ("video/mp4", WEBM),
        ("audio/mpeg", PDF_HEAD),
        ("application/zip", PNG),
        ("application/zip", b"just words"),
    ] {
        assert!(
            lies(declared, head),
            "{declared}: {:?}",
            String::from_utf8_lossy(head)
        );
    }
}

#[test]
fn other_names_of_the_same_and_silence_are_no_lies() {
    for (declared, head) in [
        ("", PNG),
        ("application/octet-stream", PNG),
        ("IMAGE/PNG; charset=binary", PNG),
        ("image/jpg", JPEG),
        ("text/csv", b"a,b\n1,2\n".as_slice()),
        ("application/vnd.ms-excel", b"a,b\n1,2\n"),
        ("application/json", b"{\"a\":1}"),
        ("image/svg+xml", SVG_TEXT),
        ("text/plain", HTML),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ZIP,
        ),
        ("audio/webm;codecs=opus", WEBM),
        ("video/mp2t", &[0x47, 0, 1, 2]),
    ] {
        assert!(
            !lies(declared, head),
            "{declared}: {:?}",
            String::from_utf8_lossy(head)
        );
    }
}

#[test]
fn a_voice_message_is_sound_though_its_container_may_hold_pictures() {
    let voice = sniff(WEBM, "audio/webm;codecs=opus");
    assert_eq!(
        (voice.content_type.as_str(), voice.kind),
        ("audio/webm", Kind::Audio)
    );
    assert_eq!(sniff(WEBM, "").kind, Kind::Video);
}
