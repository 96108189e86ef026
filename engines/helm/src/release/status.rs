//! Words with a fixed meaning. Others are kept, since a later Helm may write them.

use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// Any other word; empty when there is none.
            Other(String),
        }

        impl $name {
            /// The word as records have it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How far a revision got.
    Status {
        /// Nobody knows.
        Unknown = "unknown",
        /// It is what the cluster should hold.
        Deployed = "deployed",
        /// It was uninstalled and its history kept.
        Uninstalled = "uninstalled",
        /// A later revision took its place.
        Superseded = "superseded",
        /// It was not applied as a whole.
        Failed = "failed",
        /// It is being uninstalled.
        Uninstalling = "uninstalling",
        /// It is being installed.
        PendingInstall = "pending-install",
        /// It is being upgraded to.
        PendingUpgrade = "pending-upgrade",
        /// It is being rolled back to.
        PendingRollback = "pending-rollback",
    }
}

words! {
    /// How far a run of a hook got.
    HookPhase {
        /// Nobody knows.
        Unknown = "Unknown",
        /// It runs.
        Running = "Running",
        /// It ended well.
        Succeeded = "Succeeded",
        /// It ended badly.
        Failed = "Failed",
    }
}

words! {
    /// How the objects of a revision were applied; a record without this is from client-side apply.
    ApplyMethod {
        /// Patches computed by the client.
        ClientSide = "csa",
        /// Server-side apply.
        ServerSide = "ssa",
    }
}

impl Status {
    /// Whether an operation is under way, or died under way.
    pub fn is_pending(&self) -> bool {
        matches!(
            self,
            Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_unknown_ones_are_kept() {
        for text in ["deployed", "pending-rollback", "some-new-word", ""] {
            assert_eq!(Status::from(text).as_str(), text);
        }
        assert!(Status::PendingUpgrade.is_pending());
        assert!(!Status::Uninstalling.is_pending());
    }
}
