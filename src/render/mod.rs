//! stub until merge
/// Viz.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visualization {
    /** k */
    pub kind: String,
    /** p */
    pub properties: Vec<(String, String)>,
}
