//! Code fences, as CommonMark has them: lines in, what each line is to the
//! fences out.
//!
//! One reader for every format. It follows CommonMark 0.31, section 4.5, in
//! list items (5.2) and quotations (5.1), and departs from it where answers
//! of models show that the letter is not what was meant:
//!
//! - A mark with an info string inside an open fence opens an inner one, and
//!   the next bare mark closes that.
//! - A bare closing mark with text directly below may have been the opening
//!   one of an inner fence: see [`Doubt`].
//! - In a fence that holds a diff a mark counts only at the column of the
//!   opening one, for the lines of context begin with a blank.
//! - A line that stands left of the list item of its fence stays in the
//!   fence, which is in doubt for it.
//! - There are no blocks of HTML: a fence below a tag is a fence.
//!
//! The reader keeps no text. It holds the stack of open containers, the
//! lengths of open inner fences, and the info string of the open one.
//!
//! It refuses to know what a fence holds, which file it is, and where a line
//! stands in its text.

mod container;
mod cursor;
mod doubt;
mod leaf;
mod list;
mod mark;
mod open;
mod reader;

pub use doubt::Doubt;
pub use list::{Fence, fences};
pub use mark::{Mark, begins, mark, may_begin};
pub use open::{Opening, names_diff};
pub use reader::{Reader, Role};
