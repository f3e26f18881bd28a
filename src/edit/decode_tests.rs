use super::super::{Context, LineRange, Occurrence};
use super::*;
use crate::path::{NameError, Portability, RelPath};

fn read(json: &str) -> Result<Decoded, DecodeError> {
    decode(json.as_bytes(), &Names::default(), Standing::Alone)
        .map_err(|r| r.why)
}

#[track_caller]
fn action_of(json: &str) -> Action {
    match read(json) {
        Ok(Decoded::Operation(operation)) => {
            assert_eq!(operation.path.as_str(), "a/b.py", "{json}");
            operation.action
        }
        other => panic!("{json}: {other:?}"),
    }
}

#[track_caller]
fn error_of(json: &str) -> String {
    read(json).expect_err(json).to_string()
}

fn replace(old: &str, new: &str) -> Edit {
    Edit::Replace { old: old.into(), new: new.into(), which: Occurrence::Only }
}

#[test]
fn canonical_operations_are_read() {
    let create = r#"{"type":"create","file_path":"a/b.py","content":"x\n"}"#;
    assert_eq!(action_of(create), Action::Create(b"x\n".to_vec()));
    let write = r#"{"type":"write","file_path":"a/b.py","content":""}"#;
    assert_eq!(action_of(write), Action::Write(Vec::new()));
    let delete = r#"{"type":"delete","file_path":"a/b.py"}"#;
    assert_eq!(action_of(delete), Action::Delete);
    let rename = r#"{"type":"rename","file_path":"a/b.py","new_path":"c"}"#;
    let to = RelPath::parse("c", Portability::Everywhere).unwrap();
    assert_eq!(action_of(rename), Action::Rename(to));
}

#[test]
fn every_edit_is_read() {
    let cases = [
        (r#"{"type":"append","content":"x"}"#, Edit::Append(b"x".to_vec())),
        (r#"{"type":"prepend","content":"x"}"#, Edit::Prepend(b"x".to_vec())),
        (
            r#"{"type":"insert_after","anchor":"a","content":"x"}"#,
            Edit::InsertAfter { anchor: b"a".to_vec(), text: b"x".to_vec() },
        ),
        (
            r#"{"type":"insert_before","anchor":"a","text":"x"}"#,
            Edit::InsertBefore { anchor: b"a".to_vec(), text: b"x".to_vec() },
        ),
        (
            r#"{"type":"replace","old_text":"o","new_text":"n"}"#,
            replace("o", "n"),
        ),
        (
            r#"{"type":"replace","old_text":"o","new_text":"n","occurrence":2}"#,
            Edit::Replace {
                old: b"o".to_vec(),
                new: b"n".to_vec(),
                which: Occurrence::Nth(2),
            },
        ),
        (
            r#"{"type":"replace_all","old_text":"o","new_text":"n"}"#,
            Edit::ReplaceAll {
                old: b"o".to_vec(),
                new: b"n".to_vec(),
                places: None,
            },
        ),
        (
            r#"{"type":"insert","line":3,"content":"x"}"#,
            Edit::Insert { line: 3, text: b"x".to_vec() },
        ),
        (
            r#"{"type":"replace_lines","start_line":1,"end_line":2,
                "content":"x","context_before":["p","q"]}"#,
            Edit::ReplaceLines {
                range: LineRange { first: 1, last: 2 },
                text: b"x".to_vec(),
                context: Context {
                    before: b"p\nq".to_vec(),
                    after: Vec::new(),
                },
            },
        ),
        (
            r#"{"type":"delete_lines","start_line":1,"end_line":1,
                "context_after":"p"}"#,
            Edit::ReplaceLines {
                range: LineRange { first: 1, last: 1 },
                text: Vec::new(),
                context: Context { before: Vec::new(), after: b"p".to_vec() },
            },
        ),
    ];
    for (edit, expected) in cases {
        let wrapped = format!(
            r#"{{"type":"modify","file_path":"a/b.py","operations":[{edit}]}}"#
        );
        assert_eq!(action_of(&wrapped), Action::Modify(vec![expected.clone()]));
        let flat = edit.replacen('{', r#"{"path":"a/b.py","#, 1);
        assert_eq!(action_of(&flat), Action::Modify(vec![expected]));
    }
}

#[test]
fn other_names_of_the_same_fields_are_read() {
    for json in [
        r#"{"op":"write","path":"a/b.py","text":"x"}"#,
        r#"{"mode":"write","file":"a/b.py","new_content":"x"}"#,
        r#"{"mode":"modify","filename":"a/b.py","new_content":"x"}"#,
        r#"{"type":"write","file_path":"./a/b.py","content":"x"}"#,
        r#"{"type":"write","path":"a/b.py","file_path":"a/b.py",
            "content":"x","reason":"why not","anchor":null}"#,
    ] {
        assert_eq!(action_of(json), Action::Write(b"x".to_vec()), "{json}");
    }
    // Nothing says that it may replace a file.
    let untyped = r#"{"path":"a/b.py","content":"x"}"#;
    assert_eq!(action_of(untyped), Action::Create(b"x".to_vec()));
    for (old, new) in [
        ("old_text", "new_text"),
        ("old_str", "new_str"),
        ("old_string", "new_string"),
        ("oldText", "newText"),
    ] {
        let json = format!(
            r#"{{"type":"modify","path":"a/b.py",
                "edits":[{{"{old}":"o","{new}":"n"}}]}}"#
        );
        assert_eq!(action_of(&json), Action::Modify(vec![replace("o", "n")]));
    }
}

