//! What a decoder hands out.

/// A piece of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// More text of the answer; all of it is one stream.
    Text(&'a [u8]),
    /// More text that the model wrote for itself.
    Reasoning(&'a [u8]),
    /// A tool call that is whole.
    Tool(ToolCall<'a>),
    /// What there is of a tool call that was cut.
    CutTool(ToolCall<'a>),
    /// A line ends here that its message left open; text of another follows.
    Break,
    /// What follows is another answer: that before it has ended.
    Next,
}

/// A call of a tool by the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToolCall<'a> {
    /// The tool's name; empty if that was cut as well.
    pub name: &'a str,
    /// The argument bytes as the model wrote them: a JSON object, or text if
    /// the tool takes text.
    pub args: &'a [u8],
}

impl ToolCall<'_> {
    /// The call up to its arguments, as the record
    /// `{"type":"tool_call","name":..,"input":` begins.
    pub fn head(&self) -> Vec<u8> {
        let mut head = b"{\"type\":\"tool_call\",\"name\":".to_vec();
        push_string(&mut head, self.name);
        head.extend_from_slice(b",\"input\":");
        head
    }

    /// The arguments as a JSON value: as they are if they begin like an
    /// object, else as a string.
    pub fn input(&self) -> Vec<u8> {
        if self.args.trim_ascii_start().first() == Some(&b'{') {
            return self.args.to_vec();
        }
        let mut input = Vec::with_capacity(self.args.len() + 2);
        push_string(&mut input, &String::from_utf8_lossy(self.args));
        input
    }

    /// The whole call as a record of one line, if its arguments are one.
    pub fn record(&self) -> Vec<u8> {
        let mut record = self.head();
        record.extend(self.input());
        record.push(b'}');
        record
    }
}

fn push_string(out: &mut Vec<u8>, text: &str) {
    match serde_json::to_writer(&mut *out, text) {
        Ok(()) => {}
        // A vector takes every byte; there is nothing to report.
        Err(_) => out.extend_from_slice(b"\"\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_a_record() {
        let call = ToolCall { name: "Wr\"ite", args: b"{\"path\":\"a\"}" };
        let want =
            r#"{"type":"tool_call","name":"Wr\"ite","input":{"path":"a"}}"#;
        assert_eq!(call.record(), want.as_bytes());
        let patch = ToolCall { name: "p", args: b"*** Begin\n" };
        let want = r#"{"type":"tool_call","name":"p","input":"*** Begin\n"}"#;
        assert_eq!(patch.record(), want.as_bytes());
    }
}
