use super::*;

/// Test numbers that the schemes and processors publish.
pub(crate) const NUMBERS: [&str; 50] = [
    "4111111111111111",
    "4012888888881881",
    "4222222222222",
    "4242424242424242",
    "4000056655665556",
    "4917610000000000003",
    "4000002500003155",
    "4000000000009995",
    "4000000000000002",
    "4000000000000069",
    "4000000000000127",
    "4000000000000119",
    "4000000760000002",
    "4000001240000000",
    "4000004840008001",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "5454545454545454",
    "5431111111111111",
    "2223003122003222",
    "2223000048400011",
    "2222400070000005",
    "5425233430109903",
    "5111010030175156",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "340000000000009",
    "343434343434343",
    "6011111111111117",
    "6011000990139424",
    "6011000000000004",
    "6011981111111113",
    "6445644564456445",
    "30569309025904",
    "38520000023237",
    "36227206271667",
    "36006666333344",
    "3056930009020004",
    "3530111333300000",
    "3566002020360505",
    "3569990010030400",
    "3528000700000000",
    "3566111111111113",
    "6205500000000000004",
    "6250941006528599",
    "6212345678901232",
    "5019717010103742",
    "6759649826438453",
];

#[test]
fn all_test_numbers_are_found_however_they_are_written() {
    let key = CardKey::new(&[7; 32]);
    for number in NUMBERS {
        assert!(is_found_in(number), "{number}");
        let grouped: Vec<&str> =
            number.as_bytes().chunks(4).map(|digits| std::str::from_utf8(digits).expect("digits")).collect();
        for written in [grouped.join(" "), grouped.join("-")] {
            assert_eq!(key.token(&written), key.token(number), "{written}");
            let text = masked(&format!("paid with {written}; twice")).into_owned();
            assert_eq!(text, "paid with [card number]; twice");
        }
        assert_eq!(
            masked(&format!("field \"{number}\" and {number}")),
            "field \"[card number]\" and [card number]"
        );
    }
}

#[test]
fn what_is_quoted_is_found_behind_white_space_too() {
    for number in NUMBERS {
        for space in ["\t", "\n", "\r", "\0", "\u{a0}", " "] {
            let quoted = format!("{:?}", format!("{space}{number}"));
            assert!(!masked(&quoted).contains(number), "{quoted}");
        }
    }
}

#[test]
fn groups_are_those_that_are_printed_on_cards() {
    assert!(is_found_in("3782-822463-10005") && is_found_in("3056 930902 5904"));
    assert!(!is_found_in("37-82822463-10005") && !is_found_in("378282-246310005"));
}

#[test]
fn what_is_no_card_number_stays_as_it_is() {
    let key = CardKey::random();
    for id in [
        "4111111111111112",
        "411111111111",
        "41111111111111111111111",
        "550e8400-e29b-41d4-a716-446655440000",
        "a4111111111111111",
        "4111111111111111b",
        "4111  1111 1111 1111",
        "411111-1111111111",
        "20251124-41111111",
        "customer 7",
        "",
        "é4€",
    ] {
        assert_eq!((masked(id).as_ref(), key.token(id)), (id, None));
    }
}

#[test]
fn a_token_tells_nothing_and_is_the_same_under_one_key() {
    let (one, other) = (CardKey::new(&[1; 32]), CardKey::new(&[2; 32]));
    let token = one.token("4111111111111111").expect("a card");
    assert_eq!((token.len(), &token[..5]), (29, "card_"));
    assert_eq!(one.token("4111-1111-1111-1111"), Some(token.clone()));
    assert_ne!(other.token("4111111111111111"), Some(token.clone()));
    assert!(!is_found_in(&token));
    assert_ne!(one.token("card 4111111111111111"), Some(token), "other ids have other tokens");
    assert_eq!(format!("{one:?}"), "CardKey");
}

#[test]
fn a_key_is_made_once_and_for_its_owner() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("fraud.db.key");
    let first = CardKey::read_or_make(&path).expect("made");
    let again = CardKey::read_or_make(&path).expect("read");
    assert_eq!(first.token("4111111111111111"), again.token("4111111111111111"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&path, "short").expect("written");
    assert!(CardKey::read(&path).expect_err("refused").to_string().contains("32 bytes or more"));
    assert!(CardKey::read(&place.path().join("none")).is_err());
}
