internal import Basics

/// What a person calls their browser, guessed from User-Agent; only for telling sessions apart.
struct BrowserName: Sendable, Hashable {
    let browser: String?
    let system: String?

    init(userAgent: String) {
        browser = Self.browsers.first { userAgent.contains($0.mark) }?.name
        system = Self.systems.first { userAgent.contains($0.mark) }?.name
    }

    func text(_ say: PageContext) -> String {
        switch (browser, system) {
        case (let browser?, let system?): say(SessionWords.browserOn, ["browser": browser, "system": system])
        case (let one?, nil), (nil, let one?): one
        case (nil, nil): say(SessionWords.unknownBrowser)
        }
    }

    /// In this order: most browsers also claim to be Chrome or Safari.
    private static let browsers: [(mark: String, name: String)] = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
        ("python", "Python"), ("Python", "Python"), ("okhttp", "Android app"),
    ]
    private static let systems: [(mark: String, name: String)] = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
        ("Macintosh", "Mac"), ("Linux", "Linux"),
    ]
}
