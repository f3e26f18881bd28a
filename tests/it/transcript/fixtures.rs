//! Written transcripts.
