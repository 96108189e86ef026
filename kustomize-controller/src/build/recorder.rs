//! What a build asked of the files, so that the files of another revision can be asked the same.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use artifact::{Algorithm, Digest};
use kustomize::{FileKind, FileView};
use serde::{Deserialize, Serialize};

/// A view that notes every question and its answer. A build is a function of the answers, of the spec and of the variables:
/// where all of them are the same, so is what it gives.
pub struct Recorder<'v> {
    below: &'v dyn FileView,
    heard: RefCell<Heard>,
}

#[derive(Default)]
struct Heard {
    answers: BTreeMap<Question, Digest>,
    bytes: u64,
}

/// What can be asked of a view; paths are absolute in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Question {
    /// Where does it lead to?
    Resolve(PathBuf),
    /// What is in the file?
    Read(PathBuf),
    /// What is in the directory?
    List(PathBuf),
}

/// Everything that a build asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// In order, each once.
    pub questions: Vec<Question>,
    /// Of all answers, in the order of the questions.
    pub answers: Digest,
    /// Bytes of the files that were read, each once.
    pub bytes: u64,
}

impl<'v> Recorder<'v> {
    /// Listens to what is asked of `below`.
    pub fn new(below: &'v dyn FileView) -> Self {
        Self {
            below,
            heard: RefCell::default(),
        }
    }

    /// What was asked so far.
    pub fn finish(self) -> Record {
        let Heard { answers, bytes } = self.heard.into_inner();
        let digest = digest(answers.values());
        Record {
            questions: answers.into_keys().collect(),
            answers: digest,
            bytes,
        }
    }

    fn note(&self, question: Question, answer: impl FnOnce() -> Digest, bytes: usize) {
        let heard = &mut *self.heard.borrow_mut();
        if let Entry::Vacant(first) = heard.answers.entry(question) {
            first.insert(answer());
            heard.bytes += bytes as u64;
        }
    }
}

impl FileView for Recorder<'_> {
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)> {
        let answer = self.below.resolve(path);
        self.note(Question::Resolve(path.to_owned()), || place(&answer), 0);
        answer
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        let answer = self.below.read(path);
        let bytes = answer.as_ref().map_or(0, |content| content.len());
        self.note(Question::Read(path.to_owned()), || content(&answer), bytes);
        answer
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let answer = self.below.list(path);
        self.note(Question::List(path.to_owned()), || names(&answer), 0);
        answer
    }
}

/// The digest of what `view` answers to the questions.
pub fn answers(view: &dyn FileView, questions: &[Question]) -> Digest {
    let ask = |question: &Question| match question {
        Question::Resolve(path) => place(&view.resolve(path)),
        Question::Read(path) => content(&view.read(path)),
        Question::List(path) => names(&view.list(path)),
    };
    digest(questions.iter().map(ask).collect::<Vec<_>>().iter())
}

fn digest<'a>(answers: impl Iterator<Item = &'a Digest>) -> Digest {
    let lines: Vec<String> = answers.map(ToString::to_string).collect();
    Algorithm::Sha256.digest(lines.join("\n").as_bytes())
}

fn place(answer: &io::Result<(PathBuf, FileKind)>) -> Digest {
    of(answer, |(path, kind)| {
        format!("{kind:?} {}", path.display()).into_bytes()
    })
}

fn content(answer: &io::Result<Arc<[u8]>>) -> Digest {
    match answer {
        Ok(content) => Algorithm::Sha256.digest(content),
        Err(_) => of(answer, |_| Vec::new()),
    }
}

fn names(answer: &io::Result<Vec<String>>) -> Digest {
    // A name holds no slash.
    of(answer, |names| names.join("/").into_bytes())
}

/// Answers of one kind are never mistaken for a failure to answer, whose text may end up in a result.
fn of<T>(answer: &io::Result<T>, text: impl FnOnce(&T) -> Vec<u8>) -> Digest {
    let bytes = match answer {
        Ok(answer) => [b"found ".as_slice(), &text(answer)].concat(),
        Err(error) => format!("failed {:?} {error}", error.kind()).into_bytes(),
    };
    Algorithm::Sha256.digest(&bytes)
}

#[cfg(test)]
mod tests {
    use kustomize::MemoryView;

    use super::*;

    fn files() -> MemoryView {
        MemoryView::new()
            .with("a/x.yaml", "x")
            .with("a/y.yaml", "y")
    }

    fn ask(view: &dyn FileView) -> Record {
        let recorder = Recorder::new(view);
        for _ in 0..2 {
            recorder.list(Path::new("/a")).unwrap();
            recorder.read(Path::new("/a/x.yaml")).unwrap();
            recorder.resolve(Path::new("/a/none")).unwrap_err();
        }
        recorder.finish()
    }

    #[test]
    fn the_same_files_give_the_same_answers() {
        let record = ask(&files());
        assert_eq!(record.questions.len(), 3);
        assert_eq!(record.bytes, 1);
        assert_eq!(answers(&files(), &record.questions), record.answers);
        let beside = files().with("b/z.yaml", "z").with("a/y.yaml", "other");
        assert_eq!(answers(&beside, &record.questions), record.answers);
    }

    #[test]
    fn a_changed_an_added_and_a_missing_file_give_others() {
        let record = ask(&files());
        for changed in [
            files().with("a/x.yaml", "other"),
            files().with("a/z.yaml", "z"),
            files().with("a/none", ""),
            MemoryView::new().with("a/y.yaml", "y"),
        ] {
            assert_ne!(answers(&changed, &record.questions), record.answers);
        }
    }
}
