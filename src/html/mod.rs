//! Pages that load nothing from elsewhere and run no scripts: text that is safe, the page around it, tiles, tables, line charts.
//! Light and dark, wide and narrow. What is on a page is its module's own.

mod plot;

pub use plot::{Axis, Line, Plot};

/// Text that is safe in HTML, in attributes too.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // XML knows no other control characters.
            letter if letter.is_control() && !matches!(letter, '\t' | '\n' | '\r') => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A page of `sections`, which are HTML; the other texts are not.
pub fn document(title: &str, subtitle: &str, sections: &[String]) -> String {
    let (title, subtitle) = (escape(title), escape(subtitle));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{title}</title>\n\
         <style>\n{}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p class=\"soft\">{subtitle}</p>\n{}</main>\n</body>\n</html>\n",
        include_str!("style.css"),
        sections.concat()
    )
}

/// Numbers that meet the eye first, each with what it is.
pub fn tiles(tiles: &[(String, String)]) -> String {
    let tile = |(number, words): &(String, String)| {
        format!(
            "<div class=\"tile\"><b>{}</b><span class=\"soft small\">{}</span></div>\n",
            escape(number),
            escape(words)
        )
    };
    format!("<div class=\"tiles\">\n{}</div>\n", tiles.iter().map(tile).collect::<String>())
}

/// A table, the first column to the left, the others to the right.
pub fn table<R: AsRef<[String]>>(head: &[&str], rows: impl IntoIterator<Item = R>) -> String {
    let cells = |tag: &str, cells: &mut dyn Iterator<Item = &str>| -> String {
        cells.map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    let head = cells("th", &mut head.iter().copied());
    let row = |row: R| format!("<tr>{}</tr>\n", cells("td", &mut row.as_ref().iter().map(String::as_str)));
    let rows: String = rows.into_iter().map(row).collect();
    format!(
        "<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_text_becomes_markup() {
        let page = document("<a>", "\"b\" & 'c'", &[table(&["<th>"], [["<td>\u{1}".to_owned()]])]);
        assert!(page.contains("<h1>&lt;a&gt;</h1>") && page.contains("&quot;b&quot; &amp; &#39;c&#39;"));
        assert!(page.contains("<th>&lt;th&gt;</th>") && page.contains("<td>&lt;td&gt;\u{fffd}</td>"));
        assert!(!page.contains("http") && !page.contains("<script"));
    }
}
