//! What happened? The log of a release: every event, one a line, chained so that no line can be changed unseen, and told as a story.
//!
//! A [`Log`] turns the events of a rollout into lines for the host to append to a file. [`verify`] reads them back, [`Verified::replay`] runs them, to the
//! live state bit for bit, and [`Verified::explain`] tells them in plain sentences. The format, `rampgate-log-1`, is specified in `spec/log.md`. Needs
//! the feature `log`.
//!
//! A line's hash covers the line before it, so an alteration anywhere shows unless everything after it is written anew too. That, and an end that was
//! cut off, shows only against a [`Head`] that was kept elsewhere: [`verify_against`].
//!
//! ```
//! use rampgate::log::{Log, Subject, verify, verify_against};
//! use rampgate::observe::ReplicaId;
//! use rampgate::release::Release;
//! use rampgate::rollout::Command;
//!
//! let spec = r#"{
//!     "rampgate": 1, "name": "checkout v2",
//!     "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
//!     "stages": [{"exposure": "50%", "min_dwell": "10m", "min_units": 100}],
//!     "guardrails": [{"name": "errors"}]
//! }"#;
//! let mut release = Release::from_json(spec, ReplicaId(1))?;
//! let (mut log, mut file) = Log::begin(Subject::of_release(spec)?);
//!
//! let start = release.step("2026-11-24T12:00:00Z".parse()?, Command::Start { by: "ann".into() })?;
//! file += &log.append_all(&start.events)?;
//! let abort = Command::Abort { by: "bob".into(), why: "wrong build".into() };
//! file += &log.append_all(&release.step("2026-11-24T12:05:00Z".parse()?, abort)?.events)?;
//! let head = log.head(); // kept elsewhere
//!
//! let verified = verify_against(&file, &head)?;
//! let subject = Subject::of_release(spec)?;
//! assert_eq!(&verified.replay(&subject)?.0, release.rollout());
//! assert_eq!(
//!     verified.explain(&subject)?.to_string(),
//!     "checkout v2: rolled back from 50%, 5 minutes after the start: bob aborted the release: wrong build. Nobody has confirmed that it is in \
//!      force.\n\n\
//!      2026-11-24 12:00:00 UTC  #1  ann started the release.\n\
//!      2026-11-24 12:00:00 UTC  #1  Exposure rose from 0% to 50% (stage 1 of 1): nothing stood in the way.\n\
//!      2026-11-24 12:05:00 UTC  #2  bob aborted the release: wrong build.\n\
//!      2026-11-24 12:05:00 UTC  #2  Rolled back from 50% to 0%. That was 5 minutes after stage 1 began.\n\
//!      2026-11-24 12:05:00 UTC  #2  Time by stage: 5 minutes in stage 1 (50%).\n\
//!      2026-11-24 12:05:00 UTC  #2  Left undone: nobody has confirmed that exposure 0% is in force; the rollback was ordered at \
//!      2026-11-24 12:05:00 UTC.\n"
//! );
//! assert!(verify(&file.replace("bob", "eve")).is_err());
//! # Ok::<(), rampgate::Error>(())
//! ```

mod course;
mod head;
mod line;
mod phrases;
mod quiet;
mod reader;
mod stays;
mod story;
mod subject;
mod teller;
mod usual;
mod words;
mod writer;

pub use head::Head;
pub use reader::{Verified, verify, verify_against};
pub use story::{Sentence, Severity, Story, Topic};
pub use subject::Subject;
pub use writer::Log;
