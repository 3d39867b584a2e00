//! The gallery: each query under `docs/gallery` and `docs/pictures` beside its picture. The first lines of a query are
//! its title, what there is to see, and the options it is run with. `KQLENS_BLESS=1 cargo test --test gallery` draws all
//! of them anew and writes the page; without it any picture that has changed fails.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use common::{expect, kqlens, root, text};
use resvg::tiny_skia::Pixmap;

/// The sections of the page: folder, heading, what it is about.
const SECTIONS: [(&str, &str, &str); 3] = [
    ("kinds", "Kinds", "Every visualization of `render`, and two of workbooks."),
    ("properties", "Properties and options", "What `render` and the command line can ask for."),
    ("data", "Data that breaks charts", "None may fail, and each shows what can be shown."),
];

/// A query and how it is drawn.
struct Exhibit {
    /// `kinds/piechart`.
    name: String,
    title: String,
    about: Vec<String>,
    options: Vec<String>,
    query: String,
}

fn exhibits(folder: &str) -> Vec<Exhibit> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the queries are there");
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "kql"));
    paths.sort();
    let exhibit = |path: &Path| {
        let whole = std::fs::read_to_string(path).expect("a query reads").replace("\r\n", "\n");
        let head: Vec<&str> = whole.lines().map_while(|line| line.strip_prefix("// ")).collect();
        let options = head.iter().find_map(|line| line.strip_prefix("kqlens run ")).unwrap_or_default();
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        Exhibit {
            name: format!("{folder}/{stem}"),
            title: head.first().map_or(stem, ToString::to_string),
            about: head[1..].iter().filter(|line| !line.starts_with("kqlens run ")).map(ToString::to_string).collect(),
            options: options.split_whitespace().map(ToOwned::to_owned).collect(),
            query: whole.lines().skip(head.len()).collect::<Vec<_>>().join("\n"),
        }
    };
    paths.iter().map(|path| exhibit(path)).collect()
}

impl Exhibit {
    /// Draws it as a user would; the answer is the picture and the notes on standard error.
    fn draw(&self, folder: &Path, extension: &str, more: &[&str]) -> (Vec<u8>, Vec<String>) {
        let picture = folder.join(format!("{}.{extension}", self.name.replace('/', "-")));
        let (query, path) = (format!("{}.kql", self.name), picture.to_string_lossy().into_owned());
        let mut arguments = vec!["run", &query, "--quiet", "-o", &path];
        arguments.extend(self.options.iter().map(String::as_str));
        arguments.extend(more);
        let output = kqlens(&arguments);
        assert!(output.status.success(), "{}: {}", self.name, text(&output.stderr));
        let notes = text(&output.stderr);
        let notes = notes.lines().filter_map(|line| line.strip_prefix("note: ")).map(ToOwned::to_owned).collect();
        (std::fs::read(picture).expect("the picture is there"), notes)
    }

    /// Its part of the page.
    fn section(&self, notes: &[String]) -> String {
        let file = self.name.trim_start_matches("docs/gallery/");
        let mut out = format!("### {}\n\n", self.title);
        for line in &self.about {
            let _ = writeln!(out, "{line}");
        }
        let options: String = self.options.iter().map(|option| format!(" {option}")).collect();
        let _ = write!(out, "\n```kusto\n{}\n```\n\n", self.query);
        let _ = write!(out, "`kqlens run {}.kql{options} -o picture.svg`\n\n", self.name);
        for note in notes {
            let _ = write!(out, "> note: {note}\n\n");
        }
        let _ = write!(out, "![{}]({file}.svg)\n\n", self.title);
        out
    }
}

/// Whether the file holds this; it is written when `KQLENS_BLESS` is set.
fn same(path: &Path, got: &str) -> bool {
    if std::env::var_os("KQLENS_BLESS").is_some() {
        std::fs::write(path, got).expect("the picture is written");
        return true;
    }
    std::fs::read_to_string(path).is_ok_and(|known| known.replace("\r\n", "\n") == got)
}

