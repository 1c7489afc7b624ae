import Basics
import Foundation
import Store
import Testing

@testable import Gate

/// Writes every page to a folder for eyes and screenshots: `COMFYGATE_RENDER_DIR=/tmp/pages swift test --filter Render`,
/// then `python3 -m http.server` in that folder.
struct RenderPagesTests {
    static let folder = ProcessInfo.processInfo.environment["COMFYGATE_RENDER_DIR"]

    @Test(.enabled(if: RenderPagesTests.folder != nil, "COMFYGATE_RENDER_DIR names no folder"))
    func everyPageIsWrittenToAFile() throws {
        let folder = URL(fileURLWithPath: try #require(Self.folder))
        let gallery = PageGallery()
        for language in Language.allCases {
            for entry in gallery.all {
                let html = entry.page.html(gallery.context(entry, language: language))
                try Data(html.utf8).write(to: folder.appending(path: "\(entry.name).\(language.rawValue).html"))
            }
        }
        for (file, places) in [
            (WebFile.style, ["comfy/gate/style.css", "comfy/style.css"]),
            (WebFile.logo, ["comfy/gate/logo.svg", "comfy/logo.svg"]),
        ] {
            for place in places {
                let url = folder.appending(path: place)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.bytes).write(to: url)
            }
        }
    }
}
