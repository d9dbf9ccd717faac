#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fraudctl_fuzz::target("request")(bytes));
