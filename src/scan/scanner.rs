//! stub
use super::{Config, Event, Summary};

/// The resumable scanner; see the module.
#[derive(Debug)]
pub struct Scanner {
    config: Config,
}

impl Scanner {
    /// A scanner at the start of a stream.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Takes the next bytes of the stream, in chunks of any size, and tells
    /// `sink` what they completed. The sink's error ends the call.
    pub fn feed<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let _ = (bytes, sink, &self.config);
        Ok(())
    }

    /// Ends the stream.
    pub fn finish<E>(
        self,
        sink: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<Summary, E> {
        let _ = sink;
        todo!()
    }
}
