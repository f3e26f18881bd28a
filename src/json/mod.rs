//! JSON tokens out of bytes.
