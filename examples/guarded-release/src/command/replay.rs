//! Traffic, recorded or from a log, through one guarded release.

use super::spec_of;
use crate::access_log::AccessLog;
use crate::args::{Input, ReplayArgs};
use crate::page::{Note, Outcome, Page};
use crate::progress::{Progress, Style};
use crate::recording::Recording;
use crate::replay::{Replay, Settings};
use crate::story::Story;
use crate::text;
use crate::traffic::Request;
use rampgate::observe::ReplicaId;
use rampgate::release::{Release, Spec};
use rampgate::{Span, Timestamp};
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::process::ExitCode;

/// Malformed lines that are printed one by one; the rest is only counted.
const COMPLAINTS: u64 = 20;

pub(crate) fn run(args: &ReplayArgs) -> Result<ExitCode, Box<dyn Error>> {
    let (spec, _) = spec_of(args.spec.as_deref())?;
    let mut decisions = match &args.log_decisions {
        None => None,
        Some(path) => {
            Some(BufWriter::new(File::create(path).map_err(|error| format!("{}: {error}", path.display()))?))
        }
    };
    let stories = match &args.log {
        Some(input) => vec![replay_log(args, input, &spec, decisions.as_mut())?],
        None => vec![
            replay_recording(args, &Recording::healthy()?, &spec, decisions.as_mut())?,
            replay_recording(args, &Recording::faulty()?, &spec, decisions.as_mut())?,
        ],
    };
    if let Some(mut file) = decisions {
        file.flush()?;
    }
    let outcomes: Vec<Outcome> = stories.iter().map(Story::outcome).collect();
    let page = page(args, stories);
    std::fs::write(&args.out, page.to_string())
        .map_err(|error| format!("{}: {error}", args.out.display()))?;
    writeln!(io::stdout(), "page with plots: {}", args.out.display())?;
    let as_promised =
        args.log.is_some() || args.spec.is_some() || outcomes == [Outcome::Completed, Outcome::RolledBack];
    if as_promised {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        io::stderr(),
        "guarded-release: the healthy release should complete and the faulty one be rolled back"
    )?;
    Ok(ExitCode::FAILURE)
}

fn replay_recording(
    args: &ReplayArgs,
    recording: &Recording,
    spec: &Spec,
    decisions: Option<&mut BufWriter<File>>,
) -> Result<Story, Box<dyn Error>> {
    let fault = recording.fault_begins_ms().map(Timestamp::from_millis).transpose()?;
    let (title, intro) = match fault {
        None => (
            "A healthy release",
            "Recorded traffic of a web shop. Both versions meet the same figures, rough moments included.",
        ),
        Some(_) => (
            "A faulty release",
            "The same traffic; five hours in, the new version meets figures that were recorded while a real fault was injected.",
        ),
    };
    let story = Story::new(title, intro, spec, Some(fault));
    let mut progress = Progress::new(
        recording.name(),
        "requests",
        Some(recording.request_count()),
        Style::detect(args.quiet),
    );
    if !args.quiet {
        progress
            .say(&format_args!("{title}: {} recorded requests", text::count(recording.request_count())))?;
    }
    // nobody recorded who made a request, so each is a unit of its own, and its window closes with it
    let mut replay = start(args, Span::ZERO, spec, story, decisions)?;
    for (request, done) in recording.requests().zip(1..) {
        if !replay.take(&request.try_into()?, &progress)? {
            break;
        }
        progress.advance(done)?;
    }
    summarise(replay.finish(&progress)?, &progress)
}

