//! Steps that follow one another along a timeline.

mod completion;
mod detect;
mod funnel;

use super::Plugin;

/// The family.
pub(super) const PLUGINS: &[Plugin] = &[funnel::PLUGIN, completion::PLUGIN, detect::PLUGIN];
