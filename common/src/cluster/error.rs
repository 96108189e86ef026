//! Errors of the client in the terms of [`apply`].

use std::error::Error as _;

use apply::cluster::{ApiError, Cause, StatusError};
use kube::core::Status;

/// Translates an error. The texts of its sources are kept: the outermost one seldom says what went wrong.
pub fn api_error(error: kube::Error) -> ApiError {
    match error {
        kube::Error::Api(status) => status_error(*status),
        other => {
            let mut text = other.to_string();
            let mut source = other.source();
            while let Some(cause) = source {
                let cause_text = cause.to_string();
                if !text.contains(&cause_text) {
                    text.push_str(": ");
                    text.push_str(&cause_text);
                }
                source = cause.source();
            }
            ApiError::Transport(text)
        }
    }
}

/// A reason that Kubernetes does not know stands for an answer that was no status at all: then the code decides.
pub(super) fn status_error(status: Status) -> ApiError {
    let known = kube::core::response::reason::is_known(&status.reason);
    let causes = status
        .details
        .map(|details| details.causes)
        .unwrap_or_default();
    ApiError::Status(StatusError {
        code: status.code,
        reason: if known { status.reason } else { String::new() },
        message: status.message,
        causes: causes
            .into_iter()
            .map(|cause| Cause {
                kind: cause.reason,
                field: cause.field,
                message: cause.message,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_status_is_judged_by_its_code() {
        let status = Status::failure("<html>", "Failed to parse error data").with_code(404);
        let error = api_error(kube::Error::Api(status.boxed()));
        assert!(error.is_not_found());
        assert_eq!(error.reason(), "");
        assert_eq!(error.to_string(), "<html>");
    }

    #[test]
    fn a_known_reason_outweighs_the_code() {
        let status = Status::failure("taken", "AlreadyExists").with_code(409);
        let error = api_error(kube::Error::Api(status.boxed()));
        assert!(!error.is_conflict());
        assert_eq!(error.reason(), "AlreadyExists");
    }

    #[test]
    fn the_sources_of_an_error_are_told() {
        let io = std::io::Error::other("connection refused");
        let error = api_error(kube::Error::Service(Box::new(io)));
        assert!(error.to_string().contains("connection refused"), "{error}");
    }
}
