//! One file per step of a pass.

mod act;
mod attempt;
mod chart;
mod chart_template;
mod check;
mod dependencies;
mod drift;
mod finalize;
mod identity;
mod release_target;
mod run_action;
mod source;
mod take_up;
mod values;
