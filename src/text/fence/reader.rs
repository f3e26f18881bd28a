//! The reader: one line after the other in, what each is to the fences out.

use std::borrow::Cow;

use super::container::Containers;
use super::cursor::Cursor;
use super::doubt::{Doubt, Doubts};
use super::leaf::{Above, Leaf};
use super::mark::{self, BOM};
use super::open::{Open, Opening, Step};

/// Reads the fences of a text as it arrives; see the module.
///
/// Each line goes to [`Reader::take`]. A unit of an edit inside a fence or a
/// list item may hold marks of its own, so its lines do not: they go to
/// [`Reader::content`], which changes nothing.
///
/// Behind a line that [`Role::Closes`], the caller who must know whether the
/// fence is in doubt asks [`Reader::doubt`]. While that is pending, it holds
/// the lines that come and shows them to [`Reader::judge`]; then it takes
/// them. A caller who only counts fences need not ask.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    containers: Containers,
    /// The last line stands in a paragraph that may go on.
    is_paragraph: bool,
    fence: Option<Open>,
    /// The fence that was closed last had a line left of its list item.
    was_left: bool,
    doubts: Doubts,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role<'a> {
    /// Text outside of fences: the line without the marks of its quotations
    /// and list items, its line feed included. Blanks stand for what is left
    /// of a tab, so the text may be longer than the line.
    Outside(Cow<'a, [u8]>),
    /// It opens a fence.
    Opens(Opening),
    /// A line of the content, without the marks of its containers and the
    /// indentation of the fence. It may be longer than the line, as above.
    Inside(Cow<'a, [u8]>),
    /// It closes the fence that was open.
    Closes,
    /// The quotation around the fence has ended, and so has the fence, which
    /// was not closed. The line is *not* taken: it must be taken again.
    Ends,
}

impl Reader {
    /// Takes the next line, with its line feed if it has one.
    pub fn take<'a>(&mut self, line: &'a [u8]) -> Role<'a> {
        if self.fence.is_some() {
            return self.take_fenced(line);
        }
        self.doubts.see(line, &self.containers);
        self.take_outside(line)
    }

    /// Returns a line as content of what is open, and changes nothing. Of
    /// the marks of a container that the line is not in, as many are taken
    /// off as there are.
    pub fn content<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        let rest = self.containers.enter_fenced(Cursor::new(line)).rest;
        let fence = self.fence.as_ref();
        fence.map_or(rest, |fence| fence.strip(rest)).into_text()
    }

    /// Decides whether a line stands in all quotations and list items that
    /// are open. A line of a unit that does not is in doubt.
    pub fn holds(&self, line: &[u8]) -> bool {
        let entered = self.containers.enter_fenced(Cursor::new(line));
        self.containers.hold(&entered) && !entered.is_left
    }

    /// Returns the fence that is open. At the end of a text, it is one that
    /// nobody closed.
    pub fn open(&self) -> Option<&Opening> {
        self.fence.as_ref().map(|fence| &fence.opening)
    }

    /// Decides whether the next line may stand in a quotation: what is in
    /// one was said by somebody before.
    pub fn is_quoted(&self) -> bool {
        self.containers.is_quoted()
    }

    /// Decides whether a line of the open fence stood left of the list item
    /// that the fence is in.
    pub fn is_left(&self) -> bool {
        self.fence.as_ref().is_some_and(|fence| fence.is_left)
    }

    /// Returns what is known of the end of the fence that was closed last. It
    /// is pending too while it is about a fence before, which that one may
    /// be a part of.
    pub fn doubt(&self) -> Doubt {
        match self.doubts.state() {
            Doubt::Pending | Doubt::Settled if self.was_left => Doubt::Left,
            state => state,
        }
    }

    /// Looks at a line that comes behind a closing mark and is not taken
    /// yet; returns what is known then. The lines are shown in order, and
    /// each is taken later.
    pub fn judge(&mut self, line: &[u8]) -> Doubt {
        self.doubts.see(line, &self.containers);
        self.doubt()
    }

    /// The text has ended, be it behind lines that were shown to
    /// [`Reader::judge`] and are still to be taken. Returns what is known of
    /// the end of the fence that was closed last: nothing is pending now.
    pub fn finish(&mut self) -> Doubt {
        self.doubts.finish();
        self.doubt()
    }

    /// The mark that came last opens a fence in both readings: the doubt
    /// about the fences before it ends there, be it shown or pending. The
    /// caller knows it by an info string, and a name above that counts.
    pub fn settle(&mut self) {
        self.doubts.settle();
    }

    /// The fence that is open is over, or the paragraph: a unit that began
    /// in it has ended behind its last line. Containers stay as they are,
    /// and no doubt comes from it.
    pub fn leave(&mut self) {
        self.fence = None;
        self.is_paragraph = false;
    }

    /// The line that was taken last begins a unit, and is no more of a
    /// paragraph: list items and quotations that it does not stand in end.
    pub fn interrupt(&mut self, line: &[u8]) {
        if self.fence.is_none() {
            self.is_paragraph = false;
            let entered = self.containers.enter(Cursor::new(line));
            self.containers.close_to(entered.depth);
        }
    }

    /// Takes a line while a fence is open.
    fn take_fenced<'a>(&mut self, line: &'a [u8]) -> Role<'a> {
        let entered = self.containers.enter_fenced(Cursor::new(line));
        let holds = self.containers.hold(&entered);
        let Some(fence) = self.fence.as_mut().filter(|_| holds) else {
            self.containers.close_to(entered.depth);
            self.fence = None;
            return Role::Ends;
        };
        self.doubts.see(line, &self.containers);
        match fence.take(&entered) {
            Step::Content => {
                Role::Inside(fence.strip(entered.rest).into_text())
            }
            Step::Closes => {
                self.was_left = fence.is_left;
                let Opening { sign, length, .. } = fence.opening;
                self.doubts.close(sign, length);
                self.fence = None;
                Role::Closes
            }
        }
    }

    /// Takes a line while no fence is open.
    fn take_outside<'a>(&mut self, line: &'a [u8]) -> Role<'a> {
        let line = line.strip_prefix(BOM).unwrap_or(line);
        let entered = self.containers.enter(Cursor::new(line));
        let above = match self.containers.hold(&entered) {
            true if self.is_paragraph => Above::Paragraph,
            _ => Above::Other,
        };
        let begun = self.containers.begin(&entered, above);
        let (rest, above) = match begun {
            Some(rest) => (rest, Above::Other),
            None => (entered.rest, above),
        };
        let mark = mark::read(rest);
        let leaf = Leaf::read(rest, above);
        // More of a paragraph, be it from outside of its list item or
        // quotation: those stay open then.
        let is_more = begun.is_none()
            && mark.is_none()
            && self.is_paragraph
            && matches!(leaf, Leaf::Text | Leaf::Indented);
        if is_more {
            return Role::Outside(rest.into_text());
        }
        if begun.is_none() {
            self.containers.close_to(entered.depth);
        }
        self.is_paragraph = mark.is_none() && leaf == Leaf::Text;
        let Some(mark) = mark else {
            return Role::Outside(rest.into_text());
        };
        let fence = Open::new(mark);
        let opening = fence.opening.clone();
        self.fence = Some(fence);
        Role::Opens(opening)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line with the letter of its role before it, and the text that the
    /// role has.
    fn shown(role: &Role<'_>) -> String {
        let utf8 = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap();
        match role {
            Role::Outside(text) => format!("o{}", utf8(text)),
            Role::Opens(opening) => format!("+{}", utf8(&opening.info)),
            Role::Inside(text) => format!("i{}", utf8(text)),
            Role::Closes => "-".to_owned(),
            Role::Ends => "!".to_owned(),
        }
    }

    /// The roles of the lines of a text.
    fn roles(reader: &mut Reader, text: &str) -> Vec<String> {
        let mut roles = Vec::new();
        for line in text.lines() {
            let mut role = reader.take(line.as_bytes());
            if role == Role::Ends {
                roles.push(shown(&role));
                role = reader.take(line.as_bytes());
            }
            roles.push(shown(&role));
        }
        roles
    }

    fn read(text: &str) -> (Reader, Vec<String>) {
        let mut reader = Reader::default();
        let roles = roles(&mut reader, text);
        (reader, roles)
    }

    #[test]
    fn each_line_has_its_containers_taken_off() {
        let text = "- a\n  > b\n  > ```py\n  >  x\n  > ```\n\nc\n";
        let wanted = ["oa", "ob", "+py", "i x", "-", "o", "oc"];
        assert_eq!(read(text).1, wanted);
    }

    #[test]
    fn a_fence_ends_with_its_quotation_and_the_line_is_taken_again() {
        let (reader, roles) = read("> ```py\n> x\n```js\ny\n");
        assert_eq!(roles, ["+py", "ix", "!", "+js", "iy"]);
        assert_eq!(reader.open().unwrap().info, b"js");
        assert!(!reader.is_quoted());
    }

    #[test]
    fn a_line_left_of_the_item_stays_in_the_fence_and_makes_doubt() {
        let text = "1. a\n   ```py\n   x\ny\n   ```\n";
        let (mut reader, found) = read(text);
        assert_eq!(found, ["oa", "+py", "ix", "iy", "-"]);
        assert_eq!(reader.doubt(), Doubt::Left);
        assert_eq!(reader.judge(b"\n"), Doubt::Left);
        // That fence alone is in doubt.
        roles(&mut reader, "\n   ```js\n   ```");
        assert_eq!(reader.judge(b"\n"), Doubt::Settled);
    }

    #[test]
    fn a_paragraph_keeps_its_list_item_open() {
        // The last line is as wide as the item: without the one before it,
        // and with a blank line in its place, it would be code.
        let lazy = "10. a\nb\n    ```py\n";
        assert_eq!(read(lazy).1, ["oa", "ob", "+py"]);
        let ended = "10. a\n\nb\n\n    ```py\n";
        assert_eq!(read(ended).1.last().unwrap(), "o    ```py");
        let other = "10. a\n***\n    ```py\n";
        assert_eq!(read(other).1.last().unwrap(), "o    ```py");
    }

    #[test]
    fn an_empty_item_ends_at_a_blank_line() {
        assert!(read("-\n  ```py\nx").0.is_left());
        assert!(!read("-\n\n  ```py\nx").0.is_left());
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        assert_eq!(read("\u{feff}```py\n\u{feff}x").1, ["+py", "i\u{feff}x"]);
        assert_eq!(read("a\n\u{feff}```py").1, ["oa", "+py"]);
    }

    #[test]
    fn lines_that_were_judged_are_taken_as_if_they_were_not() {
        let lines = ["b\n", "~~~\n", "c\n", "~~~\n", "d\n", "```\n"];
        let (reader, _) = read("```py\na\n```\n");
        let (mut judged, mut plain) = (reader.clone(), reader);
        for line in lines {
            let known = judged.judge(line.as_bytes());
            let is_last = line == "```\n";
            let wanted = if is_last { Doubt::Nested } else { Doubt::Pending };
            assert_eq!(known, wanted);
        }
        for line in lines {
            let role = shown(&judged.take(line.as_bytes()));
            assert_eq!(role, shown(&plain.take(line.as_bytes())));
        }
        assert_eq!(judged.doubt(), Doubt::Nested);
        assert_eq!(plain.doubt(), Doubt::Nested);
    }

    #[test]
    fn a_doubt_lasts_until_it_is_settled() {
        let (mut reader, _) = read("```a\n```\nx\n```\n```\n\n```b\n```\n");
        assert_eq!(reader.judge(b"\n"), Doubt::Nested);
        roles(&mut reader, "\n`c.py`:\n```py\n");
        reader.settle();
        roles(&mut reader, "x\n```\n");
        assert_eq!(reader.doubt(), Doubt::Pending);
        assert_eq!(reader.finish(), Doubt::Settled);
    }

    #[test]
    fn a_unit_inside_is_read_without_its_containers_and_may_end_the_fence() {
        let (mut reader, _) = read("- a\n  ```diff\n");
        assert_eq!(&*reader.content(b"   ```\n"), b" ```\n");
        assert_eq!(&*reader.content(b"x\n"), b"x\n");
        assert!(reader.holds(b"  x\n") && reader.holds(b"\n"));
        assert!(!reader.holds(b" x\n"));
        reader.leave();
        assert_eq!(reader.open(), None);
        assert_eq!(roles(&mut reader, "  ```b"), ["+b"]);
    }

    #[test]
    fn what_is_left_of_a_tab_becomes_blanks() {
        let (reader, roles) = read("-\tall\n\n\t ```make\n\t\tx\n");
        assert_eq!(roles, ["oall", "o", "+make", "i   x"]);
        assert!(matches!(reader.content(b"\t\tx"), Cow::Owned(_)));
        // A tab behind the indentation stays a tab.
        let (reader, _) = read("\t\n* a\n\n\t```make\n");
        assert!(matches!(reader.content(b"\t\tx"), Cow::Borrowed(b"\tx")));
    }
}
