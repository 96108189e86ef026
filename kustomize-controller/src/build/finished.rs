//! A build that is done, small enough to be kept until the next pass.

use apply::Object;
use artifact::{Algorithm, Digest};
use crds::kustomize::KustomizationSpec;
use kustomize::FileView;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Manifest;
use super::recorder::{Question, Record, answers};
use super::substitute::Substitution;

/// The result of a build, and what it asked of the files. Its objects are text: they are needed once per pass.
#[derive(Debug)]
pub struct Finished {
    objects: Packed,
    digest: String,
    questions: Packed,
    answers: Digest,
}

impl Finished {
    /// Packs a build; nothing where that would lose something.
    pub fn new(manifest: &Manifest, record: &Record) -> Option<Self> {
        let values: Vec<&Value> = manifest.objects.iter().map(Object::as_value).collect();
        let finished = Self {
            objects: Packed::new(&values)?,
            digest: manifest.digest.clone(),
            questions: Packed::new(&record.questions)?,
            answers: record.answers.clone(),
        };
        // A number that text does not hold exactly, or a tree too deep for the parser: rare, and never worth a difference.
        (finished.manifest().as_ref() == Some(manifest)).then_some(finished)
    }

    /// What was built.
    pub fn manifest(&self) -> Option<Manifest> {
        let values: Vec<Value> = self.objects.open()?;
        let objects: Result<Vec<Object>, _> = values.into_iter().map(Object::new).collect();
        Some(Manifest {
            objects: objects.ok()?,
            digest: self.digest.clone(),
        })
    }

    /// Whether these files answer everything that was asked in the same way.
    pub fn holds_for(&self, view: &dyn FileView) -> bool {
        let questions: Option<Vec<Question>> = self.questions.open();
        questions.is_some_and(|questions| answers(view, &questions) == self.answers)
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.objects.0.len() + self.questions.0.len() + size_of::<Self>()
    }
}

/// The digest of all that a build depends on beside the files. Values of variables go into it, and cannot be read from it.
pub fn inputs(spec: &KustomizationSpec, substitution: Option<&Substitution>) -> Option<Digest> {
    let text = serde_json::to_vec(&(spec, substitution.map(Substitution::inputs))).ok()?;
    Some(Algorithm::Sha256.digest(&text))
}

/// A value as JSON text, which takes a fraction of what the value does.
#[derive(Debug)]
struct Packed(Box<[u8]>);

impl Packed {
    fn new<T: Serialize>(value: &T) -> Option<Self> {
        let text = serde_json::to_vec(value).ok()?;
        Some(Self(text.into_boxed_slice()))
    }

    fn open<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finished(data: Value) -> Option<Finished> {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data});
        let manifest = Manifest {
            objects: vec![Object::new(object).unwrap()],
            digest: "sha256:0".to_owned(),
        };
        let record = Record {
            questions: Vec::new(),
            answers: Algorithm::Sha256.digest(b""),
            bytes: 0,
        };
        let finished = Finished::new(&manifest, &record)?;
        assert_eq!(finished.manifest(), Some(manifest));
        Some(finished)
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        assert!(finished(json!({"text": "a\u{0}\n", "number": u64::MAX, "half": 0.5})).is_some());
    }

    #[test]
    fn what_does_not_survive_the_packing_is_not_kept() {
        let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
        assert!(finished(deep).is_none());
    }
}
