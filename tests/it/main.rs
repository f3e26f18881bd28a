//! The real binaries, through pipes.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "a test fails by panicking and owns its own directory"
)]

mod answer_law;
mod answers;
mod block_answers;
mod block_law;
mod block_twice;
mod check;
mod converge;
mod corpus;
mod demo_law;
mod doubt;
mod edges;
mod diff_apply;
mod diff_corpus;
mod diff_ends;
mod diff_forms;
mod diff_git;
mod diff_law;
mod diff_seams;
mod diff_share;
mod diff_stitch;
mod edit_apply;
mod edit_apply_crash;
mod edit_apply_ends;
mod edit_apply_formats;
mod edit_apply_hostile;
mod edit_apply_hostile_text;
mod edit_apply_law;
mod edit_apply_limits;
mod edit_apply_meanwhile;
mod edit_apply_power;
mod edit_apply_race;
mod edit_apply_runs;
mod edit_apply_state;
mod edit_apply_teeth;
mod edit_apply_words;
mod field;
mod format_fault;
mod greetings;
mod history;
mod layers;
mod manual;
mod mixed;
mod mixed_answers;
mod outputs;
mod prompt_cost;
mod readme;
mod recorded;
mod resume_loops;
mod resume_law;
mod salvage;
mod salvage_cases;
mod salvage_damage;
mod salvage_dirt;
mod salvage_fuzz;
mod salvage_law;
mod salvage_lost;
mod salvage_oracles;
mod simulate;
mod support;
mod tokest;
mod tokest_brief;
mod tokest_calibrate;
mod tokest_data;
mod tokest_lists;
mod tokest_score;
mod tokest_take;
mod transcript;
mod unprotected;
