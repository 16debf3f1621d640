use super::aws::{ALARMS, growth, properties};
use super::draft::{Draft, DraftStage};
use super::duration::minutes;
use super::kubernetes::given;
use super::report::Report;
use crate::document::{Field, Fields};
use crate::error::Kind;
use crate::quantity::{Share, Span};
use alloc::vec::Vec;

/// Most minutes between two shifts: a deployment lasts two days at most.
const MOST_MINUTES: u64 = 2_880;

/// How traffic, or hosts, go over to the new version.
#[derive(Clone, Copy)]
enum Routing {
    AllAtOnce,
    /// Percent at first, and the minutes until all the rest.
    Canary(u32, u64),
    /// Percent at a time, and the minutes between.
    Linear(u32, u64),
    /// Percent of the hosts at a time, one batch after the other.
    Batches(u32),
    /// One host after the other.
    Hosts,
}

/// The predefined ones, without `CodeDeployDefault.`.
const PREDEFINED: [(&str, Routing); 17] = [
    ("LambdaAllAtOnce", Routing::AllAtOnce),
    ("LambdaCanary10Percent5Minutes", Routing::Canary(10, 5)),
    ("LambdaCanary10Percent10Minutes", Routing::Canary(10, 10)),
    ("LambdaCanary10Percent15Minutes", Routing::Canary(10, 15)),
    ("LambdaCanary10Percent30Minutes", Routing::Canary(10, 30)),
    ("LambdaLinear10PercentEvery1Minute", Routing::Linear(10, 1)),
    ("LambdaLinear10PercentEvery2Minutes", Routing::Linear(10, 2)),
    ("LambdaLinear10PercentEvery3Minutes", Routing::Linear(10, 3)),
    ("LambdaLinear10PercentEvery10Minutes", Routing::Linear(10, 10)),
    ("ECSAllAtOnce", Routing::AllAtOnce),
    ("ECSCanary10Percent5Minutes", Routing::Canary(10, 5)),
    ("ECSCanary10Percent15Minutes", Routing::Canary(10, 15)),
    ("ECSLinear10PercentEvery1Minutes", Routing::Linear(10, 1)),
    ("ECSLinear10PercentEvery3Minutes", Routing::Linear(10, 3)),
    ("AllAtOnce", Routing::AllAtOnce),
    ("HalfAtATime", Routing::Batches(50)),
    ("OneAtATime", Routing::Hosts),
];

const BATCHES: &str = "a share of the hosts at a time: the exposure is the share of units that they serve, if units are spread evenly; nothing says how long a \
                       batch is watched";

/// Reads a deployment configuration.
pub(super) fn read(root: &Field<'_>, report: &mut Report) -> Option<Draft> {
    if !root.is_object() {
        let name = root.text()?;
        let known = name.strip_prefix("CodeDeployDefault.").unwrap_or_default();
        let Some((_, routing)) = PREDEFINED.iter().find(|(predefined, _)| *predefined == known) else {
            root.refuse(Kind::Unknown, "must be the name of a predefined configuration, such as `CodeDeployDefault.LambdaCanary10Percent5Minutes`");
            return None;
        };
        match routing {
            Routing::Batches(_) => report.approximated(root, BATCHES),
            _ => report.carried(root),
        }
        return draft(*routing, root, root, report);
    }
    let (whole, mut fields) = properties(root, "deploymentConfigInfo")?;
    let hosts = either(&mut fields, "minimumHealthyHosts", "MinimumHealthyHosts");
    if let Some(routing) = either(&mut fields, "trafficRoutingConfig", "TrafficRoutingConfig") {
        if let Some(hosts) = hosts {
            report.dropped(&hosts, "traffic is shifted by shares, and hosts are not counted");
        }
        let (routing, at) = read_routing(&routing, report)?;
        return draft(routing, &at, &whole, report);
    }
    let Some(hosts) = hosts else {
        whole.refuse(Kind::Missing, "must have `trafficRoutingConfig` or `minimumHealthyHosts`");
        return None;
    };
    draft(read_hosts(&hosts, report)?, &hosts, &whole, report)
}

