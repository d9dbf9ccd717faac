//! Puts the built map page where the program embeds it from; without one, a page that says how to build it.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const UNBUILT: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>fraudctl</title>
<h1>The map page is not in this build</h1>
<p>Everything else works. To have the map, build with <code>make build</code>, which needs Node.js and npm.</p>
</html>
";

fn main() -> io::Result<()> {
    let source = Path::new("web/dist");
    let page = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("page");
    // Cargo takes a path that does not exist for changed every time; where it can't be made, that is only slower.
    let _ = fs::create_dir_all(source);
    println!("cargo::rerun-if-changed=build.rs");
    // Set by the Makefile: clones that share a target folder look alike to cargo, which then goes by file times and
    // may take the page, or the code, of the other one.
    println!("cargo::rerun-if-env-changed=FRAUDCTL_CLONE");
    println!("cargo::rerun-if-changed={}", source.display());
    if page.exists() {
        fs::remove_dir_all(&page)?;
    }
    fs::create_dir_all(&page)?;
    if source.join("index.html").is_file() {
        copy(source, &page)
    } else {
        fs::write(page.join("index.html"), UNBUILT)
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
