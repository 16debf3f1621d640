use crate::error::{Error, Kind};
use core::fmt;
use core::str::FromStr;

/// Whose document it is.
///
/// ```
/// use rampgate::rollout::import::Source;
///
/// assert_eq!("flagger".parse(), Ok(Source::Flagger));
/// assert_eq!("spinnaker".parse::<Source>().unwrap_err().value(), Some("spinnaker"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// `argo_rollouts`: a `Rollout` of Argo Rollouts, `argoproj.io/v1alpha1`.
    ArgoRollouts,
    /// `flagger`: a `Canary` of Flagger, `flagger.app/v1beta1`.
    Flagger,
    /// `app_config`: a deployment strategy of AWS `AppConfig`, or the name of a predefined one.
    AppConfig,
    /// `code_deploy`: a deployment configuration of AWS `CodeDeploy`, or the name of a predefined one.
    CodeDeploy,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ArgoRollouts, Self::Flagger, Self::AppConfig, Self::CodeDeploy];

    /// A text that is the bare name of something predefined, as no JSON begins.
    pub(super) fn predefined(self, text: &str) -> Option<&str> {
        let prefix = match self {
            Self::AppConfig => "AppConfig.",
            Self::CodeDeploy => "CodeDeployDefault.",
            Self::ArgoRollouts | Self::Flagger => return None,
        };
        let name = text.trim();
        name.starts_with(prefix).then_some(name)
    }

    /// The name that is read and written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ArgoRollouts => "argo_rollouts",
            Self::Flagger => "flagger",
            Self::AppConfig => "app_config",
            Self::CodeDeploy => "code_deploy",
        }
    }
}

impl FromStr for Source {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|source| source.name() == text).ok_or_else(|| {
            let rule = "must be one of `argo_rollouts`, `flagger`, `app_config`, `code_deploy`";
            Error::new("source", Kind::Unknown, rule, text)
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
