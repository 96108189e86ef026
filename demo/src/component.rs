//! The choice of the controllers that run.

use std::fmt::{self, Display};
use std::str::FromStr;

pub(crate) use testing::Component;

/// Without these a controller has nothing to work on.
fn needs(component: Component) -> &'static [Component] {
    match component {
        Component::Source | Component::Notification | Component::ImageReflector => &[],
        Component::Kustomize | Component::Helm => &[Component::Source],
        Component::ImageAutomation => &[Component::Source, Component::ImageReflector],
    }
}

/// The controllers that run: in the order of [`Component::ALL`], each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Components(Vec<Component>);

impl Components {
    pub(crate) fn has(&self, component: Component) -> bool {
        self.0.contains(&component)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Component> {
        self.0.iter().copied()
    }
}

/// Names in a sentence.
impl Display for Components {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Component::name).collect();
        match &names[..] {
            [names @ .., last] if !names.is_empty() => {
                write!(f, "{} and {last}", names.join(", "))
            }
            names => f.write_str(&names.concat()),
        }
    }
}

/// Why a choice cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadChoice {
    #[error("there is no component {name}; did you mean {nearest}? There are {all}", all = Components(Component::ALL.to_vec()))]
    Unknown { name: String, nearest: &'static str },
    #[error("{} has nothing to work on without {}: add it", component.name(), needed.name())]
    Missing {
        component: Component,
        needed: Component,
    },
}

/// Names with commas between them, with or without `-controller`; nothing means all.
impl FromStr for Components {
    type Err = BadChoice;

    fn from_str(text: &str) -> Result<Self, BadChoice> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        let chosen = names.map(named).collect::<Result<Vec<_>, _>>()?;
        if chosen.is_empty() {
            return Ok(Self(Component::ALL.to_vec()));
        }
        for component in &chosen {
            if let Some(needed) = needs(*component).iter().find(|need| !chosen.contains(need)) {
                return Err(BadChoice::Missing {
                    component: *component,
                    needed: *needed,
                });
            }
        }
        let in_order = Component::ALL.into_iter();
        Ok(Self(in_order.filter(|one| chosen.contains(one)).collect()))
    }
}

fn named(name: &str) -> Result<Component, BadChoice> {
    let is_named = |one: &Component| [one.name(), one.short()].contains(&name);
    if let Some(component) = Component::ALL.into_iter().find(is_named) {
        return Ok(component);
    }
    let distance = |one: &Component| {
        let to = |other| strsim::osa_distance(name, other);
        to(one.name()).min(to(one.short()))
    };
    let nearest = Component::ALL.into_iter().min_by_key(distance);
    Err(BadChoice::Unknown {
        name: name.to_owned(),
        nearest: nearest.map(Component::name).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> Result<Vec<Component>, String> {
        let parsed = text.parse::<Components>();
        parsed
            .map(|components| components.iter().collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_means_all() {
        assert_eq!(chosen("").unwrap(), Component::ALL);
    }

    #[test]
    fn a_choice_is_put_in_order_and_each_is_there_once() {
        assert_eq!(
            chosen("kustomize-controller, source-controller,source").unwrap(),
            [Component::Source, Component::Kustomize]
        );
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest() {
        for (name, nearest) in [
            ("kustomise-controller", "kustomize-controller"),
            ("soruce", "source-controller"),
            ("image-automation-controler", "image-automation-controller"),
        ] {
            let error = chosen(name).unwrap_err();
            let start = format!("there is no component {name}; did you mean {nearest}? ");
            assert!(error.starts_with(&start), "{error}");
        }
    }

    #[test]
    fn a_component_that_misses_another_is_refused() {
        assert_eq!(
            chosen("helm-controller").unwrap_err(),
            "helm-controller has nothing to work on without source-controller: add it"
        );
        assert!(chosen("source,image-automation").is_err());
        assert!(chosen("notification").is_ok() && chosen("image-reflector").is_ok());
    }

    #[test]
    fn names_are_told_in_a_sentence() {
        let told = |text: &str| text.parse::<Components>().unwrap().to_string();
        assert_eq!(told("source"), "source-controller");
        assert_eq!(
            told("source,kustomize,helm"),
            "source-controller, kustomize-controller and helm-controller"
        );
    }
}
