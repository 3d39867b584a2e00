//! The night shift: a report is whole or absent, tells what is wrong, and is the same whenever it is made.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;
#[path = "common/place.rs"]
mod place;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::text;
use place::{ALARM, BROKEN, BY_KEY, GLANCE, Place};

/// Every file below a folder but the lock, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        let name = entry.path().strip_prefix(folder).expect("it is below").to_owned();
        if name != Path::new(".kqlens.lock") {
            found.insert(name, std::fs::read(entry.path()).expect("a file reads"));
        }
    }
    found
}

#[test]
fn a_day_makes_a_page_with_files_a_manifest_and_a_list() {
    let place = Place::new(&[GLANCE, BY_KEY]);
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let names: Vec<String> = files(&place.at("reports")).into_keys().map(|path| path.display().to_string()).collect();
    let want = [
        "data/1-glance.csv",
        "data/1-glance.json",
        "data/1-glance.png",
        "data/1-glance.svg",
        "data/2-by-key.csv",
        "data/2-by-key.json",
        "data/2-by-key.png",
        "data/2-by-key.svg",
        "index.html",
        "manifest.json",
    ];
    let mut all: Vec<String> = want.iter().map(|name| format!("2025-02-25/{name}")).collect();
    all.push("2025-02-25/2025-02-25.xlsx".to_owned());
    all.push("index.html".to_owned());
    all.sort();
    assert_eq!(names, all);
    assert_eq!(
        place.read("reports/2025-02-25/data/2-by-key.csv"),
        "ApimSubscriptionId,Requests\r\nkey-0,3\r\nkey-1,3\r\n"
    );
    let page = place.read("reports/2025-02-25/index.html");
    assert!(page.contains("<h1>Tuesday, 25 February 2025</h1>"), "{page}");
    assert!(page.contains("<dt>Requests</dt><dd>6</dd><dd class=\"change\">+50 % <span>from 4</span></dd>"), "{page}");
    assert!(page.contains("<th scope=\"col\" class=\"n\">Change, %</th>"), "{page}");
    assert!(page.contains("<td class=\"n\">3</td><td class=\"n\" data-v=\"50.0\">50</td>"), "{page}");
    assert!(page.contains("Change against Monday, 24 February 2025;"), "{page}");
    assert!(page.contains("<h2>Requests by key</h2>\n<p>All of them.</p>"), "{page}");
    assert!(page.contains("<a href=\"data/2-by-key.csv\">2-by-key.csv</a>"), "{page}");
    let manifest: serde_json::Value =
        serde_json::from_str(&place.read("reports/2025-02-25/manifest.json")).expect("JSON");
    assert_eq!(manifest["status"], "whole");
    assert_eq!(manifest["rows"][0]["read"], 13);
    assert_eq!(manifest["queries"][1]["rows"][0], 2);
    let input = &manifest["inputs"][0];
    assert_eq!((&input["path"], &input["rows"][0]["kept"]), (&"logs/PT1H.json".into(), &13.into()), "{input}");
    for file in manifest["outputs"].as_array().expect("a list") {
        let bytes = std::fs::read(place.at("reports/2025-02-25").join(file["path"].as_str().expect("a path")))
            .expect("it is there");
        assert_eq!(file["bytes"], bytes.len());
        let digest: String =
            <sha2::Sha256 as sha2::Digest>::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(file["sha256"], digest);
    }
    assert!(place.read("reports/index.html").contains("<a href=\"2025-02-25/index.html\">2025-02-25</a>"));
    #[cfg(unix)]
    assert_eq!(std::fs::read_link(place.at("reports/latest")).expect("a link"), Path::new("2025-02-25"));
}

#[test]
fn the_same_report_has_the_same_bytes() {
    let place = Place::new(&[GLANCE, BY_KEY, BROKEN, ALARM]);
    place.run(&[]);
    let first = files(&place.at("reports"));
    // Another clock of the same day, and another folder.
    let output = place.run(&["--now", "2025-02-26T21:00Z", "--out", "others"]);
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert_eq!(first, files(&place.at("others")));
    place.run(&[]);
    assert_eq!(first, files(&place.at("reports")));
    // One thread, and another place for temporary files.
    std::fs::create_dir(place.at("tmp")).expect("a folder");
    let mut command = place.command(&["--out", "third"]);
    command.env("POLARS_MAX_THREADS", "1").env("RAYON_NUM_THREADS", "1").env("TMPDIR", place.at("tmp"));
    assert_eq!(command.output().expect("kqlens starts").status.code(), Some(5));
    assert_eq!(first, files(&place.at("third")));
}

