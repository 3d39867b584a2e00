//! A report by mail: a page with pictures for programs that show one, plain tables for those that do not, and the whole
//! page attached.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

use super::super::cards::{Card, cards};
use super::super::files::{chart_options, is_chart};
use super::{remarks, subject};
use crate::render::encode::html_text;
use crate::render::{Answer, Format, Options, render};
use crate::report::{Done, Outcome, Report};
use crate::types::to_text;

/// How long a server may take for an answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many rows of a table a mail shows; the page attached has them all.
const MOST_ROWS: usize = 10;

/// How a connection is kept secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, port 465.
    Tls,
    /// TLS after a greeting, port 587.
    #[default]
    StartTls,
    /// None, port 25: for a server on the same machine.
    None,
}

/// Where a report is mailed, and through what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// The server's name.
    pub server: String,
    /// Its port, when it is not the usual one.
    pub port: Option<u16>,
    /// How the connection is kept secret.
    pub security: Security,
    /// Certificates to trust besides those of the system, as PEM: a server's own, or the one it was signed with.
    pub ca: Option<Vec<u8>>,
    /// Who logs in, and with what.
    pub login: Option<(String, String)>,
    /// Who sends: `reports@example.com`, or with a name before it.
    pub from: String,
    /// Who receives.
    pub to: Vec<String>,
}

/// Sends a report.
///
/// # Errors
/// What the server, or an address, did not allow.
pub fn send(mail: &Mail, report: &Report<'_>, options: &Options, page: &[u8]) -> Result<(), String> {
    let message = message(mail, report, options, page)?;
    let builder = match mail.security {
        Security::Tls => SmtpTransport::relay(&mail.server).and_then(|b| Ok(b.tls(Tls::Wrapper(tls(mail)?)))),
        Security::StartTls => {
            SmtpTransport::starttls_relay(&mail.server).and_then(|b| Ok(b.tls(Tls::Required(tls(mail)?))))
        }
        Security::None => Ok(SmtpTransport::builder_dangerous(&mail.server)),
    };
    let mut builder = builder.map_err(|e| told(mail, &e))?.timeout(Some(PATIENCE));
    if let Some(port) = mail.port {
        builder = builder.port(port);
    }
    if let Some((user, password)) = &mail.login {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    builder.build().send(&message).map(|_| ()).map_err(|e| told(mail, &e))
}

/// Whom a secret connection trusts.
fn tls(mail: &Mail) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut parameters = TlsParameters::builder(mail.server.clone());
    if let Some(pem) = &mail.ca {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem)?);
    }
    parameters.build()
}

fn told(mail: &Mail, error: &lettre::transport::smtp::Error) -> String {
    let mut text = format!("the mail server {} did not take the report: {error}", mail.server);
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        // What a cause repeats was said.
        if !text.contains(&error.to_string()) {
            let _ = write!(text, ": {error}");
        }
        cause = error.source();
    }
    text
}

fn mailbox(address: &str) -> Result<Mailbox, String> {
    address.parse().map_err(|e| format!("'{address}' is no mail address: {e}"))
}

/// The whole message.
fn message(mail: &Mail, report: &Report<'_>, options: &Options, page: &[u8]) -> Result<Message, String> {
    let mut builder = Message::builder().from(mailbox(&mail.from)?).subject(subject(report)).date(SystemTime::now());
    for to in &mail.to {
        builder = builder.to(mailbox(to)?);
    }
    let (html, pictures) = html(report, options);
    let mut related = MultiPart::related().singlepart(SinglePart::html(html));
    let png = ContentType::parse("image/png").map_err(|e| e.to_string())?;
    for (cid, picture) in pictures {
        related = related.singlepart(Attachment::new_inline(cid).body(picture, png.clone()));
    }
    let both = MultiPart::alternative().singlepart(SinglePart::plain(plain(report, options))).multipart(related);
    let name = format!("{}.html", report.period.name());
    let attached = Attachment::new(name).body(page.to_vec(), ContentType::TEXT_HTML);
    builder
        .multipart(MultiPart::mixed().multipart(both).singlepart(attached))
        .map_err(|e| format!("the mail cannot be put together: {e}"))
}

/// What programs show that show no pages.
fn plain(report: &Report<'_>, options: &Options) -> String {
    let mut out = format!("{}\n{}\n", subject(report), report.compared_with());
    for remark in remarks(report) {
        let _ = writeln!(out, "* {remark}");
    }
    for done in &report.done {
        let _ = write!(out, "\n{}\n\n", done.saved.title());
        match &done.outcome {
            Outcome::Failed(error) => out += &format!("{error}\n"),
            Outcome::Answers(_) if done.is_card() => {
                for card in cards(done, options).unwrap_or_default() {
                    let _ = writeln!(out, "{}: {}{}", card.name, card.value, change(&card));
                }
            }
            Outcome::Answers(_) => {
                let options = Options { max_rows: Some(MOST_ROWS), ..chart_options(done, options) };
                let plain = |answer: &Answer| Answer { visualization: None, ..answer.clone() };
                let tables: Vec<Answer> = done.tables().into_iter().map(plain).collect();
                match render(&tables, Format::Table, &options) {
                    Ok(rendered) => out += &String::from_utf8_lossy(&rendered.bytes),
                    Err(error) => out += &format!("{error}\n"),
                }
                if let Some(changed) = &done.changed {
                    let _ = writeln!(out, "{}", changed.note);
                }
            }
        }
    }
    out
}

