import CRMMiddleware
import NumbersCore
import Testing

@Suite struct WorkspaceSettingsTests {
    @Test(arguments: WorkspaceSettings.Name.allCases)
    func `every setting reads what it writes, and its default`(_ name: WorkspaceSettings.Name) throws {
        var settings = WorkspaceSettings()
        try settings.set(name, to: settings[name])
        #expect(settings == WorkspaceSettings())
    }

    @Test(
        arguments: [
            (.contactLookup, "off"), (.dummy, "off"), (.chatsWithoutEmail, "on"),
            (.dummyURL, "https://crm.example/new"),
            (.defaultCountry, "FR"), (.suffixDigits, "6"), (.suffixDigits, "15"), (.mergeSeconds, "0"),
            (.mergeSeconds, "3600"), (.culture, "de-AT"), (.timeZone, "Europe/Vienna"), (.maxLength, "64"),
            (.lookupDeadline, "50"), (.lookupDeadline, "30000"),
        ] as [(WorkspaceSettings.Name, String)])
    func `a value is kept`(_ name: WorkspaceSettings.Name, _ text: String) throws {
        var settings = WorkspaceSettings()
        try settings.set(name, to: text)
        #expect(settings[name] == text && settings != WorkspaceSettings())
    }

    @Test(
        arguments: [
            (.contactLookup, ""), (.contactLookup, "maybe"), (.dummyURL, "crm.example"), (.dummyURL, "javascript:x"),
            (.dummyURL, "https://a b"), (.defaultCountry, "FRA"), (.defaultCountry, "1"), (.suffixDigits, "5"),
            (.suffixDigits, "16"), (.suffixDigits, "-1"), (.mergeSeconds, "3601"), (.mergeSeconds, "1.5"),
            (.culture, "xx-klingon-y"), (.timeZone, "Vienna"), (.maxLength, "65"), (.lookupDeadline, "49"),
            (.lookupDeadline, "30001"), (.lookupDeadline, "99999999999999999999"),
        ] as [(WorkspaceSettings.Name, String)])
    func `a wrong value is refused and changes nothing`(_ name: WorkspaceSettings.Name, _ text: String) {
        var settings = WorkspaceSettings()
        #expect(throws: WorkspaceSettings.Refusal.self) { try settings.set(name, to: text) }
        #expect(settings == WorkspaceSettings())
    }
}
