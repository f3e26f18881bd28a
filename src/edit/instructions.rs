//! The prompt text that makes a model write operations that are read here.

/// The text; at most 400 tokens of o200k, so that it costs less than a
/// thirtieth of the smallest budget.
pub const INSTRUCTIONS: &str = r#"Answer with edit operations only: one JSON object per line (NDJSON), no prose, no code fences, no line breaks inside an object (write \n in strings). First line:
{"type":"meta","summary":"...","total_operations":N}
Then exactly N lines, one operation each, in an order in which every line makes sense after those above it:
{"type":"create","file_path":"src/new.py","content":"whole file\n"}
{"type":"write","file_path":"src/c.py","content":"whole file, replacing what is there\n"}
{"type":"modify","file_path":"src/b.py","operations":[EDIT,...]}
{"type":"delete","file_path":"old.py"}
{"type":"rename","file_path":"a.py","new_path":"b.py"}
EDIT is one of:
{"type":"replace","old_text":"...","new_text":"..."}
{"type":"replace_all","old_text":"...","new_text":"..."}
{"type":"insert_after","anchor":"...","content":"..."}
{"type":"insert_before","anchor":"...","content":"..."}
{"type":"append","content":"..."}
{"type":"prepend","content":"..."}
{"type":"replace_lines","start_line":3,"end_line":5,"content":"..."}
{"type":"delete_lines","start_line":3,"end_line":5}
Rules: old_text and anchor are copied exactly from the file, with their indentation, and stand in it exactly once; add lines around them until they do. Inserted content is whole lines. Line numbers are those of the file before the operation. Paths are relative to the project, with forward slashes. One operation per file; never repeat one. If you are cut off, you will be asked to continue: go on exactly where you stopped.
"#;

/// The same for unified diffs.
pub const DIFF_INSTRUCTIONS: &str = r#"Answer with one unified diff only, as git writes it: no prose, no code fences. For each file:
diff --git a/PATH b/PATH
--- a/PATH
+++ b/PATH
@@ -LINE,COUNT +LINE,COUNT @@
then the lines of the hunk: a blank before each line that stays, - before each that goes, + before each that comes. Give three unchanged lines before and after each change, copied exactly from the file. A new file has "new file mode 100644" after the first line and "--- /dev/null"; a deleted one has "deleted file mode 100644" and "+++ /dev/null". A renamed one has "rename from PATH" and "rename to PATH". Begin every line of a hunk with its first character, also a blank one. Paths are relative to the project, with forward slashes. Each file comes once, its hunks from top to bottom. If you are cut off, you will be asked to continue: go on exactly where you stopped.
"#;
