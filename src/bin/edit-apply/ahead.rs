//! Documents read ahead on a thread of their own, so that one processor reads
//! what comes next while the other writes what came before. That thread opens
//! what it is given to read, and nothing of the tree. It waits for input only
//! when all that came before is done.

use std::ffi::{OsStr, OsString};
use std::sync::mpsc::{Receiver, RecvError, SyncSender, sync_channel};
use std::thread;

use anyhow::{Context as _, Error, anyhow};

use tornkit::answer::Heard;
use tornkit::stream::{Input, StreamError};

use crate::asked::Asked;
use crate::reader::{Manner, Reader};

/// Blocks of input that may wait to be done. Each asks for what stands in 128
/// KiB, beside the one operation that is longer.
const WAITING: usize = 4;

/// What the reading comes to, in the input's order.
pub(crate) enum News {
    /// The document is there; its name.
    Begun(String),
    /// What further bytes of it ask for, and how many they were.
    Asked(Vec<Asked>, u64),
    /// All that came is done, and more is still to come.
    Idle,
    /// The document ends, and asks for this at last.
    Ended(Vec<Asked>, Box<Heard>),
    /// The document cannot be read, or not on.
    Failed(StreamError),
}

/// A document that is read.
pub(crate) struct Ahead {
    news: Receiver<Word>,
    go_on: SyncSender<()>,
}

/// What the two threads say to each other.
enum Word {
    News(News),
    /// The input has no more for now. Nothing is read until the answer, by
    /// when all that came is done.
    Pause,
}

impl Ahead {
    /// Begins to read an operand. Fails where no thread can be had.
    pub(crate) fn read(
        operand: OsString,
        manner: Manner,
    ) -> Result<Self, Error> {
        let (words, news) = sync_channel(WAITING);
        let (go_on, told) = sync_channel(1);
        let hearer = Hearer { words, told };
        // Never joined: a run that fails ends at once, although its input may
        // stay open. With nobody to hear its news, the thread ends as well.
        thread::Builder::new()
            .spawn(move || drop(read(&operand, manner, &hearer)))
            .context("cannot start a thread")?;
        Ok(Self { news, go_on })
    }

    /// What comes next.
    pub(crate) fn next(&self) -> Result<News, Error> {
        loop {
            match self.news.recv() {
                Ok(Word::News(news)) => return Ok(news),
                Ok(Word::Pause) => self.go_on(),
                Err(RecvError) => {
                    return Err(anyhow!("cannot read on: no reader is left"));
                }
            }
        }
    }

    /// What [`News::Idle`] waits for.
    pub(crate) fn go_on(&self) {
        // A reader that is gone is noticed where its news are.
        let _ = self.go_on.send(());
    }
}

/// Who wants to know what was read.
struct Hearer {
    words: SyncSender<Word>,
    told: Receiver<()>,
}

/// Nobody does any more.
struct Unheard;

impl Hearer {
    fn tell(&self, news: News) -> Result<(), Unheard> {
        self.words.send(Word::News(news)).map_err(|_| Unheard)
    }

    /// Says something, and waits until all before it is done.
    fn ask(&self, word: Word) -> Result<(), Unheard> {
        self.words.send(word).map_err(|_| Unheard)?;
        self.told.recv().map_err(|_| Unheard)
    }
}

/// Reads a document for as long as somebody hears of it.
fn read(
    operand: &OsStr,
    manner: Manner,
    hearer: &Hearer,
) -> Result<(), Unheard> {
    let mut input = match Input::open(operand) {
        Ok(input) => input,
        Err(why) => return hearer.tell(News::Failed(why)),
    };
    hearer.tell(News::Begun(input.name().to_owned()))?;
    let mut reader = Reader::new(manner);
    let mut asked = Vec::new();
    loop {
        // More may have come while the rest was being done.
        if !input.is_ready() {
            hearer.ask(Word::Pause)?;
        }
        if !input.is_ready() {
            hearer.ask(Word::News(News::Idle))?;
        }
        let bytes = match input.read_block() {
            Err(why) => return hearer.tell(News::Failed(why)),
            Ok([]) => break,
            Ok(block) => {
                reader.feed(block, &mut asked);
                block.len() as u64
            }
        };
        hearer.tell(News::Asked(std::mem::take(&mut asked), bytes))?;
    }
    let heard = reader.finish(&mut asked);
    hearer.tell(News::Ended(asked, Box::new(heard)))
}