fn change(card: &Card) -> String {
    match (&card.change, &card.before) {
        (Some(change), Some(before)) => format!(" ({change} from {before})"),
        (Some(change), None) => format!(" ({change})"),
        _ => String::new(),
    }
}

/// Mail programs know little of style: all of it stands on the elements themselves.
const CELL: &str = "style=\"padding:4px 12px;border-bottom:1px solid #e6e6e6;text-align:left\"";
const HEAD: &str = "style=\"padding:4px 12px;border-bottom:1px solid #c8c8c8;text-align:left;background:#f6f8fa\"";

/// The page of the mail, and its pictures by their content ids.
fn html(report: &Report<'_>, options: &Options) -> (String, Vec<(String, Vec<u8>)>) {
    let mut pictures = Vec::new();
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\n\
         <body style=\"font:14px/1.5 'Segoe UI',Helvetica,Arial,sans-serif;color:#242424;max-width:900px\">\n\
         <h1 style=\"font-size:20px;margin:0\">{0}</h1>\n<p style=\"color:#616161;margin:4px 0\">{1}</p>\n",
        html_text(&subject(report)),
        html_text(&report.compared_with()),
    );
    let remarks = remarks(report);
    if !remarks.is_empty() {
        let items: Vec<String> = remarks.iter().map(|remark| format!("<li>{}</li>", html_text(remark))).collect();
        let _ = writeln!(out, "<ul style=\"color:#b42318\">{}</ul>", items.concat());
    }
    for done in &report.done {
        let _ = writeln!(out, "<h2 style=\"font-size:16px;margin:28px 0 8px\">{}</h2>", html_text(done.saved.title()));
        match &done.outcome {
            Outcome::Failed(error) => {
                let _ = writeln!(out, "<pre style=\"color:#b42318\">{}</pre>", html_text(error));
            }
            Outcome::Answers(_) if done.is_card() => out += &card_table(done, options),
            Outcome::Answers(_) => {
                let charted = done.charts().into_iter().find(|answer| is_chart(answer));
                let options = chart_options(done, options);
                if let Some(Ok(picture)) =
                    charted.map(|answer| render(std::slice::from_ref(answer), Format::Png, &options))
                {
                    let cid = format!("{}@kqlens", pictures.len() + 1);
                    let _ = writeln!(
                        out,
                        "<p><img src=\"cid:{cid}\" alt=\"{}\" style=\"max-width:100%;width:800px\"></p>",
                        html_text(done.saved.title())
                    );
                    pictures.push((cid, picture.bytes));
                }
                done.tables().into_iter().for_each(|answer| out += &table(answer));
                if let Some(changed) = &done.changed {
                    let _ = writeln!(out, "<p style=\"color:#616161\">{}</p>", html_text(&changed.note));
                }
            }
        }
    }
    out += "<p style=\"color:#616161\">The whole report is attached as a page.</p>\n</body></html>\n";
    (out, pictures)
}

fn card_table(done: &Done<'_>, options: &Options) -> String {
    let mut out = "<table style=\"border-collapse:collapse\">\n".to_owned();
    for card in cards(done, options).unwrap_or_default() {
        let _ = writeln!(
            out,
            "<tr><td {CELL}>{}</td><td {CELL}><b>{}</b></td><td {CELL}>{}</td></tr>",
            html_text(&card.name),
            html_text(&card.value),
            html_text(change(&card).trim()),
        );
    }
    out + "</table>\n"
}

fn table(answer: &Answer) -> String {
    let heads: Vec<String> =
        answer.columns().iter().map(|(name, _)| format!("<th {HEAD}>{}</th>", html_text(name))).collect();
    let mut out = format!("<table style=\"border-collapse:collapse\">\n<tr>{}</tr>\n", heads.concat());
    let mut shown = 0;
    answer.for_each_row(|row| {
        if shown < MOST_ROWS {
            let cells: Vec<String> =
                row.iter().map(|value| format!("<td {CELL}>{}</td>", html_text(&to_text(value)))).collect();
            let _ = writeln!(out, "<tr>{}</tr>", cells.concat());
        }
        shown += 1;
    });
    out += "</table>\n";
    if shown > MOST_ROWS {
        let _ = writeln!(out, "<p style=\"color:#616161\">First {MOST_ROWS} of {shown} rows</p>");
    }
    out
}
