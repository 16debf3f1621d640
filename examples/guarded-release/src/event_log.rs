//! The log of a release, as a file that `guarded-release explain` reads.

use rampgate::Timestamp;
use rampgate::log::{Log, Subject};
use rampgate::rollout::Event;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// A log that grows with the release.
pub(crate) struct EventLog {
    path: PathBuf,
    log: Log,
    file: BufWriter<File>,
}

impl EventLog {
    /// Begins the log of a spec's release at `path`, in place of what was there.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn begin(path: &Path, spec: &str) -> Result<Self, Box<dyn Error>> {
        let (log, header) = Log::begin(Subject::of_release(spec)?);
        let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut log = Self { path: path.to_owned(), log, file: BufWriter::new(file) };
        log.write(&header)?;
        Ok(log)
    }

    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn append(&mut self, events: &[Event]) -> Result<(), Box<dyn Error>> {
        let lines = self.log.append_all(events)?;
        self.write(&lines)
    }

    /// Ends the file, closed if the release is over. What to keep elsewhere, and where the log is.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn finish(mut self, over_at: Option<Timestamp>) -> Result<String, Box<dyn Error>> {
        if let Some(at) = over_at {
            let line = self.log.close(at)?;
            self.write(&line)?;
        }
        self.file.flush()?;
        Ok(format!("event log: {}, head {}", self.path.display(), self.log.head()))
    }

    fn write(&mut self, text: &str) -> Result<(), Box<dyn Error>> {
        self.file
            .write_all(text.as_bytes())
            .map_err(|error| format!("{}: {error}", self.path.display()).into())
    }
}