#[test]
fn what_is_compared_is_said_or_chosen() {
    let place = Place::new(&[
        (
            "1-said.kql",
            "// compare: Slow, ['n'] by Code\nApiManagementGatewayLogs\n\
             | summarize n = count(), Slow = max(TotalTime) by Code = tostring(ResponseCode)\n| order by Code asc\n",
        ),
        ("2-never.kql", "// compare: none\nApiManagementGatewayLogs | summarize n = count() by ApimSubscriptionId\n"),
        (
            "3-line.kql",
            "ApiManagementGatewayLogs | summarize Calls = count() by bin(TimeGenerated, 4h) | render timechart\n",
        ),
        (
            "4-wrong.kql",
            "// compare: Cals by Key\nApiManagementGatewayLogs | summarize Calls = count() by Key = ApiId\n",
        ),
    ]);
    let output = place.run(&[]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("the answer has no column 'Cals'") && told.contains("did you mean 'Calls'?"), "{told}");
    let page = place.read("reports/2025-02-25/index.html");
    let row = "<td class=\"t\">500</td><td class=\"n\">2</td><td class=\"n\">100.0</td>\
               <td class=\"n\">600</td><td class=\"n\" data-v=\"100.0\">100</td>";
    assert!(page.contains("n, change %") && page.contains("Slow, change %") && page.contains(row), "{page}");
    assert!(page.contains("Calls 2025-02-24") && !page.contains("Change, %"), "{page}");
    // What programs read is the query's own answer.
    assert!(place.read("reports/2025-02-25/data/3-line.csv").starts_with("TimeGenerated,Calls\r\n"));
    let picture = place.read("reports/2025-02-25/data/3-line.svg");
    assert!(picture.contains("Calls 2025-02-24"), "{picture}");
}

#[test]
fn a_period_before_that_the_logs_lack_is_said() {
    let place = Place::new(&[BY_KEY]);
    place.run(&["--period", "2025-02-27", "--now", "2025-02-28T03:00Z"]);
    let page = place.read("reports/2025-02-27/index.html");
    assert!(page.contains("Nothing to compare with: the logs have no row of Wednesday, 26 February 2025"), "{page}");
    assert!(!page.contains("Change, %"), "{page}");
    place.run(&["--period", "2025-02-27/2025-03-01", "--now", "2025-03-01T03:00Z"]);
    let page = place.read("reports/2025-02-27--2025-02-28/index.html");
    assert!(page.contains("of which rows are missing: 2025-02-26"), "{page}");
}

#[test]
fn a_broken_query_stops_no_other() {
    let place = Place::new(&[BROKEN, BY_KEY, ("5-header.kql", "// titel: x\nprint 1\n")]);
    std::fs::write(place.at("queries/6-bytes.kql"), b"print '\xff'").expect("it is written");
    let output = place.run(&[]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("queries/3-broken.kql failed") && told.contains("did you mean 'BackendId'?"), "{told}");
    let page = place.read("reports/2025-02-25/index.html");
    assert!(page.contains("Requests by key") && page.contains("did you mean &#39;BackendId&#39;?"), "{page}");
    assert!(page.contains("did you mean &#39;title&#39;?") && page.contains("is not UTF-8"), "{page}");
    assert!(place.at("reports/2025-02-25/data/2-by-key.csv").exists());
    assert!(!place.at("reports/2025-02-25/data/3-broken.csv").exists());
}

#[test]
fn a_passed_threshold_is_marked_everywhere() {
    let place = Place::new(&[BY_KEY, ALARM]);
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    let page = place.read("reports/2025-02-25/index.html");
    assert!(page.contains("Alarm: rows &gt; 0 is 1"), "{page}");
    assert!(!page.contains("max(Errors) &gt; 5 is"), "{page}");
    let manifest: serde_json::Value =
        serde_json::from_str(&place.read("reports/2025-02-25/manifest.json")).expect("JSON");
    assert_eq!(manifest["status"], "alarm");
    assert_eq!(manifest["queries"][1]["alerts"][0]["alarm"], true);
    assert_eq!(manifest["queries"][1]["alerts"][1]["alarm"], false);
    assert!(place.read("reports/index.html").contains("1 alarm"));
}

