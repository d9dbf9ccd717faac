//! `examples/grafana.json` asks for what `GET /metrics` tells.

use std::collections::BTreeSet;

use fraudctl::client::Target;

use crate::serve::{post, serving_as};
use crate::support::{Place, bodies, trained};

fn names(text: &str) -> BTreeSet<String> {
    let is_part = |sign: char| sign.is_ascii_lowercase() || sign == '_';
    let name = |place: usize| text[place..].chars().take_while(|sign| is_part(*sign)).collect();
    text.match_indices("fraudctl_").map(|(place, _)| name(place)).collect()
}

/// The body of `GET path`, over a connection of its own.
fn get(target: &Target, path: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect((target.host(), target.port())).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn every_metric_of_the_dashboard_is_told() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let server = serving_as(&run, |config| {
        config.database = Some(place.at("fraud.db").into());
        config.shadow = Some((run.clone().into(), 1.0));
    });
    let body = bodies(1).remove(0).replacen('{', r#"{"id":"a","#, 1);
    post(&server, "/predict_map", &[body]);
    post(&server, "/feedback", &["true", "false"].map(|fraud| format!(r#"{{"id":"a","fraud":{fraud}}}"#)));
    let target = Target::parse(&format!("http://{}", server.address())).expect("a URL");
    let told = names(&get(&target, "/metrics"));
    let dashboard = include_str!("../../examples/grafana.json");
    serde_json::from_str::<serde_json::Value>(dashboard).expect("JSON");
    let asked = names(dashboard);
    assert!(asked.len() > 15, "{asked:?}");
    let missing: Vec<&String> = asked.difference(&told).collect();
    assert!(missing.is_empty(), "{missing:?} are not in {told:?}");
}
