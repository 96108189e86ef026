//! Condition types and reasons of the sources (K7, R14, G13, O7, H4, B6).

/// Types of conditions.
pub mod condition {
    /// Holds while the artifact of the last seen revision is in the storage.
    pub const ARTIFACT_IN_STORAGE: &str = "ArtifactInStorage";
    /// Present while a newer revision is known than the one in the storage.
    pub const ARTIFACT_OUTDATED: &str = "ArtifactOutdated";
    /// Whether the signature of the source was verified.
    pub const SOURCE_VERIFIED: &str = "SourceVerified";
    /// Present while the source cannot be fetched.
    pub const FETCH_FAILED: &str = "FetchFailed";
    /// Present while the chart cannot be built.
    pub const BUILD_FAILED: &str = "BuildFailed";
    /// Present while the storage does not work.
    pub const STORAGE_OPERATION_FAILED: &str = "StorageOperationFailed";
    /// Present while an included repository has no artifact.
    pub const INCLUDE_UNAVAILABLE: &str = "IncludeUnavailable";
}

/// Reasons of conditions and events.
pub mod reason {
    /// A new revision was found upstream.
    pub const NEW_REVISION: &str = "NewRevision";
    /// A new artifact was stored.
    pub const NEW_ARTIFACT: &str = "NewArtifact";
    /// The artifact in the storage is of the newest revision.
    pub const ARTIFACT_UP_TO_DATE: &str = "ArtifactUpToDate";
    /// The file in the storage does not match its digest.
    pub const ARTIFACT_VERIFICATION_FAILED: &str = "ArtifactVerificationFailed";
    /// Expired files were deleted.
    pub const GARBAGE_COLLECTION_SUCCEEDED: &str = "GarbageCollectionSucceeded";
    /// Expired files could not be deleted.
    pub const GARBAGE_COLLECTION_FAILED: &str = "GarbageCollectionFailed";
    /// The URL cannot be used.
    pub const URL_INVALID: &str = "URLInvalid";
    /// The credentials are missing, malformed or refused.
    pub const AUTHENTICATION_FAILED: &str = "AuthenticationFailed";
    /// The provider cannot work with this spec or Secret.
    pub const INVALID_PROVIDER_CONFIGURATION: &str = "InvalidProviderConfiguration";
    /// The token service of a bucket cannot work with this spec.
    pub const INVALID_STS_CONFIGURATION: &str = "InvalidSTSConfiguration";
    /// The signature could not be checked.
    pub const VERIFICATION_ERROR: &str = "VerificationError";
    /// The mode of verification does not fit the reference.
    pub const INVALID_VERIFICATION_MODE: &str = "InvalidVerificationMode";
    /// The tag has no signature.
    pub const INVALID_GIT_OBJECT: &str = "InvalidGitObject";
    /// The signature of the tag is not by a trusted key.
    pub const INVALID_TAG_SIGNATURE: &str = "InvalidTagSignature";
    /// The signature of the commit is not by a trusted key.
    pub const INVALID_COMMIT_SIGNATURE: &str = "InvalidCommitSignature";
    /// A git operation failed.
    pub const GIT_OPERATION_FAILED: &str = "GitOperationFailed";
    /// A git operation succeeded.
    pub const GIT_OPERATION_SUCCEEDED: &str = "GitOperationSucceeded";
    /// The repository has no commit.
    pub const EMPTY_GIT_REPOSITORY: &str = "EmptyGitRepository";
    /// A referenced object does not exist.
    pub const NOT_FOUND: &str = "NotFound";
    /// An included repository has no artifact.
    pub const NO_ARTIFACT: &str = "NoArtifact";
    /// The included artifacts changed.
    pub const INCLUDE_CHANGE: &str = "IncludeChange";
    /// An included artifact could not be copied.
    pub const COPY_FAILURE: &str = "CopyFailure";
    /// A path of an include leads outside of the artifact.
    pub const ILLEGAL_PATH: &str = "IllegalPath";
    /// A directory could not be created.
    pub const DIRECTORY_CREATION_FAILED: &str = "DirectoryCreationFailed";
    /// A file could not be examined.
    pub const STAT_OPERATION_FAILED: &str = "StatOperationFailed";
    /// Reading from the source failed.
    pub const READ_OPERATION_FAILED: &str = "ReadOperationFailed";
    /// A path is not valid.
    pub const INVALID_PATH: &str = "InvalidPath";
    /// The archive could not be written.
    pub const ARCHIVE_OPERATION_FAILED: &str = "ArchiveOperationFailed";
    /// The lock of a file could not be taken.
    pub const ACQUIRE_LOCK_FAILED: &str = "AcquireLockFailed";
    /// The ignore rules could not be read.
    pub const SOURCE_IGNORE_ERROR: &str = "SourceIgnoreError";
    /// The object could not be patched.
    pub const PATCH_OPERATION_FAILED: &str = "PatchOperationFailed";
    /// The stable link to the newest artifact could not be moved.
    pub const SYMLINK_UPDATE_FAILED: &str = "SymlinkUpdateFailed";
    /// An index did not fit into the cache.
    pub const CACHE_OPERATION_FAILED: &str = "CacheOperationFailed";
    /// An OCI artifact could not be pulled.
    pub const OCI_ARTIFACT_PULL_FAILED: &str = "OCIArtifactPullFailed";
    /// A layer of an OCI artifact could not be used.
    pub const OCI_ARTIFACT_LAYER_OPERATION_FAILED: &str = "OCIArtifactLayerOperationFailed";
    /// The index of a Helm repository could not be read.
    pub const INDEXATION_FAILED: &str = "IndexationFailed";
    /// A bucket operation failed.
    pub const BUCKET_OPERATION_FAILED: &str = "BucketOperationFailed";
    /// A bucket operation succeeded.
    pub const BUCKET_OPERATION_SUCCEEDED: &str = "BucketOperationSucceeded";
    /// The source of a chart has no artifact.
    pub const NO_SOURCE_ARTIFACT: &str = "NoSourceArtifact";
    /// The source of a chart cannot be read.
    pub const SOURCE_UNAVAILABLE: &str = "SourceUnavailable";
    /// The source of a chart is of a kind that holds no charts.
    pub const UNSUPPORTED_SOURCE_KIND: &str = "UnsupportedSourceKind";
    /// A chart was pulled.
    pub const CHART_PULL_SUCCEEDED: &str = "ChartPullSucceeded";
    /// A chart was packaged.
    pub const CHART_PACKAGE_SUCCEEDED: &str = "ChartPackageSucceeded";
}
