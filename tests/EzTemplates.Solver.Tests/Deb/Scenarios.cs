namespace EzTemplates.Solver.Tests;

internal sealed record Scenario(string Universe, string Request, string Expected);

/// <summary>The scenarios as data.</summary>
internal static class Scenarios
{
    private const string MailServers = """
        app 1 ; Depends: default-mta | mta
        default-mta 1 ; Depends: exim
        exim 4 ; Provides: mta ; Conflicts: mta
        postfix 3 ; Provides: mta ; Conflicts: mta
        """;

    private const string Library = """
        nginx 1.24 ; Depends: libssl3 (>= 3.0.12)
        libssl3 3.0.11
        libssl3 3.0.12
        """;

    public static Dictionary<string, Scenario> All { get; } = new(StringComparer.Ordinal)
    {
        ["two holds on one name, both of which count"] = new("a 1.1\na 1.2\na 2.2", "install a ; hold a, 1.* ; hold a, *.2", "a=1.2"),
        ["two holds on one name that leave nothing"] = new("a 1\na 2", "install a ; hold a, 1* ; hold a, 2*", """
            `a` is asked for, but the recipe holds it at `1*` (tested); there is only a 2, a 1
            hint: lift or change the hold on `a`
            """),
        ["the newest version"] = new("a 1\na 2\na 1.5", "install a", "a=2"),
        ["a version that was asked for"] = new("a 1\na 2\na 1.5", "install a < 2", "a=1.5"),
        ["what the lock has comes before newer"] = new("a 1\na 2", "install a ; lock a 1", "a=1"),
        ["priority comes before what the lock has"] = new("@ main 500\na 2\n@ backports 100\na 3", "install a ; lock a 3", "a=2@main"),
        ["an older version where the newest is broken"] = new("a 1\na 2 ; Depends: gone", "install a", "a=1"),
        ["a low priority as the last resort"] = new("@ main 500\na 1 ; Depends: b (>= 2)\nb 1\n@ backports 100\nb 2", "install a", "a=1@main b=2@backports"),
        ["one archive in two sources comes from the first"] = new(
            "@ one\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111\n@ two\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111",
            "install a", "a=1@one"),
        ["one archive in two sources comes from the higher pin"] = new(
            "@ one 400\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111\n@ two\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111",
            "install a", "a=1@two"),
        ["one archive in two sources stays where the lock has it"] = new(
            "@ one\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111\n@ two\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111",
            "install a ; lock a 1 two", "a=1@two"),
        ["one archive in two sources comes from the higher pin, whatever the lock has"] = new(
            "@ one 400\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111\n@ two\na 0\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111",
            "install a ; lock a 1 one", "a=1@two"),
        ["the first alternative"] = new("a 1 ; Depends: y | x\nx 1\ny 1", "install a", "a=1 y=1"),
        ["what the first alternative brings may make it superfluous"] = new(MailServers, "install app", "app=1 exim=4"),
        ["an alternative that is chosen already"] = new(MailServers, "install app, postfix", "app=1 postfix=3"),
        ["an alternative that comes later but is needed anyway"] = new("a 1 ; Depends: x | y, b\nb 1 ; Depends: y\nx 1\ny 1", "install a", "a=1 b=1 y=1"),
        ["two versions of a library do not change the choice"] = new("a 1 ; Depends: x | y, b\nb 1 ; Depends: y\nx 1\ny 1\ny 2\nb 0", "install a", "a=1 b=1 y=2"),
        ["a provider by Debian's priority"] = new("a 1 ; Depends: awk\ngawk 1 ; Provides: awk\nmawk 1 ; Provides: awk ; Priority: required", "install a", "a=1 mawk=1"),
        ["a provider by what its best version is"] = new(
            "r 1 ; Depends: v\na 1 ; Provides: v ; Installed-Size: 1\na 2 ; Provides: v ; Installed-Size: 3\nb 1 ; Provides: v ; Installed-Size: 2", "install r", "b=1 r=1"),
        ["an unversioned Provides serves no version"] = new("a 1 ; Depends: v (>= 1)\np 1 ; Provides: v\nq 1 ; Provides: v (= 2)", "install a", "a=1 q=1"),
        ["a package that goes as its own earlier version"] = new("a 1 ; Depends: p (= 1)\np 1\np 2 ; Provides: p (= 1)", "install a", "a=1 p=2"),
        ["a virtual package that was asked for"] = new("p 1 ; Provides: v", "install v", "p=1"),
        ["a package that satisfies itself"] = new("a 1 ; Depends: v ; Provides: v\nb 1 ; Provides: v", "install a", "a=1"),
        ["a circle that nothing needs goes"] = new(
            "r 1 ; Depends: x | y, z\nz 1 ; Depends: y | w\nx 1 ; Depends: x2\nx2 1 ; Depends: x\ny 1\nw 1", "install r, y", "r=1 y=1 z=1"),
        ["essential"] = new("a 1\ndpkg 1 ; Essential: yes ; Depends: libc6\nlibc6 2", "install a ; essential", "a=1 dpkg=1 libc6=2"),
        ["recommended"] = new("a 1 ; Recommends: b, gone\nb 1 ; Recommends: c\nc 1 ; Conflicts: a", "install a ; recommends", "a=1 b=1"),
        ["recommended, where what stood in the way went"] = new(
            "e 1 all ; Depends: d\nd 2 amd64 ; Depends: e ; Recommends: b\nb 1 amd64 ; Provides: d (= 3)", "install d ; recommends ; smallest", "b=1 d=2 e=1"),
        ["not recommended"] = new("a 1 ; Recommends: b\nb 1", "install a", "a=1"),
        ["smallest"] = new("a 1 ; Depends: x | y\nx 1 ; Depends: x1\nx1 1\ny 1", "install a ; smallest", "a=1 y=1"),
        ["the base serves and is not part of the answer"] = new("a 1 ; Depends: b, c\nb 1 ; Depends: missing\nc 1", "install a ; fixed b 1", "a=1 c=1"),
        ["the base's conflicts count"] = new("a 1 ; Depends: x | y\nb 1 ; Conflicts: x\nx 1\ny 1", "install a ; fixed b 1", "a=1 y=1"),
        ["a foreign architecture"] = new("a 1 ; Depends: tool, lib\ntool 1 i386 ; Multi-Arch: foreign\nlib 1 i386\nlib 1 amd64", "install a", "a=1 lib=1 tool:i386=1"),
        ["the partner of Multi-Arch same has its version"] = new(
            "lib 1 amd64 ; Multi-Arch: same\nlib 2 amd64 ; Multi-Arch: same\nlib 1 i386 ; Multi-Arch: same", "install lib, lib:i386", "lib=1 lib:i386=1"),
        ["any architecture of what allows it"] = new("m 1 ; Depends: python3:any\npython3 3 ; Multi-Arch: allowed", "install m", "m=1 python3=3"),
        ["a range of versions"] = new("a 1\na 2\na 3\na 4", "install a >= 2, a < 4", "a=3"),
        ["what is provided at a version"] = new("p 1 ; Provides: v (= 2)\nq 1 ; Provides: v (= 3)", "install v >= 3", "q=1"),
        ["a pin on a source for one name"] = new("@ main\na 1\nb 1\n@ backports 100\na 2\nb 2", "install a, b ; pin a,,backports,900", "a=2@backports b=1@main"),
        ["a pin on a version"] = new("a 1.2\na 1.3\na 2", "install a ; pin a,1.*,,900", "a=1.3"),
        ["the first pin that speaks counts"] = new("a 1\na 2", "install a ; pin a,2,,100 ; pin *,,*,900 ; pin a,2,,990", "a=1"),
        ["a pin that forbids a version"] = new("a 1\na 2", "install a ; pin a,2,,-1", "a=1"),
        ["a pin that forbids"] = new("a 1 ; Depends: b\nb 1", "install a ; pin b,1,,-1", """
            `a` is asked for
            a 1 needs b; b 1 has priority -1, which forbids it
            hint: lift the pin on `b`
            """),
        ["one archive in two sources has the pin of either"] = new(
            "@ one\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111\n@ two\na 1 ; SHA256: 1111111111111111111111111111111111111111111111111111111111111111\na 2",
            "install a ; pin a,,one,900", "a=1@one"),
        ["a phased update reaches no template yet"] = new("a 1\na 2 ; Phased-Update-Percentage: 0", "install a ; template t", "a=1"),
        ["a phased update has reached all"] = new("a 1\na 2 ; Phased-Update-Percentage: 100", "install a ; template t", "a=2"),
        ["a phased update that the lock has stays"] = new("a 1\na 2 ; Phased-Update-Percentage: 0", "install a ; lock a 2 ; template t", "a=2"),
        ["a phased update that the lock has stays when all may move"] = new("a 1\na 2 ; Phased-Update-Percentage: 0", "install a ; locked a 2 ; template t", "a=2"),
        ["a phased update is better than nothing"] = new("a 2 ; Phased-Update-Percentage: 0", "install a ; template t", "a=2"),
        ["a security update, and nothing else"] = new(
            "@ main\na 1\na 3\nb 1\nb 2\n@ security\na 1.1\na 1.2", "install a, b ; lock a 1 main, b 1 main ; secure security", "a=1.2@security b=1@main"),
        ["a security update that cannot be had"] = new(
            "@ main\na 1\na 3\n@ security\na 1.1 ; Depends: gone", "install a ; lock a 1 main ; secure security", "a=1@main"),
        ["a library that only the recipe's own source has newer"] = new(
            "@ main\nlib 1\n@ own\nlib 2\napp 1 ; Depends: lib (>= 2)", "install app ; fixed lib 1 ; own own", """
            `app` is asked for
            app 1 needs lib (>= 2) (there is lib 2)
            debian-12@1.0.3 has lib 1, and a package of the base cannot change
            hint: leave out `app`
            """),
        ["a pin that forbids by a pattern"] = new("a 1 ; Depends: libb\nlibb 1", "install a ; pin lib*,1,,-1", """
            `a` is asked for
            a 1 needs libb; libb 1 has priority -1, which forbids it
            hint: lift the pin on `lib*`
            """),
        ["excluded, and not to be had either"] = new("a 1 ; Depends: gone", "install a ; exclude a", "`a` is asked for, but the recipe excludes `a`"),
        ["unknown"] = new("nginx 1", "install ngnix", "no repository has a package `ngnix`"),
        ["another version"] = new("openssl 3.0.11\nopenssl 3.0.9", "install openssl >= 4", "`openssl >= 4` is asked for, but there is only openssl 3.0.11, openssl 3.0.9"),
        ["excluded itself"] = new("a 1", "install a ; exclude a", "`a` is asked for, but the recipe excludes `a`\nhint: remove `a` from `exclude`, or do not ask for it"),
        ["held itself"] = new("a 2", "install a ; hold a, 1.*", "`a` is asked for, but the recipe holds it at `1.*` (tested); there is only a 2\nhint: lift or change the hold on `a`"),
        ["excluded but needed"] = new("a 1 ; Depends: b\nb 1", "install a ; exclude b", """
            `a` is asked for
            a 1 needs b; the recipe excludes b 1
            hint: remove `b` from `exclude`
            """),
        ["a held library"] = new(Library, "install nginx ; hold libssl3, 3.0.11*", """
            `nginx` is asked for
            nginx 1.24 needs libssl3 (>= 3.0.12); the recipe holds `libssl3` at `3.0.11*` (tested), which rules out libssl3 3.0.12
            hint: lift the hold on `libssl3`
            """),
        ["a library of the base"] = new(Library, "install nginx ; fixed libssl3 3.0.11", """
            `nginx` is asked for
            nginx 1.24 needs libssl3 (>= 3.0.12) (there is libssl3 3.0.12)
            debian-12@1.0.3 has libssl3 3.0.11, and a package of the base cannot change
            hint: `ez update debian-12` would allow it
            """),
        ["an old library"] = new("nginx 1.24 ; Depends: libssl3 (>= 3.0.12)\nlibssl3 3.0.11", "install nginx", """
            `nginx` is asked for
            nginx 1.24 needs libssl3 (>= 3.0.12), but there is only libssl3 3.0.11
            hint: leave out `nginx`, or add a repository that has `libssl3 (>= 3.0.12)`
            """),
        ["nothing of the name"] = new("a 1 ; Depends: b | c\nb 1 ; Depends: gone\nc 1 ; Depends: gone", "install a", """
            `a` is asked for
            a 1 needs b or c
            b 1 needs gone, which no repository has
            c 1 needs gone, which no repository has
            hint: leave out `a`, or add a repository that has `gone`
            """),
        ["two exclusive mail servers"] = new(MailServers, "install exim, postfix", """
            `exim` is asked for
            `postfix` is asked for
            exim 4 conflicts with mta, which postfix 3 provides
            hint: leave out `exim` or `postfix`
            """),
        ["two versions wanted"] = new("a 1 ; Depends: l (= 1)\nb 1 ; Depends: l (= 2)\nl 1\nl 2", "install a, b", """
            `a` is asked for
            `b` is asked for
            a 1 needs l (= 1) (there is l 1)
            b 1 needs l (= 2) (there is l 2)
            only one version of l can be installed
            hint: leave out `a` or `b`
            """),
        ["a missing partner"] = new("wine 1 i386 ; Depends: lib\nlib 1 amd64", "install wine:i386", """
            `wine:i386` is asked for
            wine:i386 1 needs lib:i386, but there is only lib 1
            hint: leave out `wine:i386`, or add a repository that has `lib:i386`
            """),
    };
}
