// Files for phone systems: as they are kept, and as they are handed out.

import Testing

@testable import DocumentPages

@Suite struct PBXFileTests {
    private static let key = "nol_" + String(repeating: "0a", count: 20)
    private static let files: [(document: EmbeddedDocument, file: PBXFile)] = EmbeddedDocument.allCases.compactMap {
        document in PBXFile(document).map { (document, $0) }
    }
    private let origin = PublicOrigin(url: "http://[::1]:8080") ?? .placeholder

    private static func text(_ document: EmbeddedDocument) -> String { String(decoding: document.bytes, as: UTF8.self) }

    @Test func `each is served by LookupServer alone, under a path of its own, to be saved`() {
        #expect(DocumentSite(.middleware).pbxFiles.isEmpty)
        let served = DocumentSite(.lookup).pbxFiles
        #expect(served.map(\.path) == Self.files.map(\.document.servedPath) && served.count == 6)
        #expect(Set(served.map(\.path)).count == served.count)
        for file in served {
            let name = file.path.split(separator: "/").last ?? ""
            #expect(file.contentDisposition == "attachment; filename=\"\(name)\"")
            let type = name.hasSuffix(".xml") ? "application/xml" : "text/plain"
            #expect(file.contentType == type + "; charset=utf-8")
        }
        #expect(PBXFile(.index) == nil && PBXFile(.template3CX) == nil)
    }

    @Test func `without a key and with the written address it is the file in the repository`() {
        for (document, file) in Self.files {
            #expect(file.body(origin: .placeholder, apiKey: nil) == document.bytes, "\(document)")
        }
    }

    @Test func `address and key are filled in wherever they stand, and a key only as it is written`() {
        for (document, file) in Self.files where document != .microSIPBatch {
            let text = String(decoding: file.body(origin: origin, apiKey: Self.key), as: UTF8.self)
            #expect(text.contains("http://[::1]:8080") && text.contains(Self.key), "\(document)")
            #expect(!text.contains("https://numbers.online") && !text.contains("YOUR_CID_KEY"), "\(document)")
            let plain = file.body(origin: origin, apiKey: nil)
            for wrong in ["", "nol_", Self.key + "0", Self.key.uppercased(), "'; system('x'); //", "\"\n", "[[x]]"] {
                #expect(file.body(origin: origin, apiKey: wrong) == plain, "\(document) \(wrong)")
            }
        }
    }

    /// A batch file's arguments are read as part of a command before its first line is.
    @Test func `the batch file names no argument, and no key`() {
        let text = Self.text(.microSIPBatch)
        for argument in (0...9).map({ "%\($0)" }) + ["%*", "%~1"] where argument != "%0" {
            #expect(!text.contains(argument), "\(argument)")
        }
        #expect(text.split(separator: "%~", omittingEmptySubsequences: false).count == 2 && text.contains("%~dp0"))
        #expect(!text.contains("YOUR_CID_KEY") && !text.contains("nol_"))
    }

    /// What the caller chooses is cut down to digits before it goes anywhere, in the words of each language.
    @Test(
        arguments: [
            (EmbeddedDocument.asteriskDialplan, "FILTER(0-9+,${CALLERID(num)})", "CURL(https"),
            (.freeSWITCHScript, "gsub(\"[^0-9+]\", \"\")", "execute(\"curl\""),
            (.superfectaModule, "preg_replace('/[^0-9+]/', '', (string) $thenumber)", "curl_init()"),
            (.microSIPScript, "-replace '[^0-9+]', ''", "GetAsync("),
        ])
    func `a number is digits before it is asked about`(_ document: EmbeddedDocument, _ filter: String, _ ask: String) {
        let text = Self.text(document)
        let filtered = text.firstRange(of: filter)?.lowerBound
        let asked = text.firstRange(of: ask)?.lowerBound
        #expect(filtered.flatMap { filtered in asked.map { filtered < $0 } } == true)
        // No shell, and no code made of text.
        for word in [
            "os.execute", "io.popen", "shell_exec", "exec(", "system(", "eval(", "SHELL(", "Invoke-Expression",
        ] {
            let allowed = text.replacing("curl_exec(", with: "")
            #expect(!allowed.contains(word), "\(word)")
        }
    }

    @Test func `what can go wrong leaves the call alone within two seconds`() {
        #expect(Self.text(.cidlookupConfiguration).contains("name=\"curl-timeout\" value=\"2000\""))
        #expect(Self.text(.asteriskDialplan).contains("CURLOPT(httptimeout)=2"))
        #expect(Self.text(.freeSWITCHScript).contains("local total_seconds = 2"))
        #expect(Self.text(.superfectaModule).contains("CURLOPT_TIMEOUT_MS => 2000"))
    }
}
