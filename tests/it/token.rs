//! `fraudctl token`, and a server that asks for them.

use std::fs;
use std::path::Path;

use fraudctl::server::{Tls, Tokens};

use crate::serve::serving_as;
use crate::support::{Place, bank, fraudctl};

const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/run");

#[test]
fn a_token_is_printed_once_and_its_digest_kept() {
    let place = Place::new();
    let file = place.at("tokens");
    let made = fraudctl(["token", "desk", "--scopes", "read,feedback", "--append", &file]);
    made.succeeds();
    let secret = made.stdout.trim();
    assert!(secret.starts_with("fct_") && secret.len() == 68, "{secret}");
    fraudctl(["token", "bank", "--scopes", "predict", "--append", &file]).succeeds();
    let text = fs::read_to_string(&file).expect("the file");
    let names: Vec<&str> = text.lines().map(|line| line.rsplit_once(' ').expect("a digest").0).collect();
    assert_eq!(names, ["desk read,feedback", "bank predict"]);
    assert!(!text.contains(&secret[4..]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    let told = fraudctl(["token", "map", "--scopes", "read", "--json"]).json();
    assert!(told["line"].as_str().expect("a line").starts_with("map read "));
    fraudctl(["token", "map", "--scopes", "watch"])
        .fails(2, "\"watch\" is no scope; there are read, predict");
    fraudctl(["token", "two words", "--scopes", "read"]).fails(2, "one word");
}

#[test]
fn a_name_that_is_taken_is_refused_before_anything_is_written() {
    let place = Place::new();
    let file = place.at("tokens");
    let token = |name: &str, file: &str| fraudctl(["token", name, "--scopes", "read", "--append", file]);
    token("desk", &file).succeeds();
    let before = fs::read(&file).expect("the file");
    let again = token("desk", &file);
    again.fails(2, "remove its line first, or choose another name");
    assert_eq!((again.stdout.as_str(), fs::read(&file).expect("the file")), ("", before));
    token("map", &file).succeeds();
    token("desk", &place.write("empty", "# nobody yet\n")).succeeds();
    let broken = place.write("broken", "desk read\n");
    let folder = place.path().to_string_lossy().into_owned();
    for (unreadable, why) in [(&broken, "line 1: three words are expected"), (&folder, folder.as_str())] {
        let refused = token("map", unreadable);
        refused.fails(1, why);
        assert_eq!(refused.stdout, "");
    }
    assert_eq!(fs::read_to_string(&broken).expect("the file"), "desk read\n");
}

#[test]
fn a_public_address_needs_tls_and_tokens() {
    let place = Place::new();
    let serve = |more: &[&str]| fraudctl(["serve", RUN, "--bind", "0.0.0.0:0"].iter().chain(more));
    serve(&[]).fails(2, "neither TLS nor a token");
    let file = place.at("tokens");
    fraudctl(["token", "desk", "--scopes", "read", "--append", &file]).succeeds();
    serve(&["--tokens", &file]).fails(2, "there is no TLS");
    serve(&["--tls-cert", "a.pem", "--tls-key", "a.key"]).fails(2, "there are no tokens");
    serve(&["--tls-cert", "a.pem"]).fails(2, "--tls-key");
    let with = |tokens: &str| serve(&["--tls-cert", "none.pem", "--tls-key", "none.key", "--tokens", tokens]);
    with(&file).fails(1, "none.pem");
    let broken = place.write("broken", "desk read\n");
    with(&broken).fails(1, "line 1: three words are expected");
}

/// A certificate for this machine's own address, as its own authority.
fn certificate(place: &Place) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    (place.write("own.pem", &made.cert.pem()), place.write("own.key", &made.signing_key.serialize_pem()))
}

#[test]
fn clients_speak_tls_show_their_token_and_trust_whom_they_are_told() {
    let place = Place::new();
    let (cert, key) = certificate(&place);
    let (_, run) = bank(&place);
    let (file, log) = (place.at("tokens"), place.at("one.csv"));
    let token = |name: &str, scopes: &str| {
        let made = fraudctl(["token", name, "--scopes", scopes, "--append", &file]);
        place.write(&format!("{name}.token"), &made.stdout)
    };
    let (bank, desk) = (token("bank", "predict"), token("desk", "read"));
    let server = serving_as(&run, |config| {
        config.tokens = Some(Tokens::read(Path::new(&file)).expect("tokens"));
        config.tls = Some(Tls::read(Path::new(&cert), Path::new(&key)).expect("a pair"));
    });
    let url = format!("https://{}", server.address());
    fs::write(&log, "id,time,customer,terminal,amount,fraud\n1,2023-01-01T00:00:00Z,a,b,5,0\n")
        .expect("written");
    let produce = |more: &[&str]| {
        let to = format!("{url}/predict_map");
        fraudctl(["produce", &log, "--to", &to, "--json"].iter().chain(more))
    };
    produce(&["--token-file", &bank]).fails(1, "TLS failed");
    produce(&["--ca", &cert]).fails(1, "401");
    produce(&["--ca", &cert, "--token-file", &desk]).fails(1, "403");
    assert_eq!(produce(&["--ca", &cert, "--token-file", &bank]).json()["accepted"], 1);
    let consume = |token: &str| {
        let args = ["consume", &url, "--ca", &cert, "--history", "--idle", "100ms", "--token-file", token];
        fraudctl(args)
    };
    consume(&bank).fails(1, "a token of scope read is needed");
    consume(&desk).succeeds();
    let plain = format!("http://{}", server.address());
    fraudctl(["consume", &plain, "--idle", "1s"]).fails(1, "");
}
