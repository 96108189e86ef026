//! What image-reflector-controller 1.2 chooses, in `data/choices.txt`: `order|argument|pattern|extract|tags|choice`, the tags
//! by spaces, `! ` before an error. Two bars in a row are part of a range.

#![allow(clippy::unwrap_used)]

use crds::image::ImagePolicyChoice;
use image_reflector_controller::choice::{Filter, Order};
use serde_json::json;

/// Chooses as the line asks; an error is what upstream says behind the words that the condition puts before it.
fn choose(
    order: &str,
    argument: &str,
    pattern: &str,
    extract: &str,
    tags: &[String],
) -> Result<String, String> {
    let choice = match order {
        "semver" => json!({"semver": {"range": argument}}),
        "" => json!({}),
        order => json!({order: {"order": argument}}),
    };
    let choice: ImagePolicyChoice = serde_json::from_value(choice).unwrap();
    let order = Order::of(&choice).map_err(|error| error.to_string())?;
    if pattern.is_empty() {
        let newest = order.newest(tags.iter().map(String::as_str));
        return newest.map_err(|error| error.to_string());
    }
    let filter = Filter::new(pattern, extract).map_err(|error| error.to_string())?;
    let extracts = filter.apply(tags);
    let newest = order
        .newest(extracts.keys().map(String::as_str))
        .map_err(|error| error.to_string())?;
    Ok(extracts[&newest].to_owned())
}

#[test]
fn l13_l14_l15_l16_choices_are_those_of_upstream() {
    let data = include_str!("data/choices.txt");
    assert_eq!(data.lines().count(), 30);
    for line in data.lines() {
        let whole = line
            .replace("||", "\u{0}")
            .replace(" \u{0} ", " \u{1} ")
            .replace('\u{0}', "||");
        let parts: Vec<String> = whole
            .split('|')
            .map(|part| part.replace('\u{1}', "||"))
            .collect();
        let [order, argument, pattern, extract, tags, expected] = &parts[..] else {
            panic!("{line}");
        };
        let tags: Vec<String> = tags
            .split(' ')
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect();
        let expected = match expected.strip_prefix("! ") {
            Some(error) => Err(error.to_owned()),
            None => Ok(expected.clone()),
        };
        assert_eq!(
            choose(order, argument, pattern, extract, &tags),
            expected,
            "{line}"
        );
    }
}