#[test]
fn tool_calls_are_read() {
    let call = |name: &str, input: &str| {
        let plain = format!(
            r#"{{"type":"tool_call","name":"{name}","input":{input}}}"#
        );
        let text = serde_json::to_string(input).unwrap();
        let openai = format!(
            r#"{{"id":"c1","type":"function","function":
                {{"name":"{name}","arguments":{text}}}}}"#
        );
        let bare = format!(r#"{{"name":"{name}","arguments":{input}}}"#);
        let action = action_of(&plain);
        assert_eq!(action_of(&openai), action);
        assert_eq!(action_of(&bare), action);
        action
    };
    let file = r#"{"file_path":"a/b.py","content":"x"}"#;
    for name in ["Write", "write_file", "write"] {
        assert_eq!(call(name, file), Action::Write(b"x".to_vec()));
    }
    assert_eq!(call("create_file", file), Action::Create(b"x".to_vec()));
    let edit = r#"{"file_path":"a/b.py","old_string":"o","new_string":"n"}"#;
    let expected = Action::Modify(vec![replace("o", "n")]);
    for name in ["Edit", "edit", "replace"] {
        assert_eq!(call(name, edit), expected);
    }
    let multi = r#"{"file_path":"a/b.py","edits":[
        {"old_string":"o","new_string":"n"},
        {"old_string":"p","new_string":"q","replace_all":true}]}"#;
    let Action::Modify(edits) = call("MultiEdit", multi) else { panic!() };
    assert_eq!(edits.len(), 2);
    assert!(matches!(edits[1], Edit::ReplaceAll { .. }));
    let command = r#"{"command":"str_replace","path":"a/b.py",
        "old_str":"o","new_str":"n"}"#;
    assert_eq!(call("str_replace_based_edit_tool", command), expected);
    let command = r#"{"command":"insert","path":"a/b.py",
        "insert_line":0,"new_str":"n"}"#;
    let insert = Edit::Insert { line: 1, text: b"n".to_vec() };
    assert_eq!(
        call("str_replace_based_edit_tool", command),
        Action::Modify(vec![insert])
    );
    let command = r#"{"command":"create","path":"a/b.py","file_text":"x"}"#;
    assert_eq!(
        call("str_replace_based_edit_tool", command),
        Action::Write(b"x".to_vec())
    );
}

