use proptest::prelude::*;

use super::*;

fn seed() -> Screen {
    Screen::new(Detector::Seed, Allowed::default())
}

fn strong() -> Screen {
    Screen::new(Detector::Strong, Allowed::default())
}

fn allowing(detector: Detector, entries: &[&str]) -> Screen {
    let entries: Vec<_> = entries.iter().map(|&entry| entry.to_owned()).collect();
    Screen::new(detector, Allowed::new(&entries))
}

fn masked(screen: &Screen, text: &str) -> String {
    screen
        .judge(text, &[])
        .map_or_else(|| text.to_owned(), |finding| finding.mask(text))
}

#[test]
fn the_seeds_rule_refuses_what_it_names_and_nothing_else() {
    for text in [
        "@",
        "a@b",
        "+7",
        "тел.+7916",
        "http://",
        "HTTPS://X",
        "123456789",
        "x1234567890y",
        "٠١٢٣٤٥٦٧٨",
        "１２３４５６７８９",
    ] {
        assert!(seed().judge(text, &[]).is_some(), "{text}");
    }
    for text in [
        "",
        "12345678",
        "1234 56789",
        "+8 916 123 45 67",
        "+ 7",
        "http:/",
        "ftp://x",
        "www.example.org",
        "＠",
        "①②③④⑤⑥⑦⑧⑨",
    ] {
        assert!(seed().judge(text, &[]).is_none(), "{text}");
    }
    assert!(seed().judge("56789", &["1234"]).is_none());
}

#[test]
fn a_mask_covers_what_was_found_and_leaves_the_rest() {
    assert_eq!(masked(&seed(), "пиши ann@mail.ru, жду"), "пиши ••• жду");
    assert_eq!(masked(&seed(), "a@b c @d"), "••• c •••");
    let strong = strong();
    for (text, expected) in [
        ("звони 0555 12 34 56, жду", "звони •••, жду"),
        ("+7 (916) 123-45-67 или ann@mail.ru", "••• или •••"),
        ("тел. О555 12З 456!", "тел. •••!"),
        ("８⃣９⃣１⃣６⃣１⃣２⃣３⃣４⃣５⃣６⃣７⃣ вот", "••• вот"),
        ("мой тг ivan_petrov вот", "мой тг ••• вот"),
        ("ничего такого", "ничего такого"),
    ] {
        assert_eq!(masked(&strong, text), expected);
    }
}

#[test]
fn what_earlier_messages_begin_is_masked_only_in_the_message_that_is_judged() {
    let finding = strong().judge("34 56 звони", &["мой 0555", "12"]).unwrap();
    assert_eq!(finding.mask("34 56 звони"), "••• звони");
    // A contact that lies wholly in the past is no fault of this message.
    assert!(strong().judge("жду", &["0555 123 456"]).is_none());
}

#[test]
fn allowed_hosts_names_and_numbers_pass_and_nothing_that_hides_behind_them() {
    let entries = ["unet.kg", "@support", "+996 555 000 000"];
    for detector in [Detector::Seed, Detector::Strong] {
        let screen = allowing(detector, &entries);
        for text in [
            "https://unet.kg/help",
            "см. https://www.unet.kg/orders/12 там",
            "пиши @support",
            "@Support!",
        ] {
            assert!(screen.judge(text, &[]).is_none(), "{detector:?}: {text}");
        }
        for text in [
            "https://unet.kg.evil.ru/help",
            "https://evil.ru/unet.kg",
            "https://unet.kg@evil.ru",
            "https://unet.kg/?call=79161234567",
            "@support_ann",
            "ann@support.ru",
            "https://notunet.kg",
        ] {
            assert!(screen.judge(text, &[]).is_some(), "{detector:?}: {text}");
        }
    }
    let strong = allowing(Detector::Strong, &entries);
    assert!(strong.judge("звоните 0555 или +996 (555) 000-000", &[]).is_none());
    assert!(strong.judge("звоните +996 (555) 000-001", &[]).is_some());
}

#[test]
fn a_text_as_long_as_a_message_may_be_is_judged_without_growing_out_of_hand() {
    for part in [
        "a b c dd ",
        "один ",
        "1 ",
        "@ ",
        "телеграм ",
        "a.",
        "(",
        "o",
        "٠",
        "+7",
    ] {
        let text: String = part
            .chars()
            .cycle()
            .take(protocol::limits::MESSAGE_CHARS)
            .collect();
        for screen in [seed(), strong()] {
            screen.judge(&text, &[]);
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_judged_and_masked_on_the_boundaries_of_its_characters(
        text in any_text(),
        earlier in prop::collection::vec(any_text(), 0..3),
    ) {
        let earlier: Vec<_> = earlier.iter().map(String::as_str).collect();
        for screen in [seed(), strong(), allowing(Detector::Strong, &["unet.kg", "@support"])] {
            let Some(finding) = screen.judge(&text, &earlier) else { continue };
            prop_assert!(!finding.spans.is_empty());
            let mut reached = 0;
            for span in &finding.spans {
                prop_assert!(reached <= span.start && span.start < span.end);
                prop_assert!(text.get(span.clone()).is_some());
                reached = span.end;
            }
            let kept: usize = text.len() - finding.spans.iter().map(ExactSizeIterator::len).sum::<usize>();
            prop_assert_eq!(finding.mask(&text).len(), kept + finding.spans.len() * MASK.len());
        }
    }

    #[test]
    fn nothing_that_the_seeds_rule_refuses_is_left_by_its_mask(text in any_text()) {
        prop_assert!(seed().judge(&masked(&seed(), &text), &[]).is_none());
    }
}

/// Anything at all, and what the patterns look for among it.
fn any_text() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        2 => any::<String>(),
        4 => "[ +@./:()0-9a-zа-яёөүң،٠-٩①-⑨０-９]{0,12}",
        3 => prop::sample::select(vec![
            "0555 12 34 56", "+996", "ноль пять", "девятьсот", "жүз", "миң", "ann@mail.ru", "собака", "точка", "gmail",
            "телеграм: ", "t.me/", "https://", "unet.kg", "@support", "\u{200b}", "\u{20e3}", "й", "İ", "ﬃ", "℡", "➀",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
}
