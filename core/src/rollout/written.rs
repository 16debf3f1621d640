//! Plans as they were meant: the list of stages that a short form stands for, as JSON and for the eye.

use super::stage::{Fallback, Overdue, Requirement, Unapproved};
use super::{Plan, Stage, Window};
use crate::error::Escaped;
use crate::quantity::Span;
use alloc::string::String;
use core::fmt::{self, Write as _};

impl Plan {
    /// The plan's document with every stage written out and nothing left to a default. Read again, it is the same plan.
    ///
    /// ```
    /// use rampgate::rollout::Plan;
    ///
    /// let text = r#"{"stages": {"linear": {"from": "10%", "to": "100%", "steps": 4, "min_dwell": "1h"}}}"#;
    /// let plan = Plan::from_json(text)?;
    /// assert!(plan.to_json().starts_with(r#"{"stages":[{"exposure":"10%","min_dwell":"1h","#));
    /// assert_eq!(Plan::from_json(&plan.to_json())?, plan);
    /// assert_eq!(plan.to_string().lines().next(), Some("stages[0] 10%: safe for 1h"));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        let _ = self.write_json(&mut text); // writing to a String never fails
        text
    }

    fn write_json(&self, to: &mut String) -> fmt::Result {
        to.write_str("{")?;
        for (place, ring) in self.rings().iter().enumerate() {
            to.write_str(if place == 0 { r#""rings":["# } else { "," })?;
            write!(to, r#"{{"name":{},"share":"{}"}}"#, quoted(ring.name())?, ring.share())?;
        }
        to.write_str(if self.rings().is_empty() { r#""stages":["# } else { r#"],"stages":["# })?;
        for (place, stage) in self.stages().iter().enumerate() {
            to.write_str(if place == 0 { "{" } else { ",{" })?;
            if let Some(ring) = self.ring_of(stage) {
                write!(to, r#""ring":{},"#, quoted(ring.name())?)?;
            }
            stage.write_json(to)?;
        }
        write!(to, r#"],"bake":"{}","stale_after":"{}""#, self.bake(), self.stale_after())?;
        if let Some(every) = self.restart_every() {
            write!(to, r#","restart_every":"{every}""#)?;
        }
        if let Some(start) = self.start() {
            write!(to, r#","start":"{start}""#)?;
        }
        if let Some(fleet) = self.fleet() {
            write!(to, r#","fleet":{}"#, serde_json::to_string(fleet).map_err(|_| fmt::Error)?)?;
        }
        to.write_str(r#","calendar":{"deny":["#)?;
        write_windows(to, self.calendar().deny())?;
        to.write_str(r#"],"allow":["#)?;
        write_windows(to, self.calendar().allow())?;
        to.write_str("]}}")
    }
}

fn write_windows(to: &mut String, windows: &[Window]) -> fmt::Result {
    for (place, window) in windows.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        write!(to, r#"{comma}{{"from":"{}","until":"{}""#, window.from(), window.until())?;
        if let Some(why) = window.why() {
            write!(to, r#","why":{}"#, quoted(why)?)?;
        }
        to.write_str("}")?;
    }
    Ok(())
}

/// A text as JSON has it.
fn quoted(text: &str) -> Result<String, fmt::Error> {
    serde_json::to_string(text).map_err(|_| fmt::Error)
}

impl Stage {
    /// The fields but the ring, and the end of the object.
    fn write_json(&self, to: &mut String) -> fmt::Result {
        write!(
            to,
            r#""exposure":"{}","min_dwell":"{}","min_units":{}"#,
            self.within, self.min_dwell, self.min_units
        )?;
        write!(to, r#","requires":"{}","approval":"#, self.requires)?;
        match self.approval_limit {
            Some(limit) => {
                write!(to, r#"{{"within":"{}","on_timeout":"{}"}}"#, limit.within, limit.on_timeout)?;
            }
            None => write!(to, "{}", self.approval)?,
        }
        write!(to, r#","on_inconclusive":"{}","on_no_data":"{}""#, self.on_inconclusive, self.on_no_data)?;
        if self.on_invalid == Fallback::RollBack {
            to.write_str(r#","on_invalid":"rollback""#)?;
        }
        if let Some(deadline) = self.deadline {
            write!(to, r#","deadline":"{deadline}","on_deadline":"{}""#, self.on_deadline)?;
        }
        to.write_str("}")
    }
}

impl fmt::Display for Plan {
    /// A line a stage, one for the bake, and one for the fleet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, stage) in self.stages().iter().enumerate() {
            f.write_str(if number == 0 { "" } else { "\n" })?;
            write!(f, "stages[{number}] ")?;
            if let Some(ring) = self.ring_of(stage) {
                write!(f, "{} of ring `{}`, ", stage.within, Escaped(ring.name()))?;
                write!(f, "{} of all", stage.exposure)?;
            } else {
                write!(f, "{}", stage.exposure)?;
            }
            stage.write_rules(f)?;
        }
        if self.bake() > Span::ZERO {
            write!(f, "\nbake for {}", self.bake())?;
        }
        if let Some(every) = self.restart_every() {
            write!(f, "\nrestart every {every}")?;
        }
        if let Some(fleet) = self.fleet() {
            let (replicas, most, least) = (fleet.replicas(), fleet.most(), fleet.least_ready());
            write!(f, "\nby a fleet of {replicas}: at most {most} at once, at least {least} ready")?;
        }
        Ok(())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.exposure)?;
        self.write_rules(f)
    }
}

impl Stage {
    fn write_rules(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ": {} for {}", self.requires, self.min_dwell)?;
        if self.min_units > 0 {
            write!(f, ", {} units", self.min_units)?;
        }
        match self.approval_limit {
            Some(limit) => write!(f, ", approval within {} or {}", limit.within, limit.on_timeout)?,
            None if self.approval => f.write_str(", approval")?,
            None => {}
        }
        if let Some(deadline) = self.deadline {
            write!(f, ", {} after {deadline}", self.on_deadline)?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::NoHarm => "no_harm",
            Self::Unmonitored => "unmonitored",
        })
    }
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hold => "hold",
            Self::RollBack => "rollback",
        })
    }
}

impl fmt::Display for Overdue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RollBack => "rollback",
            Self::Expire => "expire",
        })
    }
}

impl fmt::Display for Unapproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RollBack => "rollback",
            Self::Expire => "expire",
            Self::Hold => "hold",
        })
    }
}