fn read_routing<'a>(field: &Field<'a>, report: &mut Report) -> Option<(Routing, Field<'a>)> {
    let mut fields = field.object()?;
    let Some(kind) = either(&mut fields, "type", "Type") else {
        field.refuse(Kind::Missing, "must have a `type`");
        return None;
    };
    report.carried(&kind);
    let (name, routing): (_, fn(u32, u64) -> Routing) = match kind.text()? {
        "AllAtOnce" => return Some((Routing::AllAtOnce, kind)),
        "TimeBasedCanary" => (
            [
                "timeBasedCanary",
                "TimeBasedCanary",
                "canaryPercentage",
                "CanaryPercentage",
                "canaryInterval",
                "CanaryInterval",
            ],
            Routing::Canary,
        ),
        "TimeBasedLinear" => (
            [
                "timeBasedLinear",
                "TimeBasedLinear",
                "linearPercentage",
                "LinearPercentage",
                "linearInterval",
                "LinearInterval",
            ],
            Routing::Linear,
        ),
        _ => {
            kind.refuse(Kind::Unknown, "must be one of `TimeBasedCanary`, `TimeBasedLinear`, `AllAtOnce`");
            return None;
        }
    };
    let [own, own_too, percentage, percentage_too, interval, interval_too] = name;
    let Some(own) = either(&mut fields, own, own_too) else {
        field.refuse(Kind::Missing, "must have what its type names");
        return None;
    };
    let mut fields = own.object()?;
    let (percentage, interval) =
        (either(&mut fields, percentage, percentage_too), either(&mut fields, interval, interval_too));
    let (Some(percentage), Some(interval)) = (percentage, interval) else {
        own.refuse(Kind::Missing, "must have a percentage and an interval");
        return None;
    };
    report.carried(&percentage);
    report.carried(&interval);
    let percent = percentage.integer(1..=100).and_then(|percent| u32::try_from(percent).ok());
    let span = minutes(&interval, 1, MOST_MINUTES);
    Some((routing(percent?, span?.as_millis() / 60_000), percentage))
}

fn read_hosts(field: &Field<'_>, report: &mut Report) -> Option<Routing> {
    let mut fields = field.object()?;
    let (kind, value) = (either(&mut fields, "type", "Type"), either(&mut fields, "value", "Value"));
    let (Some(kind), Some(value)) = (kind, value) else {
        field.refuse(Kind::Missing, "must have a `type` and a `value`");
        return None;
    };
    match kind.text()? {
        "FLEET_PERCENT" => {
            let healthy = value.integer(0..=99).and_then(|healthy| u32::try_from(healthy).ok())?;
            report.approximated(field, BATCHES);
            Some(Routing::Batches(100_u32.saturating_sub(healthy)))
        }
        "HOST_COUNT" => Some(Routing::Hosts),
        _ => {
            kind.refuse(Kind::Unknown, "must be one of `FLEET_PERCENT`, `HOST_COUNT`");
            None
        }
    }
}

fn draft(routing: Routing, at: &Field<'_>, whole: &Field<'_>, report: &mut Report) -> Option<Draft> {
    let share = |percent: u32| Share::clamped(percent.saturating_mul(10_000));
    let shifts = |stages: Vec<DraftStage>, minutes: u64| {
        let dwell = Span::clamped(minutes.saturating_mul(60_000));
        let last = |stage: &DraftStage| stage.exposure == Share::ALL;
        stages
            .into_iter()
            .map(|stage| if last(&stage) { stage } else { DraftStage { dwell, ..stage } })
            .collect()
    };
    let stages = match routing {
        Routing::AllAtOnce => Vec::new(),
        Routing::Canary(percent, minutes) => shifts(Vec::from([DraftStage::new(share(percent))]), minutes),
        Routing::Linear(percent, minutes) => shifts(growth(share(percent), false), minutes),
        Routing::Batches(percent) => growth(share(percent), false),
        Routing::Hosts => {
            at.refuse(
                Kind::Conflict,
                "depends on how many hosts there are, so no exposures follow from it: say them as stages",
            );
            return None;
        }
    };
    let mut draft = Draft { stages, monitored: true, ..Draft::default() };
    draft.promote(at, report);
    if !draft.fits(at) {
        return None;
    }
    report.supplied(whole, ALARMS);
    draft.settle(whole, report);
    Some(draft)
}

/// A field by its name in the service's own documents, or in those of `CloudFormation`.
fn either<'a>(fields: &mut Fields<'a>, own: &'static str, too: &'static str) -> Option<Field<'a>> {
    given(fields, own).or_else(|| given(fields, too))
}