#[test]
fn meta_and_end_are_no_operations() {
    let meta = r#"{"type":"meta","summary":"s","total_operations":12}"#;
    let total = |n| Ok(Decoded::Meta { total_operations: n });
    assert_eq!(read(meta), total(Some(12)));
    assert_eq!(read(r#"{"total_operations":2,"x":1}"#), total(Some(2)));
    assert_eq!(read(r#"{"type":"meta"}"#), total(None));
    let end = r#"{"type":"end","verdict":"cut","records":7,
        "cut":{"byte":99,"line":8,"file_path":"x.py","state":"string"}}"#;
    let expected = End {
        verdict: Verdict::Cut,
        line: Some(8),
        byte: Some(99),
        file_path: Some("x.py".into()),
    };
    assert_eq!(read(end), Ok(Decoded::End(expected)));
}

#[test]
fn every_deviation_fails_with_its_name() {
    let cases = [
        ("[1,2]", "not an operation: the record is an array"),
        (r#"{"note":1}"#, "not an operation: no 'type'"),
        (r#"{"type":"patch","path":"a"}"#, "unknown operation 'patch'"),
        (r#"{"type":1,"path":"a"}"#, "'type' must be a string and is a number"),
        (
            r#"{"type":"tool_call","name":"Bash","input":{"path":"a"}}"#,
            "'Bash' is not a tool that writes files",
        ),
        (r#"{"type":"create","path":"a"}"#, "create needs 'content'"),
        (r#"{"type":"create","content":"a"}"#, "create needs 'file_path'"),
        (
            r#"{"type":"create","path":"a","content":["x"]}"#,
            "'content' must be a string and is an array",
        ),
        (
            r#"{"type":"delete","path":"a","recursive":true}"#,
            "delete has no field 'recursive'",
        ),
        (
            r#"{"type":"delete","path":"a","file_path":"b"}"#,
            "'path' and 'file_path' disagree",
        ),
        (
            r#"{"type":"create","path":"a","content":"x","content":"y"}"#,
            "key 'content' stands twice",
        ),
        (
            r#"{"type":"tool_call","name":"Write","input":
                {"path":"a","path":"b","content":"x"}}"#,
            "key 'path' stands twice",
        ),
        (
            r#"{"type":"tool_call","name":"Write","input":
                "{\"path\":\"a\",\"path\":\"b\",\"content\":\"x\"}"}"#,
            "key 'path' stands twice",
        ),
        (
            r#"{"type":"create","path":"a","content":"\ud800"}"#,
            "a string has half of a surrogate pair",
        ),
        (
            r#"{"type":"create","path":"a","content":"\ud800\u0041"}"#,
            "a string has half of a surrogate pair",
        ),
        (
            r#"{"type":"create","path":"a","content":"\udc00"}"#,
            "a string has half of a surrogate pair",
        ),
        (r#"{"type":"create","path":"a","content":"x","_cut":true}"#, "cut"),
        (
            r#"{"type":"tool_call","name":"Write","_cut":{},
                "input":{"path":"a","content":"x"}}"#,
            "cut",
        ),
        (
            r#"{"type":"modify","path":"a","content":"x"}"#,
            "modify needs 'operations'",
        ),
        (r#"{"type":"modify","path":"a","edits":[]}"#, "modify has no edits"),
        (
            r#"{"type":"modify","path":"a","edits":[{"type":"swap"}]}"#,
            "edit 1: unknown edit 'swap'",
        ),
        (
            r#"{"type":"modify","path":"a","edits":[
                {"type":"append","content":"x"},{"type":"insert_after",
                "content":"x"}]}"#,
            "edit 2: insert_after needs 'anchor'",
        ),
        (
            r#"{"type":"replace","path":"a","old_text":"o","new_text":"n",
                "occurrence":0}"#,
            "'occurrence' must be 1 or more, and stand alone",
        ),
        (
            r#"{"type":"insert","path":"a","line":1.5,"content":"x"}"#,
            "'line' must be a whole number and is a fraction, a negative number \
             or too large",
        ),
        (
            r#"{"type":"delete_lines","path":"a","start_line":3,
                "end_line":2}"#,
            "lines count from 1, and 'end_line' is not before 'start_line'",
        ),
        (
            r#"{"type":"delete","path":"../a"}"#,
            "the name has a '.' or '..' component",
        ),
        (
            r#"{"type":"rename","path":"a","new_path":".git/x"}"#,
            "the name leads into a git directory",
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(error_of(json), expected, "{json}");
    }
}

#[test]
fn what_could_be_read_of_a_rejected_record_is_kept() {
    let json = br#"{"type":"delete","path":"../x"}"#;
    let rejected =
        decode(json, &Names::default(), Standing::Alone).unwrap_err();
    assert_eq!(rejected.op.as_deref(), Some("delete"));
    assert_eq!(rejected.file_path.as_deref(), Some("../x"));
    assert_eq!(rejected.why, DecodeError::Name(NameError::Dots));
}

#[test]
fn a_record_nested_too_deeply_fails_and_does_not_overflow() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let json = format!(r#"{{"type":"meta","x":{deep}}}"#);
    assert!(error_of(&json).contains("recursion limit"));
}
