//! Bearer tokens: a file of their names, scopes and digests. The tokens themselves are nowhere but with their owners.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use rand::Rng;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::Scope;

/// What a token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "fct_";

/// What a server knows of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Whose it is; for logs.
    pub name: String,
    /// What its owner may do.
    pub scopes: Vec<Scope>,
    pub(super) digest: [u8; 32],
}

impl Token {
    /// True when its owner may do that.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// All tokens that a server takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens(pub(super) Vec<Token>);

/// A file of tokens that can not be used.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// It can not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of it says something else than a token.
    #[error("{}, line {line}: {why}; a line is NAME SCOPES DIGEST, as `fraudctl token` prints it", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which, counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// It has no token, so that nobody could do anything.
    #[error("{}: there is no token in it; `fraudctl token NAME --scopes read` makes one", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl Tokens {
    /// Reads the file at `path`: a token a line, as [`NewToken::line`] writes it; what follows a `#` is a comment.
    ///
    /// # Errors
    /// [`TokensError`]
    pub fn read(path: &Path) -> Result<Self, TokensError> {
        let text =
            fs::read_to_string(path).map_err(|source| TokensError::Io { path: path.to_owned(), source })?;
        let mut tokens: Vec<Token> = Vec::new();
        for (place, line) in text.lines().enumerate() {
            let line = line.split_once('#').map_or(line, |(said, _)| said).trim();
            if line.is_empty() {
                continue;
            }
            let wrong = |why| TokensError::Line { path: path.to_owned(), line: place + 1, why };
            let token = token_of(line).map_err(wrong)?;
            if tokens.iter().any(|other| other.name == token.name || other.digest == token.digest) {
                return Err(wrong(format!("{:?} stands there twice", token.name)));
            }
            tokens.push(token);
        }
        match tokens.is_empty() {
            true => Err(TokensError::Empty { path: path.to_owned() }),
            false => Ok(Self(tokens)),
        }
    }

    /// True when one of them has this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|token| token.name == name)
    }

    /// The token whose secret this is. How long it takes tells nothing about any of them.
    pub(super) fn find(&self, secret: &str) -> Option<&Token> {
        self.of_digest(&Sha256::digest(secret.as_bytes()).into())
    }

    /// The token of a digest.
    pub(super) fn of_digest(&self, digest: &[u8; 32]) -> Option<&Token> {
        let mut found = None;
        for token in &self.0 {
            let is_it: Choice = token.digest.ct_eq(digest);
            if bool::from(is_it) {
                found = Some(token);
            }
        }
        found
    }
}

fn token_of(line: &str) -> Result<Token, String> {
    let mut words = line.split_whitespace();
    let (Some(name), Some(scopes), Some(digest), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err("three words are expected".to_owned());
    };
    Ok(Token { name: name.to_owned(), scopes: scopes_of(scopes)?, digest: digest_of(digest)? })
}

fn scopes_of(text: &str) -> Result<Vec<Scope>, String> {
    let known = |name: &str| {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == name).ok_or_else(|| {
            let names: Vec<&str> = Scope::ALL.into_iter().map(Scope::as_str).collect();
            format!("{name:?} is no scope; there are {}", names.join(", "))
        })
    };
    text.split(',').map(known).collect()
}

fn digest_of(text: &str) -> Result<[u8; 32], String> {
    let digits = text.as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else { return Err("the digest has 64 hex digits".to_owned()) };
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| "the digest has 64 hex digits".to_owned())
}

/// A token that has just been made.
#[derive(Debug)]
pub struct NewToken {
    /// For its owner; nobody else ever sees it, and it can not be found again.
    pub secret: String,
    /// For the server's file.
    pub line: String,
}

impl NewToken {
    /// A token of 256 random bits.
    ///
    /// # Errors
    /// When the name is not one word, or a scope is unknown; in words.
    pub fn make(name: &str, scopes: &str) -> Result<Self, String> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '#') {
            return Err(format!("{name:?}: a name is one word without #"));
        }
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let secret = format!("{PREFIX}{}", hex(&bytes));
        let scopes: Vec<&str> = scopes_of(scopes)?.into_iter().map(Scope::as_str).collect();
        let line = format!("{name} {} {}", scopes.join(","), hex(&Sha256::digest(secret.as_bytes())));
        Ok(Self { secret, line })
    }
}

/// `bytes` in hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Tokens, String> {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("tokens");
        fs::write(&path, text).expect("written");
        Tokens::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_token_is_found_by_its_secret_only() {
        let (one, other) = (NewToken::make("map", "read"), NewToken::make("bank", "predict,explain"));
        let (one, other) = (one.expect("made"), other.expect("made"));
        let text = format!("# who may what\n{}\n\n{} # since May\n", one.line, other.line);
        assert!(!text.contains(&one.secret[4..]));
        let tokens = read(&text).expect("tokens");
        let found = tokens.find(&other.secret).expect("found");
        assert_eq!((found.name.as_str(), &found.scopes[..]), ("bank", &[Scope::Predict, Scope::Explain][..]));
        assert!(found.may(Scope::Predict) && !found.may(Scope::Read) && !found.may(Scope::Admin));
        assert!(tokens.has("map") && tokens.has("bank") && !tokens.has("Map"));
        for wrong in ["", &one.secret[1..], &one.line, "fct_"] {
            assert_eq!(tokens.find(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lines_that_say_something_else_are_named() {
        let digest = "0".repeat(64);
        for (text, why) in [
            (String::new(), "no token in it"),
            ("\n# nobody\n".to_owned(), "no token in it"),
            ("\nmap read\n".to_owned(), "line 2: three words"),
            (format!("map watch {digest}"), "\"watch\" is no scope; there are read, predict"),
            (format!("map read {}", &digest[1..]), "64 hex digits"),
            (format!("map read {}g", &digest[1..]), "64 hex digits"),
            (format!("map read {digest}\nmap read {}1", &digest[1..]), "line 2: \"map\" stands there twice"),
        ] {
            let error = read(&text).expect_err(&text);
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(NewToken::make("two words", "read").is_err() && NewToken::make("a", "").is_err());
    }
}
