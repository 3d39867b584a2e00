//! Whom a report is sent to.

use std::path::Path;

use super::arguments::{Notify, ReportArguments};
use super::config::Secrets;
use super::exit::{Exit, Failure, io_failure};
use super::output;
use crate::render::Options;
use crate::report::{Mail, Report, Status, Webhook, post_webhook, send_mail};

/// The ways a report goes, and when.
pub(super) struct Channels {
    when: Notify,
    mail: Option<Mail>,
    webhook: Option<Webhook>,
}

/// What is configured, complete or refused before anything is run.
pub(super) fn channels(arguments: &ReportArguments, secrets: &Secrets) -> Result<Channels, Failure> {
    let wrong = |message: &str| Failure::new(Exit::Usage, message);
    let mut channels = Channels { when: arguments.notify, mail: None, webhook: None };
    if arguments.notify == Notify::Never {
        return Ok(channels);
    }
    if let Some(server) = &arguments.mail_server {
        let (server, port) = match server.rsplit_once(':') {
            Some((name, port)) => {
                (name, Some(port.parse().map_err(|_| wrong("the mail server is NAME or NAME:PORT"))?))
            }
            None => (server.as_str(), None),
        };
        let from =
            arguments.mail_from.clone().ok_or_else(|| wrong("a mail needs a sender: mail.from or --mail-from"))?;
        if arguments.mail_to.is_empty() {
            return Err(wrong("a mail needs somebody who gets it: mail.to or --mail-to"));
        }
        let login = match (&secrets.mail_user, &secrets.mail_password) {
            (Some(user), Some(password)) => Some((user.clone(), password.clone())),
            (None, None) => None,
            _ => return Err(wrong("a login has a user and a password: KQLENS_MAIL_USER and KQLENS_MAIL_PASSWORD")),
        };
        let to = arguments.mail_to.clone();
        let security = secrets.mail_security;
        let unreadable = |path: &Path, e: std::io::Error| {
            io_failure(&format!("cannot read {}, the mail server's certificate", path.display()), &e)
        };
        let ca =
            secrets.mail_ca.as_ref().map(|path| std::fs::read(path).map_err(|e| unreadable(path, e))).transpose()?;
        channels.mail = Some(Mail { server: server.to_owned(), port, security, ca, login, from, to });
    }
    if let Some(url) = &secrets.webhook_url {
        channels.webhook = Some(Webhook { url: url.clone(), token: secrets.webhook_token.clone() });
    }
    if channels.mail.is_none() && channels.webhook.is_none() {
        return Err(wrong("--notify needs a mail server or a webhook: see kqlens init"));
    }
    Ok(channels)
}

/// Sends a report every way that is asked for. That one fails stops no other.
pub(super) fn send(channels: &Channels, report: &Report<'_>, options: &Options, page: &str) -> Result<(), Failure> {
    let is_wanted = match channels.when {
        Notify::Never => false,
        Notify::Always => true,
        Notify::Problems => report.status() != Status::Whole,
    };
    if !is_wanted {
        return Ok(());
    }
    let mut failures = Vec::new();
    if let Some(mail) = &channels.mail {
        failures.extend(send_mail(mail, report, options, page.as_bytes()).err());
    }
    if let Some(webhook) = &channels.webhook {
        failures.extend(post_webhook(webhook, report, options).err());
    }
    if failures.is_empty() {
        return Ok(());
    }
    failures.iter().for_each(|failure| output::failure(failure));
    Err(Failure::new(Exit::Environment, "the report was made, but not sent to everyone"))
}
