//! Where the tools meet the shell: what every one of them does alike.

use crate::support::{TOOLS, run};

#[test]
fn an_unknown_flag_is_one_clear_line_and_status_two() {
    for tool in TOOLS {
        let ran = run(tool, &["--no-such-flag"], b"");
        assert_eq!(ran.status, 2, "{tool}: {ran:?}");
        let first = ran.stderr.lines().next().unwrap_or("");
        assert!(
            first.starts_with(&format!("{tool}: "))
                && first.contains("--no-such-flag"),
            "{tool}: {first}"
        );
        assert!(ran.stdout.is_empty());
    }
}
