//! The prompt texts that make a model write what is read here, one a format.
//! Each has at most 400 tokens of o200k, so that it costs less than a
//! thirtieth of the smallest budget. The files in the examples have names that
//! no file can have: a model that repeats them changes nothing.

use crate::answer::Format;

impl Format {
    /// The text that makes a model write this format.
    pub fn instructions(self) -> &'static str {
        match self {
            Self::Ops => OPS,
            Self::Diff => DIFF,
            Self::V4a => V4A,
            Self::SearchReplace => SEARCH_REPLACE,
            Self::WholeFile => WHOLE_FILE,
        }
    }
}

const OPS: &str = r#"Answer with edit operations only: one JSON object per line (NDJSON), no prose, no code fences, no line breaks inside an object (write \n in strings). First line:
{"type":"meta","summary":"...","total_operations":N}
Then exactly N lines, one operation each, in an order in which every line makes sense after those above it:
{"type":"create","file_path":"src/...","content":"whole file\n"}
{"type":"write","file_path":"src/...","content":"whole file, replacing what is there\n"}
{"type":"modify","file_path":"src/...","operations":[EDIT,...]}
{"type":"delete","file_path":"src/..."}
{"type":"rename","file_path":"src/...","new_path":"src/..."}
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

const DIFF: &str = r#"Answer with one unified diff only, as git writes it: no prose, no code fences. For each file:
diff --git a/PATH b/PATH
--- a/PATH
+++ b/PATH
@@ -LINE,COUNT +LINE,COUNT @@
then the lines of the hunk: a blank before each line that stays, - before each that goes, + before each that comes. Give three unchanged lines before and after each change, copied exactly from the file. A new file has "new file mode 100644" after the first line and "--- /dev/null"; a deleted one has "deleted file mode 100644" and "+++ /dev/null". A renamed one has "rename from PATH" and "rename to PATH". Begin every line of a hunk with its first character, also a blank one. Paths are relative to the project, with forward slashes. Each file comes once, its hunks from top to bottom. If you are cut off, you will be asked to continue: go on exactly where you stopped.
"#;

const V4A: &str = r#"Answer with one patch only, in exactly this form: no prose, no code fences.
*** Begin Patch
*** Update File: src/...
@@ def f(x):
 a line that stays
-a line that goes
+a line that comes
*** Add File: src/...
+every line of the new file
*** Delete File: src/...
*** End Patch
A file that changes has one "*** Update File:" line and below it one chunk, begun by an @@ line, for each place that changes, from top to bottom. Give three unchanged lines before and after each change, copied exactly from the file with their indentation. Where the lines of a chunk stand in the file more than once, put the whole line of the class or function around them behind the @@; else leave @@ alone. Begin every line of a chunk with its first character: a blank, - or +, also an empty line. A chunk of + lines alone goes below the line named behind its @@, or to the end of the file. To rename a file, put "*** Move to: NEW PATH" directly below its Update line. Paths are relative to the project, with forward slashes. Each file comes once. Leave nothing out: no placeholders for code that stays. If you are cut off, you will be asked to continue: go on exactly where you stopped.
"#;

const SEARCH_REPLACE: &str = r#"Answer with SEARCH/REPLACE blocks only. For each change write the file's path alone on a line, and directly below it a block of exactly this form:
src/...
<<<<<<< SEARCH
lines as the file has them
=======
lines that come in their place
>>>>>>> REPLACE
Rules: the SEARCH lines are whole lines, copied exactly from the file with their indentation, comments and blank lines, and stand in it exactly once; add lines around them until they do. Repeat in the REPLACE part those that stay. To insert, search for a line beside the place and repeat it. To delete lines, leave the REPLACE part empty. A new file has an empty SEARCH part and all of its lines in the REPLACE part. Several changes of one file are several small blocks, from top to bottom; each sees what those above it have done. Paths are relative to the project, with forward slashes. Leave nothing out: no placeholders for code that stays. If you are cut off, you will be asked to continue: go on exactly where you stopped.
"#;

const WHOLE_FILE: &str = r#"Answer with whole files only. For each file that is new or changes, write its path alone on a line, and directly below it a code fence with all of its lines:
src/...
```python
every line of the file
```
Rules: a file that changes is given as a whole, with all lines that stay as they are; leave nothing out, and write no placeholders for code that stays. Files that do not change are not given. If a line of the file begins with backticks, open and close its fence with more of them than any line has. Paths are relative to the project, with forward slashes. Each file comes once. If you are cut off, you will be asked to continue: go on exactly where you stopped.
"#;
