//! Any bytes, in any chunking: every line is JSON, every byte is accounted
//! for, nothing panics. `cargo +nightly fuzz run salvage`

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use tornkit::scan::{Config, Event, Repair, Scanner, Values};

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, text) = input;
    let repair = [Repair::None, Repair::Safe, Repair::All];
    let config = Config {
        repair: repair[usize::from(choice) % 3],
        values: if choice & 8 == 0 { Values::Records } else { Values::Any },
        max_record: if choice & 16 == 0 { 1 << 20 } else { 64 },
        ..Config::default()
    };
    let mut sink = |event: Event<'_>| {
        if let Event::Record(record) = event {
            let line = std::str::from_utf8(record.json).unwrap();
            assert!(!line.contains('\n'));
            serde_json::from_str::<IgnoredAny>(line).unwrap();
        }
        Ok::<(), ()>(())
    };
    let mut scanner = Scanner::new(config);
    for part in text.chunks(usize::from(choice) + 1) {
        scanner.feed(part, &mut sink).unwrap();
    }
    let summary = scanner.finish(&mut sink).unwrap();
    assert_eq!(summary.bytes.total(), text.len() as u64);
});
