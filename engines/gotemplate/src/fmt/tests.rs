use super::*;

#[test]
fn empty() {
    assert!(sprint(&[]).is_empty());
}
