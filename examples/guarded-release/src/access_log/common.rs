//! Common and Combined Log Format, <https://httpd.apache.org/docs/current/logs.html>.

use super::field::{status_of_text, time_of_common_log};
use super::malformed::Flaw;
use super::{FIRST_FAILING_STATUS, LogLine};

/// `host ident user [time] "request" status size`; whatever follows (referrer, agent, your own fields) is not read.
///
/// The unit is the user if the line names one, else the host.
pub(super) fn read(line: &str) -> Result<LogLine, Flaw> {
    let (caller, rest) = line
        .split_once(" [")
        .ok_or_else(|| Flaw::new("time", "must stand in [brackets] after host, ident and user", line))?;
    let unit = unit(caller)?;
    let (time, rest) = rest
        .split_once("] ")
        .ok_or_else(|| Flaw::new("time", "must end with a bracket and a space", rest))?;
    let at_ms = time_of_common_log(time)?;
    let (request, rest) = quoted(rest)?;
    let (status, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = status_of_text(status)?;
    let size = rest.split(' ').next().unwrap_or_default();
    if size != "-" && (size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Flaw::new("size", "must be a whole number or `-`", size));
    }
    Ok(LogLine {
        at_ms,
        unit: unit.to_owned(),
        arm: None,
        path: path(request).map(str::to_owned),
        failed: status >= FIRST_FAILING_STATUS,
        status,
        latency_ms: None,
    })
}

fn unit(caller: &str) -> Result<&str, Flaw> {
    let mut fields = caller.split(' ');
    let (Some(host), Some(_), Some(user), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(Flaw::new("host", "must be followed by ident and user alone before the time", caller));
    };
    match (host, user) {
        ("" | "-", "" | "-") => {
            Err(Flaw::new("host", "must name a host or a user, to know units apart", caller))
        }
        (host, "" | "-") => Ok(host),
        (_, user) => Ok(user),
    }
}

/// Splits `"text" rest`, where a backslash protects the character after it; `text` stays as the server wrote it.
fn quoted(text: &str) -> Result<(&str, &str), Flaw> {
    let wrong = |rule| Flaw::new("request", rule, text);
    let inside = text.strip_prefix('"').ok_or_else(|| wrong("must stand in \"quotes\" after the time"))?;
    let mut escaped = false;
    let end = inside.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    let (request, rest) =
        end.and_then(|end| inside.split_at_checked(end)).ok_or_else(|| wrong("must end with a quote"))?;
    let rest = rest.strip_prefix("\" ").ok_or_else(|| wrong("must be followed by a space and the status"))?;
    Ok((request, rest))
}

/// The target of `GET /target HTTP/1.1`; none where the request was not HTTP.
fn path(request: &str) -> Option<&str> {
    let (method, rest) = request.split_once(' ')?;
    let target = match rest.rsplit_once(' ') {
        Some((target, version)) if version.starts_with("HTTP/") => target,
        _ => rest,
    };
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_method && !target.is_empty()).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "[10/Oct/2000:13:55:36 -0700]";

    fn line(caller: &str, rest: &str) -> Result<LogLine, Flaw> {
        read(&format!("{caller} {TIME} {rest}"))
    }

    #[test]
    fn the_formats_own_example() {
        let line = line("127.0.0.1 - frank", r#""GET /apache_pb.gif HTTP/1.0" 200 2326"#).unwrap();
        let expected = LogLine {
            at_ms: 971_211_336_000,
            unit: "frank".to_owned(),
            arm: None,
            path: Some("/apache_pb.gif".to_owned()),
            failed: false,
            status: 200,
            latency_ms: None,
        };
        assert_eq!(line, expected);
    }

    #[test]
    fn combined_format_dashes_ipv6_and_extra_fields() {
        let tail = r#""GET / HTTP/1.1" 503 - "http://a/\"b" "agent [x] (\"y\")" 0.123 "more"#;
        let line = line("2001:db8::1%eth0 - -", tail).unwrap();
        assert_eq!((line.unit.as_str(), line.status, line.failed), ("2001:db8::1%eth0", 503, true));
    }

    #[test]
    fn requests_that_are_odd_but_readable() {
        for (request, path) in [
            (r#"GET /a\"b HTTP/1.1"#, Some(r#"/a\"b"#)),
            (r"GET /a\\ HTTP/1.1", Some(r"/a\\")),
            ("GET /a b HTTP/1.1", Some("/a b")),
            ("GET /old", Some("/old")),
            ("GET /?q=[1] HTTP/2.0", Some("/?q=[1]")),
            ("-", None),
            ("", None),
            (r"\x16\x03\x01", None),
            ("get / HTTP/1.1", None),
            ("GET  HTTP/1.1", None),
        ] {
            let line = line("h - -", &format!("\"{request}\" 404 0")).unwrap();
            assert_eq!(line.path.as_deref(), path, "{request}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (caller, rest, message) in [
            (
                "h - -",
                r#""GET /" 999 0"#,
                "invalid `status`: must be a whole number from 100 to 599, got `999`",
            ),
            (
                "h - -",
                r#""GET /" +20 0"#,
                "invalid `status`: must be a whole number from 100 to 599, got `+20`",
            ),
            ("h - -", r#""GET /" - 0"#, "invalid `status`: must be a whole number from 100 to 599, got `-`"),
            ("h - -", r#""GET /" 200"#, "invalid `size`: must be a whole number or `-`, got ``"),
            ("h - -", r#""GET /" 200 x"#, "invalid `size`: must be a whole number or `-`, got `x`"),
            ("h - -", r#""GET /a"b" 200 0"#, "invalid `request`: must be followed by a space and the status"),
            ("h - -", r#""GET /\" 200 0"#, "invalid `request`: must end with a quote"),
            ("h - -", "GET / 200 0", "invalid `request`: must stand in \"quotes\" after the time"),
            ("- - -", r#""GET /" 200 0"#, "invalid `host`: must name a host or a user, to know units apart"),
            ("site:80 h - -", r#""GET /" 200 0"#, "invalid `host`: must be followed by ident and user alone"),
            ("h - a b", r#""GET /" 200 0"#, "invalid `host`: must be followed by ident and user alone"),
        ] {
            let message_got = line(caller, rest).unwrap_err().to_string();
            assert!(message_got.starts_with(message), "{message_got}");
        }
        for bad in [
            "",
            "[",
            "h - - [",
            "h - - []",
            "h - - [] ",
            "h - - [x] \"\"",
            "h - - [10/Oct/2000:13:55:36 -0700]",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
