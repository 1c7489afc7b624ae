internal import Basics

extension ReportSheet {
    /// One page for people, on a screen and on paper, that needs no other file, no script and no network.
    var html: String {
        var out = Markup("<!doctype html>")
        out.element("html", ["lang": language.rawValue]) { out in
            out.element("head") { out in head(&out) }
            out.lineEnd()
            out.element("body") { out in
                out.lineEnd()
                top(&out)
                out.element("main") { out in
                    out.lineEnd()
                    areas(&out)
                    findings(&out)
                    unseen(&out)
                }
                out.lineEnd()
                out.element("footer") { out in
                    let words = ReportMessages.made(["version": version, "time": minute])
                    out.element("p", words: text(words))
                }
                out.lineEnd()
            }
        }
        return out.text + "\n"
    }

    private func head(_ out: inout Markup) {
        out.open("meta", ["charset": "utf-8"])
        out.open("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        out.open("meta", ["name": "color-scheme", "content": "light dark"])
        out.open("meta", ["name": "referrer", "content": "no-referrer"])
        // Even if something in here were taken for markup: nothing runs, and nothing is loaded.
        out.open(
            "meta",
            ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"])
        out.lineEnd()
        out.element("title", words: text(ReportMessages.title(["root": survey.root])))
        out.element("style") { $0.verbatim(ReportStyle.text) }
    }

    // MARK: - What it came to

    private func top(_ out: inout Markup) {
        out.element("header") { out in
            out.element("p", ["class": "brand"]) { out in
                out.verbatim(ReportStyle.logo)
                out.element("span", words: "ComfyGate")
            }
            out.element("div", ["class": "verdict \(report.worst?.rawValue ?? "ok")"]) { out in
                out.element("h1", words: heading)
                let tallies = Severity.allCases.reversed().compactMap { severity in
                    let count = report.faults.count { $0.severity == severity }
                    return count == 0 ? nil : (severity, text(ReportMessages.tally(severity, count: count)))
                }
                if !tallies.isEmpty {
                    out.element("ul", ["class": "tally"]) { out in
                        for (severity, words) in tallies {
                            out.element("li") { out in
                                out.element(
                                    "a", ["class": "badge \(severity.rawValue)", "href": "#\(severity.rawValue)"],
                                    words: words)
                            }
                        }
                    }
                }
            }
            out.lineEnd()
            out.element("ul", ["class": "seen"]) { out in
                out.element("li") { out in
                    out.element("code") { out in out.element("bdi", words: survey.root) }
                    out.words(" · ")
                    out.element("time", ["datetime": time.rfc3339], words: minute)
                }
                for line in survey.lines { out.element("li", words: text(line)) }
            }
        }
        out.lineEnd()
    }

    private func areas(_ out: inout Markup) {
        out.element("section") { out in
            out.element("h2", words: text(ReportMessages.areas))
            out.element("table") { out in
                out.element("thead") { out in
                    out.element("tr") { out in
                        out.element("th", ["scope": "col"], words: text(ReportMessages.area))
                        out.element("th", ["scope": "col"], words: text(ReportMessages.state))
                        out.element("th", ["scope": "col", "colspan": "2"], words: text(ReportMessages.score))
                        out.element("th", ["scope": "col", "class": "number"], words: text(ReportMessages.held))
                    }
                }
                out.lineEnd()
                out.element("tbody") { out in
                    out.lineEnd()
                    for line in report.lines {
                        write(line, to: &out)
                        out.lineEnd()
                    }
                }
            }
            out.element("p", ["class": "note"], words: text(ReportMessages.scoring))
        }
        out.lineEnd()
    }

    private func write(_ line: CheckReport.Line, to out: inout Markup) {
        let judged = line.holding + line.faulty
        let kind = judged == 0 ? "unknown" : line.worst?.rawValue ?? "ok"
        out.element("tr") { out in
            out.element("th", ["scope": "row"], words: text(line.area.phrase))
            out.element("td", ["class": "state"]) { out in
                out.element("span", ["class": "badge \(kind)"], words: state(of: line))
            }
            out.element("td", ["class": "bar"]) { out in
                // A drawing: a background would not be printed.
                out.element(
                    "svg",
                    [
                        "class": kind, "viewBox": "0 0 100 8", "preserveAspectRatio": "none", "aria-hidden": "true",
                        "focusable": "false",
                    ]
                ) { out in
                    out.element("rect", ["class": "rail", "width": "100", "height": "8"])
                    if let score = line.score { out.element("rect", ["width": "\(score)", "height": "8"]) }
                }
            }
            out.element("td", ["class": "number score"]) { out in
                out.words(line.score.map { "\($0)" } ?? "–")
                if !line.trendMark.isEmpty { out.element("small", words: " " + line.trendMark) }
            }
            out.element("td", ["class": "number"], words: "\(line.holding)/\(judged)")
        }
    }

    // MARK: - What is wrong

    private func findings(_ out: inout Markup) {
        let groups = report.groups
        for severity in Severity.allCases.reversed() {
            let own = groups.filter { $0.check.severity == severity }
            guard !own.isEmpty else { continue }
            let count = own.reduce(0) { $0 + $1.faults.count }
            out.element("section", ["id": severity.rawValue]) { out in
                out.element("h2", words: text(ReportMessages.tally(severity, count: count)))
                out.lineEnd()
                for group in own {
                    // A long one may go on overleaf.
                    let length = group.faults.count > 5 ? " long" : ""
                    out.element("article", ["class": severity.rawValue + length]) { out in write(group, to: &out) }
                    out.lineEnd()
                }
            }
            out.lineEnd()
        }
    }

    private func write(_ group: CheckReport.Group, to out: inout Markup) {
        out.element("h3") { out in
            out.element("span", ["class": "mark", "aria-hidden": "true"], words: "✗")
            out.element("span") { out in
                out.element("span", ["class": "not"], words: text(ReportMessages.broken) + " ")
                out.words(text(group.check.title))
            }
        }
        out.element("p", ["class": "id"]) { out in
            out.element("code", words: group.check.id)
            out.words(" · " + text(group.check.area.phrase))
        }
        let evidence = group.evidence(in: language)
        let remedy = group.remedy(in: language)
        out.element("ul", ["class": "places"]) { out in
            for part in group.parts(in: language) {
                // What is the same of all stands below, once.
                let isBare = part.evidence == nil && part.remedy == nil
                if isBare {
                    for place in part.places { out.element("li") { out in write(place: place, to: &out) } }
                    continue
                }
                out.element("li") { out in
                    for place in part.places { out.element("div") { out in write(place: place, to: &out) } }
                    if let evidence = part.evidence {
                        out.element("p") { out in write(Self.sentence(evidence), to: &out) }
                    }
                    if let remedy = part.remedy { help(remedy, to: &out) }
                }
            }
        }
        if let evidence { out.element("p", ["class": "evidence"]) { out in write(Self.sentence(evidence), to: &out) } }
        if let remedy { help(remedy, to: &out) }
    }

    private func write(place: String, to out: inout Markup) {
        out.element("code", ["class": "place"]) { out in out.element("bdi", words: place) }
    }

    private func help(_ remedy: String, to out: inout Markup) {
        out.element("p", ["class": "help"]) { out in
            out.element("span", ["class": "spoken"], words: text(ReportMessages.helps) + " ")
            write(remedy, to: &out)
        }
    }

    /// A sentence with its code told apart.
    private func write(_ sentence: String, to out: inout Markup) {
        for piece in WordPiece.pieces(of: sentence) {
            if piece.isCode { out.element("code", words: piece.text) } else { out.words(bound(piece.text)) }
        }
    }

    /// French sets some signs apart by a blank; no line is to begin with them.
    private func bound(_ text: String) -> String {
        guard language == .french else { return text }
        var scalars = Array(text.unicodeScalars)
        for index in scalars.indices where scalars[index] == " " {
            let isBehind = index > 0 && scalars[index - 1] == "«"
            let isBefore = index + 1 < scalars.count && "»:;?!".unicodeScalars.contains(scalars[index + 1])
            if isBehind || isBefore { scalars[index] = "\u{00A0}" }
        }
        var bound = String.UnicodeScalarView()
        bound.append(contentsOf: scalars)
        return String(bound)
    }

    private func unseen(_ out: inout Markup) {
        let unseen = report.unseen
        guard !unseen.isEmpty else { return }
        out.element("section") { out in
            out.element("h2", words: text(ReportMessages.unseenTitle))
            out.element("ul", ["class": "unseen"]) { out in
                for (reason, checks) in unseen {
                    out.element("li") { out in
                        write(Self.sentence(text(reason)) + " ", to: &out)
                        out.element("span", ["class": "note"], words: text(ReportMessages.kept(count: checks)))
                    }
                }
            }
        }
        out.lineEnd()
    }
}
