use super::series::read_points;
use super::{Alternative, Comparison, MannWhitney, Method};
use crate::document::{Field, Node};
use crate::error::{Error, Problems};
use crate::quantity::Probability;

impl Comparison {
    /// Reads a question from JSON and answers it: `canary` and `control`, and optionally `alternative` (`two_sided`, `less`, `greater`),
    /// `method` (`normal_corrected`, `normal`, `exact`) and `level` of the interval (0.95).
    ///
    /// ```
    /// use rampgate::canary::classic::Comparison;
    ///
    /// let answer = Comparison::from_json(r#"{"canary": [1, 2, 3], "control": [4, 5, 6], "method": "exact"}"#)?;
    /// assert_eq!((answer.u, answer.estimate), (0.0, -3.0));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, what is wrong with its fields, and as [`MannWhitney::new`] and [`MannWhitney::compare`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("question", text)?;
        let problems = Problems::default();
        let question = read(&Field::root(&node, &problems));
        let (test, alternative, method, level) = problems.finish(question)?;
        test.compare(alternative, method, level)
    }
}

fn read(field: &Field<'_>) -> Option<(MannWhitney, Alternative, Method, Probability)> {
    let mut fields = field.object()?;
    let canary = fields.required("canary").and_then(|field| read_points(&field, false));
    let control = fields.required("control").and_then(|field| read_points(&field, false));
    let alternative = fields.optional("alternative").map_or(Some(Alternative::default()), |field| {
        field.choice(&[
            ("two_sided", Alternative::TwoSided),
            ("less", Alternative::Less),
            ("greater", Alternative::Greater),
        ])
    });
    let method = fields.optional("method").map_or(Some(Method::default()), |field| {
        field.choice(&[
            ("normal_corrected", Method::NormalCorrected),
            ("normal", Method::Normal),
            ("exact", Method::Exact),
        ])
    });
    let level = fields.optional("level").map_or(Probability::new(0.95).ok(), |field| field.probability());
    fields.finish();
    let test = MannWhitney::new(&canary?, &control?).map_err(|error| field.refuse_as(&error)).ok()?;
    Some((test, alternative?, method?, level?))
}
