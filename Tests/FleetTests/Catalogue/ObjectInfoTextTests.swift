import Basics
import ComfyAPI
import TestSupport
import Testing

@testable import Fleet

struct ObjectInfoTextTests {
    private static let source = #"""
        {"Plain": {"input": {"required": {"x": ["INT", {"min": 0}]}}, "output": ["INT"]},
         "LoadImage": {"input": {"required": {"image": [["cg_0123.png", "secret.png"], {"image_upload": true}]}}},
         "LoadAudio": {"input": {"required": {"audio": ["COMBO", {"audio_upload": true, "options": ["a.wav"]}]}}},
         "Odd": {"input": null}, "Flat": 1, "LoadImageMask": {"input": {"required": {"image": [[], {"image_upload": true}],
            "channel": [["alpha", "red"]]}}}}
        """#

    private func text(_ source: String = source) throws -> ObjectInfoText {
        let bytes = Array(source.utf8)
        return try ObjectInfoText(bytes, GraphCheck(ObjectInfo(parsing: bytes), flavour: .classic))
    }

    private func own(_ wanted: OfferedFiles) -> [String] {
        switch wanted {
        case .pictures: ["mine \"1\".png", "b.png"]
        case .sounds: ["mine.wav"]
        case .films, .any: []
        }
    }

    @Test func loadersOfferTheAccountsOwnFilesAndAllElseStays() throws {
        let whole = try JSON(parsing: try text().text(files: own))
        #expect(whole["LoadImage"]?["input"]?["required"]?["image"]?[0] == ["mine \"1\".png", "b.png"])
        #expect(whole["LoadAudio"]?["input"]?["required"]?["audio"]?[1]?["options"] == ["mine.wav"])
        #expect(whole["LoadImageMask"]?["input"]?["required"]?["channel"] == [["alpha", "red"]])
        #expect(whole["LoadImageMask"]?["input"]?["required"]?["image"]?[0] == ["mine \"1\".png", "b.png"])
        let before = try JSON(parsing: Self.source)
        for name in ["Plain", "Odd", "Flat"] { #expect(whole[name] == before[name]) }
        #expect(whole.object?.keys == before.object?.keys)
    }

    @Test func oneClassIsAnObjectOfOne() throws {
        let text = try text()
        let one = try JSON(parsing: text.text(of: "LoadImage", files: own))
        #expect(one["LoadImage"]?["input"]?["required"]?["image"]?[0] == ["mine \"1\".png", "b.png"])
        #expect(one.object?.count == 1)
        #expect(try JSON(parsing: text.text(of: "Nothing", files: own)) == [:])
    }

    @Test func anAccountWithoutFilesIsOfferedNone() throws {
        let whole = try text().text { _ in [] }
        #expect(!String(decoding: whole, as: UTF8.self).contains("secret"))
        #expect(try JSON(parsing: whole)["LoadImage"]?["input"]?["required"]?["image"]?[0] == [])
    }
}