fn replay_log(
    args: &ReplayArgs,
    input: &Input,
    spec: &Spec,
    decisions: Option<&mut BufWriter<File>>,
) -> Result<Story, Box<dyn Error>> {
    let (reader, size): (Box<dyn BufRead>, Option<u64>) = match input {
        Input::Stdin => (Box::new(io::stdin().lock()), None),
        Input::File(path) => {
            let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let size = file.metadata().ok().map(|metadata| metadata.len()).filter(|size| *size > 0);
            (Box::new(BufReader::new(file)), size)
        }
    };
    let intro = match &args.canary_path {
        Some(prefix) => {
            format!("Traffic of {input}; requests under {prefix} were served by the new version.")
        }
        None => format!(
            "Traffic of {input}. Lines that do not name an arm are assigned here, and both versions meet their outcome."
        ),
    };
    let story = Story::new("Your release", &intro, spec, None);
    let mut progress = Progress::new(&input.to_string(), "bytes", size, Style::detect(args.quiet));
    let mut replay = start(args, args.window, spec, story, decisions)?;
    let mut log = AccessLog::new(reader);
    while let Some(entry) = log.next() {
        let request = match entry.map_err(|error| format!("{input}: {error}"))? {
            Ok(line) => Request::from_log(line, args.canary_path.as_deref())?,
            Err(malformed) => {
                if log.malformed() <= COMPLAINTS {
                    progress.say(&malformed)?;
                }
                continue;
            }
        };
        if !replay.take(&request, &progress)? {
            break;
        }
        progress.advance(log.bytes_read())?;
    }
    let (read, malformed) = (log.lines_read(), log.malformed());
    if malformed > 0 {
        let more = if malformed > COMPLAINTS {
            format!(", the first {COMPLAINTS} of them above")
        } else {
            String::new()
        };
        progress.say(&format_args!("skipped {malformed} malformed of {read} lines{more}"))?;
    }
    if malformed == read {
        return Err(format!("{input}: no line could be read").into());
    }
    summarise(replay.finish(&progress)?, &progress)
}

fn start<'a>(
    args: &ReplayArgs,
    window: Span,
    spec: &Spec,
    story: Story,
    decisions: Option<&'a mut BufWriter<File>>,
) -> Result<Replay<'a>, Box<dyn Error>> {
    let release = Release::new(spec.clone(), ReplicaId(1));
    let settings = Settings {
        every: Span::from_millis(60_000)?,
        window,
        decisions: decisions.map(|file| -> &mut dyn Write { file }),
        say: !args.quiet,
    };
    Ok(Replay::new(release, settings, story)?)
}

fn summarise(story: Story, progress: &Progress) -> Result<Story, Box<dyn Error>> {
    progress.say(&format_args!("  => {}", story.closing_line()))?;
    for fact in story.facts() {
        progress.say(&format_args!("     {:18} {}", fact.label, fact.value))?;
    }
    progress.say(&"")?;
    Ok(story)
}

fn page(args: &ReplayArgs, stories: Vec<Story>) -> Page {
    let note = |heading: &str, text: &str, link: Option<&str>| Note {
        heading: heading.to_owned(),
        text: text.to_owned(),
        link: link.map(str::to_owned),
    };
    let mut notes = vec![note(
        "What is guaranteed",
        "A release no worse than its tolerated ratio is rolled back with probability at most alpha over its whole life, however often one \
         looks. One that is worse than its margin throughout a stage, and above its ceiling, passes the stage with probability at most beta. Both need \
         assignment by the recorded shares, one outcome a unit, and outcomes of both arms recorded alike.",
        None,
    )];
    if args.log.is_none() {
        notes.push(note(
            "Data",
            "Figures of the PetShop data set (CC BY 4.0, Amazon.com, Inc. or its affiliates): five-minute counts of a web shop, and of the same shop under \
             injected faults. Every figure is recorded; which version meets the faulty ones, and when, was constructed. Single requests are drawn from the \
             counts.",
            Some("https://github.com/amazon-science/petshop-root-cause-analysis"),
        ));
    }
    Page {
        title: "Guarded release".to_owned(),
        intro: "Who saw the new version, whether it hurt them, what it cost, and what was decided."
            .to_owned(),
        releases: stories.into_iter().map(Story::into_report).collect(),
        notes,
    }
}
