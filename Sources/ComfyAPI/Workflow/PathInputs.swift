/// Inputs whose text is a path on the worker: what multi-user gates must look up or rewrite.
public enum PathInputs {
    public enum Role: String, Sendable, Hashable {
        /// Names a file in the worker's input, output or temp folder.
        case reads
        /// Names where a node writes, below the output folder.
        case writes
    }

    /// What a literal in this input does; nil when it is no path as far as names and options tell.
    ///
    /// Custom packs may hide paths in inputs of any name: only reviewed classes can be trusted further than this.
    public static func role(of spec: InputSpec, in classType: String) -> Role? {
        if reads.contains(classType + "." + spec.name) || spec.namesAnyFile { return .reads }
        return writes.contains(spec.name) || classType == "SaveLoRA" && spec.name == "prefix" ? .writes : nil
    }

    private static let reads: Set<String> = [
        "GeminiInputFiles.file", "Load3D.model_file", "Load3DAnimation.model_file", "LoadAudio.audio",
        "LoadImage.image",
        "LoadImageMask.image", "LoadImageOutput.image", "LoadLatent.latent", "LoadVideo.file", "OpenAIInputFiles.file",
    ]
    private static let writes: Set<String> = ["filename_prefix", "folder_name"]

    /// Classes that accept any value in every input.
    static let ownChecks: Set<String> = ["CustomCombo"]

    /// What kind of file a class checks for itself, in the words of its complaint; such inputs have no binding list of
    /// values. Nil for all other inputs.
    static func checkedKind(_ spec: InputSpec, of classType: String) -> String? {
        switch (classType, spec.name) {
        case ("LoadImage", "image"), ("LoadImageMask", "image"), ("LoadImageOutput", "image"): "image"
        case ("LoadAudio", "audio"): "audio"
        case ("LoadVideo", "file"): "video"
        case ("LoadLatent", "latent"): "latent"
        default: spec.choices != nil && spec.namesAnyFile ? "input" : nil
        }
    }
}

/// A file of the worker as an input names it: `sub/x.png [output]`.
///
/// Source: ComfyUI's `folder_paths.py`, `annotated_filepath`: an annotation beats the default folder.
public struct FileReference: Sendable, Hashable {
    /// Without directories.
    public var filename: String
    /// Empty for the top level; no slash at either end.
    public var subfolder: String
    /// `input`, `output` or `temp`.
    public var type: String

    public init(filename: String, subfolder: String = "", type: String = "input") {
        (self.filename, self.subfolder, self.type) = (filename, subfolder, type)
    }

    /// Nil for everything that could leave the folder or mean another file on another system: absolute paths, `.` and
    /// `..`, empty parts, backslashes, control characters.
    /// - Parameter defaultType: The folder meant without an annotation.
    public init?(_ text: String, defaultType: String = "input") {
        var path = text[...]
        type = defaultType
        for folder in ["input", "output", "temp"] where text.hasSuffix(" [\(folder)]") {
            path = text.dropLast(folder.utf8.count + 3)
            type = folder
        }
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C }) else { return nil }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), let last = parts.popLast() else {
            return nil
        }
        filename = String(last)
        subfolder = parts.joined(separator: "/")
    }

    /// As a node's input wants it; the annotation is left out for `input`.
    public var text: String {
        (subfolder.isEmpty ? "" : subfolder + "/") + filename + (type == "input" ? "" : " [\(type)]")
    }
}
