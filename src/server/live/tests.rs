use super::log::{FRAME_ALERTS, PENDING_ALERTS};
use super::outbox::RING_FRAMES;
use super::*;
use crate::domain::Decision;
use crate::wire::SNAPSHOT_ALERTS;

fn alert(id: usize) -> AlertEvent {
    AlertEvent {
        id: id.to_string(),
        time: "2025-01-01T00:00:00Z".to_owned(),
        decided: "2025-01-01T00:00:00Z".to_owned(),
        amount: None,
        score: 0.9,
        decision: Decision::Review,
        model: "run".to_owned(),
        title: "here".to_owned(),
        latitude: None,
        longitude: None,
        country: None,
        simulated: false,
        from_latitude: None,
        from_longitude: None,
    }
}

fn frame(outbox: &Outbox) -> Option<Frame> {
    outbox.take().map(|text| serde_json::from_slice(&text).unwrap())
}

#[test]
fn a_client_sees_each_alert_once_in_the_snapshot_or_in_a_frame() {
    let (hub, metrics) = (Hub::new(vec![alert(0)]), Metrics::new());
    hub.publish(alert(1));
    hub.send_pending(&metrics);
    hub.publish(alert(2));
    let (client, outbox, snapshot) = hub.join();
    assert_eq!(snapshot, [alert(0), alert(1)]);
    hub.publish(alert(3));
    hub.send_pending(&metrics);
    assert_eq!(frame(&outbox), Some(Frame::Alerts { events: vec![alert(2), alert(3)], dropped: 0 }));
    assert_eq!(frame(&outbox), None);
    hub.leave(client);
    hub.publish(alert(4));
    hub.send_pending(&metrics);
    assert_eq!(frame(&outbox), None);
    assert_eq!(hub.alerts_after(Some("2"), 10), Some(vec![alert(3), alert(4)]));
    assert_eq!(hub.alerts_after(None, 1), Some(vec![alert(4)]));
    assert_eq!(hub.alerts_after(Some("nobody"), 10), None);
}

#[test]
fn a_client_that_does_not_read_loses_the_oldest_and_is_told() {
    let (hub, metrics) = (Hub::new(Vec::new()), Metrics::new());
    let (_, outbox, _) = hub.join();
    for id in 0..RING_FRAMES + 3 {
        hub.publish(alert(id));
        hub.send_pending(&metrics);
    }
    assert_eq!(frame(&outbox), Some(Frame::Alerts { events: Vec::new(), dropped: 3 }));
    assert_eq!(frame(&outbox), Some(Frame::Alerts { events: vec![alert(3)], dropped: 0 }));
    assert_eq!(metrics.dropped.get(), 3);
}

#[test]
fn a_burst_is_cut_into_frames_and_bounded() {
    let (hub, metrics) = (Hub::new(Vec::new()), Metrics::new());
    let (_, outbox, _) = hub.join();
    for id in 0..PENDING_ALERTS + 1 {
        hub.publish(alert(id));
    }
    hub.send_pending(&metrics);
    assert_eq!(frame(&outbox), Some(Frame::Alerts { events: Vec::new(), dropped: 1 }));
    let sizes: Vec<usize> = std::iter::from_fn(|| frame(&outbox))
        .map(|frame| match frame {
            Frame::Alerts { events, .. } => events.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sizes, vec![FRAME_ALERTS; PENDING_ALERTS / FRAME_ALERTS]);
    assert_eq!(hub.join().2.len(), SNAPSHOT_ALERTS);
}

#[test]
fn groups_are_served_by_turns_each_with_all_that_is_new_to_it() {
    let (hub, metrics, counters) = (Hub::new(Vec::new()), Metrics::new(), Counters::default());
    let early: Vec<_> = (0..GROUP_CLIENTS).map(|_| hub.join().1).collect();
    assert_eq!(hub.turn(&counters, &metrics), ALERT_PERIOD);
    let (late, outbox, _) = hub.join();
    hub.publish(alert(0));
    assert_eq!(hub.turn(&counters, &metrics), ALERT_PERIOD / 2);
    hub.publish(alert(1));
    assert_eq!(hub.waiting(), (2, 1), "the group of one was served");
    hub.turn(&counters, &metrics);
    let both = Frame::Alerts { events: vec![alert(0), alert(1)], dropped: 0 };
    for early in &early {
        assert_eq!((frame(early).as_ref(), frame(early)), (Some(&both), None));
    }
    hub.turn(&counters, &metrics);
    for id in 0..2 {
        assert_eq!(frame(&outbox), Some(Frame::Alerts { events: vec![alert(id)], dropped: 0 }));
    }
    hub.leave(late);
    assert_eq!(hub.turn(&counters, &metrics), ALERT_PERIOD, "a group that nobody is in has no turn");
}

#[test]
fn counters_are_sent_once_a_second_to_each_group() {
    let (hub, metrics) = (Hub::new(Vec::new()), Metrics::new());
    let stats = Frame::Stats(metrics.stats());
    let counters = Counters { second: 1, text: text_of(&stats) };
    let (_, outbox, _) = hub.join();
    hub.turn(&counters, &metrics);
    hub.turn(&counters, &metrics);
    assert_eq!((frame(&outbox), frame(&outbox)), (Some(stats), None));
}
