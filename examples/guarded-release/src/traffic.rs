//! What the replay is fed with, whether it was recorded or comes from a log.

use crate::access_log::{self, LogLine};
use crate::args::is_under;
use crate::recording;
use rampgate::release::Arm;
use rampgate::{Error, Timestamp};

/// One request: who, when, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: Timestamp,
    pub(crate) unit: String,
    pub(crate) fate: Fate,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody has served it yet: it fails by the version that it is assigned.
    Open { on_control: bool, on_canary: bool },
    /// It was served by a version that the log names.
    Served { arm: Arm, failed: bool },
}

impl TryFrom<recording::Request> for Request {
    type Error = Error;

    fn try_from(request: recording::Request) -> Result<Self, Error> {
        let recording::Request { at_ms, unit, fails_on_control, fails_on_canary } = request;
        let fate = Fate::Open { on_control: fails_on_control, on_canary: fails_on_canary };
        Ok(Self { at: Timestamp::from_millis(at_ms)?, unit, fate })
    }
}

impl Request {
    /// The request of a log line. Where neither the line nor `canary_path` tells who served it, both versions share its outcome.
    pub(crate) fn from_log(line: LogLine, canary_path: Option<&str>) -> Result<Self, Error> {
        let by_path = canary_path.map(|prefix| {
            let under = line.path.as_deref().is_some_and(|path| is_under(path, prefix));
            if under { Arm::Canary } else { Arm::Control }
        });
        let named = line.arm.map(|arm| match arm {
            access_log::Arm::Control => Arm::Control,
            access_log::Arm::Canary => Arm::Canary,
        });
        let fate = match named.or(by_path) {
            Some(arm) => Fate::Served { arm, failed: line.failed },
            None => Fate::Open { on_control: line.failed, on_canary: line.failed },
        };
        Ok(Self { at: Timestamp::from_millis(line.at_ms)?, unit: line.unit, fate })
    }
}