#[test]
fn missing_days_and_bad_rows_are_told() {
    let place = Place::new(&[BY_KEY]);
    let output = place.run(&["--period", "2025-02-24/2025-02-28", "--now", "2025-03-01T03:00Z"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let page = place.read("reports/2025-02-24--2025-02-27/index.html");
    assert!(page.contains("ApiManagementGatewayLogs has no row, or next to none, of 2025-02-26"), "{page}");
    let output = place.run(&["--period", "2025-02-26", "--now", "2025-03-01T03:00Z"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(place.read("reports/2025-02-26/index.html").contains("The logs have no row of this time"));
    std::fs::write(
        place.at("logs/bad.json"),
        "{\"TimeGenerated\":\"2025-02-25T01:00:00Z\",\"Type\":\"ApiManagementGatewayLogs\"}\nnot json\n",
    )
    .expect("it is written");
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let page = place.read("reports/2025-02-25/index.html");
    assert!(page.contains("More rows were rejected than is tolerated") && page.contains("bad.json:2"), "{page}");
}

#[test]
fn a_damaged_file_is_told_where_its_hours_are_reported() {
    let place = Place::new(&[BY_KEY]);
    let hour = |day: u8| place.at(&format!("logs/y=2025/m=02/d={day}/h=10/m=00"));
    for day in [24, 25] {
        std::fs::create_dir_all(hour(day)).expect("a folder");
    }
    // Bytes of a gzip that stops at once, and what was never a log.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\x56";
    for (name, bytes) in [("PT1H.json.gz", gzip.as_slice()), ("PT1H.json", b"\x80\x81 garbage \xff\n")] {
        std::fs::write(hour(25).join(name), bytes).expect("it is written");
        let output = place.run(&["--max-rejects", "50%"]);
        assert_eq!(output.status.code(), Some(3), "{name}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains("A file is damaged"), "{}", text(&output.stderr));
        let page = place.read("reports/2025-02-25/index.html");
        assert!(page.contains("A file is damaged, and rows of it are missing: logs/y=2025/"), "{page}");
        let output = place.run(&["--max-rejects", "100%"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        std::fs::rename(hour(25).join(name), hour(24).join(name)).expect("it moves");
    }
    let output = place.run(&["--max-rejects", "50%"]);
    assert_eq!(output.status.code(), Some(0), "of the day before: {}", text(&output.stderr));
}

#[test]
fn days_are_the_zones() {
    let place = Place::new(&[GLANCE]);
    let output = place.run(&["--timezone", "America/New_York", "--period", "2025-02-25"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = place.read("reports/2025-02-25/index.html");
    // From 05:00 on: the calls at 08, 12, 16 and 20 o'clock.
    assert!(page.contains("<dt>Requests</dt><dd>4</dd>") && page.contains("Days of America/New_York"), "{page}");
}

#[test]
fn wrong_arguments_are_told() {
    let place = Place::new(&[GLANCE]);
    for (more, want) in [
        (&["--period", "tomorrow"][..], "write yesterday, last-week"),
        (&["--timezone", "Mars/Base"], "is not the name of a time zone"),
        (&["--param", "x"], "write NAME=VALUE"),
    ] {
        let output = place.run(more);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(want), "{}", text(&output.stderr));
    }
    assert!(!place.at("reports").exists());
}

/// A folder that nobody but root may write to, and the command by which root becomes somebody who may not either;
/// `None` when that cannot be done.
#[cfg(unix)]
fn locked(place: &Place) -> Option<Command> {
    use std::os::unix::fs::PermissionsExt;
    let (folder, all) = (place.at("locked"), std::fs::Permissions::from_mode(0o755));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::set_permissions(place.at(""), all).expect("it is ours");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).expect("it is ours");
    let asked = place.command(&["--out", "locked"]);
    if std::fs::write(folder.join("x"), "").is_err() {
        return Some(asked);
    }
    std::fs::remove_file(folder.join("x")).expect("it is ours");
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    let reaches = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .args([asked.get_program(), "--version".as_ref()])
        .output()
        .is_ok_and(|output| output.status.success());
    command.arg(asked.get_program()).args(asked.get_args()).current_dir(place.at(""));
    reaches.then_some(command)
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let place = Place::new(&[GLANCE]);
    std::fs::write(place.at("reports"), "a file").expect("it is written");
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("a file is in the place of a folder"), "{}", text(&output.stderr));
    match locked(&place) {
        Some(mut command) => {
            let output = command.output().expect("kqlens starts");
            assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
            assert!(text(&output.stderr).contains("must be one this user may write to"), "{}", text(&output.stderr));
            assert_eq!(files(&place.at("locked")).len(), 0);
        }
        None => eprintln!("skipped: root cannot become somebody else here"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_the_old_report_stays() {
    let place = Place::new(&[GLANCE, BY_KEY]);
    std::fs::create_dir(place.at("small")).expect("a folder");
    let mut own = Command::new("unshare");
    own.args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "small"]).current_dir(place.at(""));
    if !own.output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no file system of one's own can be mounted here");
        return;
    }
    // The report fits once, and the second time the disk is as good as full.
    let script = "mount -t tmpfs -o size=1m tmpfs small && \"$0\" \"$@\" --out small --title Old --quiet || exit 9; \
                  head -c 900000 /dev/zero >small/rest; cp -r small/2025-02-25 before; \
                  \"$0\" \"$@\" --out small --title New; code=$?; \
                  cmp small/2025-02-25/index.html before/index.html && ls -A small && exit $code";
    let asked = place.command(&["--out", "small"]);
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script]).arg(asked.get_program());
    command.args(asked.get_args().filter(|a| *a != "--out" && *a != "small")).current_dir(place.at(""));
    let output = command.output().expect("unshare starts");
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("make room, or name another folder"), "{}", text(&output.stderr));
    let left = text(&output.stdout);
    assert_eq!(left.lines().collect::<Vec<_>>(), [".kqlens.lock", "2025-02-25", "index.html", "latest", "rest"]);
}

#[cfg(unix)]
#[test]
fn a_reader_who_leaves_ends_no_report() {
    let place = Place::new(&[GLANCE, BY_KEY]);
    let mut child = place.command(&[]).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(place.at("reports/2025-02-25/manifest.json").exists());
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_leaves_the_old_report_whole() {
    let place = Place::new(&[GLANCE, BY_KEY]);
    assert_eq!(place.run(&["--title", "Old"]).status.code(), Some(0));
    let old = files(&place.at("reports/2025-02-25"));
    let start = std::time::Instant::now();
    assert_eq!(place.run(&["--title", "New", "--out", "others"]).status.code(), Some(0));
    let whole = start.elapsed();
    let new = files(&place.at("others/2025-02-25"));
    assert_ne!(old, new);
    let kills = std::env::var("KQLENS_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(20);
    for moment in 1..=kills {
        let mut child =
            place.command(&["--title", "New"]).stderr(std::process::Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(whole * moment * 10 / (kills * 9));
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
        let found = files(&place.at("reports/2025-02-25"));
        assert!(found == old || found == new, "half a report after kill {moment} of {kills}");
        assert!(place.read("reports/index.html").contains("2025-02-25"));
    }
    assert_eq!(place.run(&["--title", "New"]).status.code(), Some(0));
    let left: Vec<_> =
        std::fs::read_dir(place.at("reports")).expect("it is there").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let place = Place::new(&[("slow.kql", "range x from 1 to 49000000 step 1 | summarize max(hash(tostring(x)))\n")]);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut child = place.command(&["--quiet"]).spawn().expect("it starts");
        let begun = || std::fs::read_dir(place.at("reports")).is_ok_and(|all| all.flatten().count() >= 2);
        for _ in 0..600 {
            if begun() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert!(begun(), "the report never began");
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status()
            .expect("kill is there");
        assert!(sent.success());
        assert_eq!(child.wait().expect("it ends").code(), Some(code));
        let left: Vec<_> =
            std::fs::read_dir(place.at("reports")).expect("it is there").flatten().map(|e| e.file_name()).collect();
        assert_eq!(left, [".kqlens.lock"]);
    }
}

#[test]
fn two_runs_at_once_follow_one_another() {
    let place = Place::new(&[GLANCE, BY_KEY]);
    let both: Vec<_> = ["One", "Two"]
        .map(|title| place.command(&["--title", title]).spawn().expect("it starts"))
        .into_iter()
        .collect();
    for mut child in both {
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
    let page = place.read("reports/2025-02-25/index.html");
    let title = if page.contains("<h1>One: ") { "One" } else { "Two" };
    let found = files(&place.at("reports/2025-02-25"));
    place.run(&["--title", title, "--out", "others"]);
    assert_eq!(found, files(&place.at("others/2025-02-25")));
}
