//! What strangers hand to fraudctl, each as a function of any bytes that has to come back without a panic and within
//! what it promises. `tests/it/fuzz.rs` runs them over `corpus/` and its mutants, cargo-fuzz over what it finds.

mod bodies;
mod files;

/// A function of any bytes.
pub type Target = fn(&[u8]);

/// All of them by name, which is that of the folder in `corpus/` too.
pub const TARGETS: [(&str, Target); 9] = [
    ("batch", bodies::batch),
    ("config", files::config),
    ("frame", bodies::frame),
    ("manifest", files::manifest),
    ("model_text", files::model_text),
    ("request", bodies::request),
    ("table", files::table),
    ("tokens", files::tokens),
    ("weights", files::weights),
];

/// The function of this name.
///
/// # Panics
/// When there is none.
pub fn target(name: &str) -> Target {
    TARGETS.iter().find(|(known, _)| *known == name).expect("its name is in TARGETS").1
}
