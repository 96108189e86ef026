//! Names of receivers.

/// Start of the path of every webhook.
pub const WEBHOOK_PATH: &str = "/hook/";

/// Reasons of conditions and events.
pub mod reason {
    /// The object was set up.
    pub const INITIALIZED: &str = "Initialized";
    /// The spec contradicts itself or what it refers to.
    pub const VALIDATION_FAILED: &str = "ValidationFailed";
    /// The Secret holds no token.
    pub const TOKEN_NOT_FOUND: &str = "TokenNotFound";
}