#[test]
fn every_picture_is_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut all: Vec<Exhibit> = exhibits("docs/pictures");
    for (section, ..) in SECTIONS {
        all.extend(exhibits(&format!("docs/gallery/{section}")));
    }
    assert!(all.len() > 90, "the gallery is gone");
    let (changed, sections) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        let (folder, changed, sections) = (folder.path(), &changed, &sections);
        for part in all.chunks(all.len().div_ceil(4)) {
            scope.spawn(move || {
                for exhibit in part {
                    let (svg, notes) = exhibit.draw(folder, "svg", &[]);
                    if !same(&root().join(format!("{}.svg", exhibit.name)), &text(&svg)) {
                        changed.lock().expect("no thread failed").push(exhibit.name.clone());
                    }
                    let section = exhibit.section(&notes);
                    sections.lock().expect("no thread failed").push((exhibit.name.clone(), section));
                }
            });
        }
    });
    let changed = changed.into_inner().expect("no thread failed");
    assert!(
        changed.is_empty(),
        "these pictures have changed: {}. Look at them; KQLENS_BLESS=1 cargo test --test gallery keeps them",
        changed.join(", ")
    );
    let mut sections = sections.into_inner().expect("no thread failed");
    sections.sort();
    let mut page = String::from(
        "# Gallery\n\nEvery picture beside its query. `KQLENS_BLESS=1 cargo test --test gallery` draws all of them and \
         writes this page;\nthe same test without `KQLENS_BLESS` fails when one has changed.\n\n",
    );
    for (section, heading, about) in SECTIONS {
        let _ = write!(page, "## {heading}\n\n{about}\n\n");
        let folder = format!("docs/gallery/{section}/");
        page.extend(sections.iter().filter(|(name, _)| name.starts_with(&folder)).map(|(_, text)| text.as_str()));
    }
    expect(&root().join("docs/gallery/index.md"), &page);
}

/// Pixels may differ a little: another version of the rasteriser rounds another way.
#[test]
fn rasters_look_as_they_did() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for exhibit in exhibits("docs/pictures") {
        let (png, _) = exhibit.draw(folder.path(), "png", &["--scale", "1"]);
        let path = root().join(format!("{}.png", exhibit.name));
        if std::env::var_os("KQLENS_BLESS").is_some() {
            std::fs::write(&path, &png).expect("the picture is written");
        }
        let now = Pixmap::decode_png(&png).expect("a picture");
        let known = Pixmap::load_png(&path).expect("the picture is there");
        assert_eq!((now.width(), now.height()), (known.width(), known.height()), "{}", exhibit.name);
        let pairs = now.data().iter().zip(known.data());
        let far = pairs.filter(|(a, b)| a.abs_diff(**b) > 40).count();
        assert!(far * 500 < now.data().len(), "{}: {far} of {} values differ", exhibit.name, now.data().len());
    }
}

/// Width, height and the first pixel of a picture made with options.
fn drawn(options: &[&str]) -> (u32, u32, [u8; 3]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("chart.png").to_string_lossy().into_owned();
    let query = "print Api = 'a', Calls = 1 | render barchart";
    let output = kqlens(&[&["run", "-e", query, "-o", &path], options].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let picture = Pixmap::load_png(&path).expect("a picture");
    let first = picture.pixel(0, 0).expect("a pixel");
    (picture.width(), picture.height(), [first.red(), first.green(), first.blue()])
}

#[test]
fn size_scale_and_theme_are_obeyed() {
    assert_eq!(drawn(&["--size", "400x300"]), (800, 600, [255, 255, 255]));
    assert_eq!(drawn(&["--size", "1200x600", "--scale", "1.5", "--theme", "dark"]), (1800, 900, [31, 31, 31]));
    assert_eq!(drawn(&["--scale", "1", "--timezone", "Europe/Rome"]), (800, 240, [255, 255, 255]));
}

#[test]
fn options_that_cannot_be_met_say_so() {
    let picture = |options: &[&str]| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("chart.png");
        let place = path.to_string_lossy().into_owned();
        let output = kqlens(&[&["run", "-e", "print n = 1 | render card", "-o", &place], options].concat());
        assert!(!path.exists(), "{options:?} left a file behind");
        (output.status.code().unwrap_or(-1), text(&output.stderr))
    };
    for (options, code, says) in [
        (["--font", "no-such-font.ttf"], 4, "no-such-font.ttf"),
        (["--font", "Cargo.toml"], 2, "font"),
        (["--timezone", "Mars/Base"], 2, "Mars/Base"),
        (["--size", "1x1"], 2, "--size"),
        (["--scale", "1000"], 2, "pixels"),
        (["--scale", "0"], 2, "pixels"),
    ] {
        let (exit, message) = picture(&options);
        assert_eq!(exit, code, "{options:?}: {message}");
        assert!(message.contains(says), "{options:?}: {message}");
    }
}
