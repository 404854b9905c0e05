namespace EzTemplates.Solver.Tests;

/// <summary>The scenarios as data.</summary>
internal static class RpmScenarios
{
    private const string Nodes = """
        nodejs 18
        nodejs 20
        app 1 ; Requires: nodejs >= 20
        % nodejs:18 nodejs-0:18-1.x86_64
        % nodejs:20 nodejs-0:20-1.x86_64
        """;

    private const string Mail = """
        postfix 3 ; Provides: MTA ; Conflicts: MTA
        exim 4 ; Provides: MTA ; Conflicts: MTA
        """;

    private const string Library = "app 1 ; Requires: lib >= 2\nlib 1\nlib 2";

    public static Dictionary<string, Scenario> All { get; } = new(StringComparer.Ordinal)
    {
        ["the newest version"] = new("a 1\na 2\na 1.5", "install a", "a=2"),
        ["a version that was asked for"] = new("a 1\na 2\na 1.5", "install a < 2", "a=1.5"),
        ["what the lock has comes before newer"] = new("a 1\na 2", "install a ; lock a 1", "a=1"),
        ["update all"] = new("a 1 ; Requires: b\na 2 ; Requires: b\nb 1\nb 2", "install a ; lock a 1, b 1 ; update all", "a=2 b=2"),
        ["update one"] = new("a 1 ; Requires: b\na 2 ; Requires: b\nb 1\nb 2", "install a ; lock a 1, b 1 ; update b", "a=1 b=2"),
        ["the best architecture before the newest version"] = new("a 1 x86_64\na 2 i686", "install a", "a=1"),
        ["a foreign architecture where nothing else will do"] = new("a 1 x86_64 ; Requires: gone\na 1 i686", "install a", "a.i686=1"),
        ["an architecture that was asked for"] = new("a 1 x86_64\na 2 i686", "install a:i686", "a.i686=2"),
        ["two architectures side by side"] = new("a 1 x86_64\na 1 i686", "install a:i686, a:x86_64", "a.i686=1 a=1"),
        ["an older version where the newest is broken"] = new("a 1\na 2 ; Requires: gone", "install a", "a=1"),
        ["an unversioned provide meets every version"] = new("a 1 ; Requires: v >= 3\np 1 ; Provides: v", "install a", "a=1 p=1"),
        ["a versioned provide meets what overlaps"] = new("a 1 ; Requires: v >= 3\np 1 ; Provides: v = 2\nq 1 ; Provides: v >= 1", "install a", "a=1 q=1"),
        ["a missing release matches where the side has equality"] = new("a 1 ; Requires: b = 2\nb 2-7", "install a", "a=1 b=2-7"),
        ["the provider of the newest version"] = new("a 1 ; Requires: java >= 8\njava8 1 ; Provides: java = 8\njava17 1 ; Provides: java = 17\njava9 1 ; Provides: java", "install a", "a=1 java17=1"),

        ["what an or need not have brought goes, though its first part would bring more"] = new(
            "a 1 ; Requires: c\na 2 ; Requires: d\nb 3\nc 2 i686 ; Provides: d ; Requires: ((b if d else a) or (c >= 2 if c) or c = 1)\nc 3 ; Provides: c",
            "install c, a", "a=2 c.i686=2"),
        ["a recommendation whose follower would be supplemented by what cannot be"] = new(
            """
            b 1 x86_64 ; Requires: ((a with e) and (a < 1 with b >= 1)) ; Supplements: (d < 2 and e = 3) ; Conflicts: (e without a)
            a 1 i686 ; Requires: e ; Recommends: b = 1 ; Supplements: (a >= 3 or d < 3)
            d 1 x86_64 ; Requires: (d if (d with b))
            b 3 noarch ; Recommends: (d >= 1 unless a) ; Supplements: c ; Provides: b = 1
            b 3 x86_64 ; Requires: ((a and a >= 1) or (d >= 3 if a)) ; Recommends: c = 2 ; Suggests: c < 1
            b 2 noarch ; Recommends: (a unless b >= 3) ; Conflicts: d ; Obsoletes: b
            c 1 x86_64 ; Requires: (e = 3 with b >= 1) ; PreRequires: a < 2 ; Supplements: (a = 2 or a < 1) ; Provides: a
            a 1 x86_64 ; Requires: b ; Suggests: e
            """,
            "install b ; recommends", "b=3 d=1"),
        ["a path"] = new("a 1 ; Requires: /usr/bin/awk\ngawk 5 ; Files: /usr/bin/awk", "install a", "a=1 gawk=5"),
        ["a path that was asked for"] = new("gawk 5 ; Files: /usr/bin/awk", "install /usr/bin/awk", "gawk=5"),
        ["a capability that was asked for"] = new("postfix 3 ; Provides: MTA", "install MTA", "postfix=3"),
        ["what rpm itself provides"] = new("a 1 ; Requires: rpmlib(CompressedFileNames) <= 3.0.4-1", "install a", "a=1"),
        ["a name that is obsoleted brings the obsoleter"] = new("a 1\nb 1 ; Obsoletes: a < 2", "install a", "b=1"),
        ["a name that is gone and obsoleted"] = new("b 1 ; Obsoletes: a < 2", "install a", "b=1"),
        ["what nothing obsoletes in that version stays"] = new("a 3\nb 1 ; Obsoletes: a < 2", "install a", "a=3"),
        ["an obsoleter of the newest version before one of old ones"] = new("a 1\na 2\nb 1 ; Obsoletes: a <= 1\nc 1 ; Obsoletes: a < 3", "install a", "c=1"),
        ["obsoletes do not match provides"] = new("a 1 ; Provides: old\nb 1 ; Obsoletes: old", "install a, b", "a=1 b=1"),
        ["a self-conflict is ignored"] = new("a 1 ; Provides: v ; Conflicts: v", "install a", "a=1"),
        ["several kernels"] = new("kernel 1\nkernel 2", "install kernel = 1, kernel = 2", "kernel=1 kernel=2"),
        ["a lower number hides the others of the name"] = new("@ base 10\na 1\n@ extra 99\na 2\nb 1", "install a, b", "a=1@base b=1@extra"),
        ["a version asked for outright is not hidden"] = new("@ base 10\na 1\n@ extra 99\na 2", "install a = 2", "a=2@extra"),
        ["a pin on a source for one name"] = new("@ base\na 1\nb 1\n@ extra\na 2\nb 2", "install a, b ; pin a,,base,900", "a=1@base b=2@extra"),
        ["a pin on a version"] = new("a 1.2\na 1.3\na 2", "install a ; pin a,1.*,,900", "a=1.3"),
        ["a pin comes before what the lock has"] = new("a 1\na 2", "install a ; lock a 1 ; pin a,2-*,,900", "a=2"),
        ["a pin below 500 is for what nothing else will do"] = new("a 1\na 2\nb 2", "install a, b ; pin *,2-*,,100", "a=1 b=2"),
        ["the first pin that speaks counts"] = new("a 1\na 2", "install a ; pin a,2-1,,100 ; pin *,,*,900 ; pin a,2-1,,990", "a=1"),
        ["a pin that forbids a version"] = new("a 1\na 2", "install a ; pin a,2-*,,-1", "a=1"),
        ["a pin comes before a repository's priority"] = new("@ base 10\na 1\nb 1\n@ extra 99\na 2\nb 2", "install a, b ; pin a,,extra,700", "a=2@extra b=1@base"),
        ["a repository that a pin puts last hides nothing"] = new("@ base 10\na 1\nb 1\nc 1\n@ extra 99\na 2\nb 2", "install a, b, c ; pin *,,base,100 ; pin b,,base,500", "a=2@extra b=1@base c=1@base"),
        ["what a pin forbids hides nothing"] = new("@ base 10\na 1\n@ extra 99\na 2", "install a ; pin a,,base,-1", "a=2@extra"),
        ["one package file in two sources has the pin of either"] = new("@ base\na 1\na 2\n@ extra\na 1", "install a ; pin a,,extra,900", "a=1@base"),
        ["a pin on providers"] = new("a 1 ; Requires: v\np 1 ; Provides: v\nq 1 ; Provides: v", "install a ; pin q,1-*,,700", "a=1 q=1"),
        ["a pin that forbids"] = new("a 1 ; Requires: libb\nlibb 1", "install a ; pin lib*,1-*,,-1", """
            `a` is asked for
            a 1-1 needs libb; a pin forbids libb 1-1
            hint: lift the pin on `lib*`
            """),
        ["a pin that forbids what is asked for"] = new("a 1", "install a ; pin a,*,,0", """
            `a` is asked for, but a pin forbids a 1-1
            hint: lift the pin on `a`
            """),
        ["if: a condition that holds"] = new("a 1 ; Requires: (b if c), c\nb 1\nc 1", "install a", "a=1 b=1 c=1"),
        ["if: a condition that does not hold"] = new("a 1 ; Requires: (b if c)\nb 1\nc 1", "install a", "a=1"),
        ["if: a condition among the roots"] = new("a 1 ; Requires: (b if c)\nb 1\nc 1", "install a, c", "a=1 b=1 c=1"),
        ["if else"] = new("a 1 ; Requires: (b if c else d)\nb 1\nc 1\nd 1", "install a", "a=1 c=1 b=1"),
        ["unless"] = new("a 1 ; Requires: (b unless c)\nb 1\nc 1", "install a", "a=1 b=1"),
        ["and, or"] = new("a 1 ; Requires: ((b and c) or d)\nb 1\nd 1", "install a", "a=1 d=1"),
        ["an or whose first operand is one package"] = new("a 1 ; Requires: (d or (b and c))\nb 1\nc 1\nd 1", "install a", "a=1 d=1"),
        ["with: one package must meet both"] = new("a 1 ; Requires: (v >= 1 with v < 3)\np 1 ; Provides: v = 5\nq 1 ; Provides: v = 2\nr 1 ; Provides: v = 0", "install a", "a=1 q=1"),
        ["without"] = new("a 1 ; Requires: (v without bad)\np 1 ; Provides: v, bad\nq 1 ; Provides: v", "install a", "a=1 q=1"),
        ["a condition that was true before anyone asked"] = new(
            "c 2 ; Requires: (d or a or (b >= 2 if c < 3))\nb 3 ; Requires: ((a if c else c = 2) or (d = 1 if b < 1 else c < 2))\na 1\nc 1", "install c", "a=1 c=2"),
        ["a rich conflict"] = new("a 1 ; Conflicts: (b and c)\nb 1\nc 1\nd 1 ; Requires: (c or e)\ne 1", "install a, b, d", "a=1 b=1 d=1 e=1"),
        ["a suggestion decides between providers"] = new("a 1 ; Requires: v ; Suggests: q\np 1 ; Provides: v\nq 1 ; Provides: v", "install a", "a=1 q=1"),
        ["what the lock has comes before what is suggested"] = new(
            "a 1 ; Requires: v ; Suggests: q\np 1 ; Provides: v\nq 1 ; Provides: v", "install a ; lock a 1, p 1", "a=1 p=1"),
        ["an enhancement decides between providers"] = new("a 1 ; Requires: v\np 1 ; Provides: v\nq 1 ; Provides: v ; Enhances: a", "install a", "a=1 q=1"),
        ["recommended"] = new("a 1 ; Recommends: b, gone\nb 1 ; Recommends: c\nc 1 ; Conflicts: a", "install a ; recommends", "a=1 b=1"),
        ["not recommended"] = new("a 1 ; Recommends: b\nb 1", "install a", "a=1"),
        ["supplements"] = new("a 1\nb 1\nl 1 ; Supplements: (a and b)\nm 1 ; Supplements: (a and gone)", "install a, b ; recommends", "a=1 b=1 l=1"),
        ["a supplement in its newest version"] = new("a 1\nl 1 ; Supplements: a\nl 2 ; Supplements: a", "install a ; recommends", "a=1 l=2"),
        ["what made way is asked for again"] = new(
            "b 1\na 3 ; Requires: (d if (f if b = 1) else b) ; Recommends: (d without d = 3)\nd 3 noarch ; Recommends: b\nd 2 ; Provides: f",
            "install a ; recommends", "a=3 b=1 d=2"),
        ["a newer version that supplements no longer is not wanted"] = new("a 1\nl 1 ; Supplements: a\nl 2", "install a ; recommends", "a=1 l=1"),
        ["versions that supplement different things"] = new("a 1\nl 1 ; Supplements: a\nl 2 ; Supplements: b", "install a ; recommends", "a=1 l=1"),
        ["the newest of those that supplement the same"] = new(
            "a 1\nb 1\nl 1 ; Supplements: (a and b)\nl 2 ; Supplements: (a and b)", "install a, b ; recommends", "a=1 b=1 l=2"),
        ["a supplement that undoes what it supplements is not followed"] = new(
            "b 3 ; Recommends: (d unless a)\nd 1\na 1 ; Supplements: d", "install b ; recommends", "b=3 d=1"),
        ["a recommendation of what is there only without it is not followed"] = new(
            "d 3 ; Recommends: (c unless a)\nc 1 ; Recommends: a\na 2", "install d ; recommends", "c=1 d=3"),
        ["a supplement of the smallest set"] = new(
            "c 2 ; Supplements: (a or c >= 3) ; Conflicts: b\na 3 ; Requires: d >= 2 ; Conflicts: d = 2 ; Obsoletes: c = 2\na 2 ; PreRequires: d < 1 ; Provides: d\n"
                + "a 1 i686 ; Recommends: d = 2 ; Provides: b\nb 1 ; PreRequires: c < 3 ; Obsoletes: c",
            "install a ; recommends ; smallest", "a=2 c=2"),
        ["a condition that is recommended"] = new("a 1 ; Recommends: (b if c)\nb 1\nc 1", "install a, c ; recommends", "a=1 b=1 c=1"),
        ["a supplement that an or would rather do without"] = new(
            "d 3 ; Requires: ((a if e) or e)\ne 1 ; Supplements: d", "install d ; recommends", "d=3 e=1"),
        ["a group"] = new("a 1\nb 1\nc 1\n& core a ?b gone", "install @core", "a=1"),
        ["a group's conditional member"] = new("a 1\nb 1\nc 1\n& core a b?c", "install @core, c", "a=1 b=1 c=1"),
        ["a group's conditional member without its condition"] = new("a 1\nb 1\nc 1\n& core a b?c", "install @core", "a=1"),
        ["a stream that is not enabled is hidden"] = new(Nodes, "install nodejs ; modules nodejs:18", "nodejs=18"),
        ["a default stream"] = new("nodejs 18\nnodejs 20\n% nodejs:18 default nodejs-0:18-1.x86_64\n% nodejs:20 nodejs-0:20-1.x86_64", "install nodejs", "nodejs=18"),
        ["a stream that was asked for before the default"] = new(
            "nodejs 18\nnodejs 20\n% nodejs:18 default nodejs-0:18-1.x86_64\n% nodejs:20 nodejs-0:20-1.x86_64", "install nodejs ; modules nodejs:20", "nodejs=20"),
        ["an enabled stream hides other packages of its names"] = new("nodejs 18\nnodejs 30\n% nodejs:18 nodejs-0:18-1.x86_64", "install nodejs ; modules nodejs:18", "nodejs=18"),
        ["a stream enables what it needs"] = new("a 1\nb 1\n% a:1 needs=b:2 a-0:1-1.x86_64\n% b:2 b-0:1-1.x86_64", "install a, b ; modules a:1", "a=1 b=1"),
        ["of streams that would each do the default"] = new(
            "a 1\np 24\np 26\np 30\n% a:1 needs=p:24 needs=p:26 needs=p:30 a-0:1-1.x86_64\n% p:24 p-0:24-1.x86_64\n% p:26 default p-0:26-1.x86_64\n% p:30 p-0:30-1.x86_64",
            "install a, p ; modules a:1", "a=1 p=26"),
        ["of streams that would each do the newest"] = new(
            "a 1\np 9\np 10\n% a:1 needs=p:9 needs=p:10 a-0:1-1.x86_64\n% p:9 p-0:9-1.x86_64\n% p:10 p-0:10-1.x86_64",
            "install a, p ; modules a:1", "a=1 p=10"),
        ["two streams of one module"] = new(Nodes, "install nodejs ; modules nodejs:18, nodejs:20", """
            `nodejs:18` and `nodejs:20` are asked for, and a module has one stream at a time
            hint: leave out one of them under `modules`
            """),
        ["an unknown stream"] = new(Nodes, "install nodejs ; modules nodejs:99", "no repository has a module stream `nodejs:99`\nhint: put one that there is under `modules`: `nodejs:18`, `nodejs:20`"),
        ["an unknown module"] = new(Nodes, "install nodejs ; modules nodjes:20", "no repository has a module stream `nodjes:20`\nhint: put one that there is under `modules`: `nodejs:18`, `nodejs:20`"),
        ["a stream with a profile"] = new(Nodes, "install nodejs ; modules nodejs:20/common", """
            no repository has a module stream `nodejs:20/common`
            hint: put `nodejs:20` under `modules`, and of its profile the packages that are wanted under `packages`
            """),
        ["a stream where there are none"] = new("a 1", "install a ; modules nodejs:20", "no repository has a module stream `nodejs:20`"),
        ["another stream of an enabled module"] = new(Nodes, "install app ; modules nodejs:18", """
            `app` is asked for
            app 1-1 needs nodejs >= 20; the module stream of nodejs 20-1 is not enabled
            hint: put `nodejs:20` in the place of `nodejs:18` under `modules`
            """),
        ["security only"] = new("a 1\na 2\na 3\n! a 2", "install a ; lock a 1 ; update security", "a=2"),
        ["security only, where a later version is there instead of the advised one"] = new("a 1\na 3\na 4\n! a 2", "install a ; lock a 1 ; update security", "a=3"),
        ["security only, where no later version is there"] = new("a 1\na 2\n! a 3", "install a ; lock a 1 ; update security", "a=1"),
        ["security only, where the advised version cannot be had"] = new("a 1\na 2 ; Requires: gone\na 3\n! a 2", "install a ; lock a 1 ; update security", "a=1"),
        ["security only of an installed package"] = new("a 1\na 2\na 3\n! a 2", "install ; installed a 1 ; update security", "a=2"),
        ["hot fixes are never hidden"] = new("@ main 99 hotfixes\nnodejs 18\nnodejs 20\n% nodejs:18 nodejs-0:18-1.x86_64", "install nodejs", "nodejs=20"),
        ["the base serves and is not part of the answer"] = new("a 1 ; Requires: b, c\nb 1 ; Requires: missing\nc 1", "install a ; fixed b 1", "a=1 c=1"),
        ["the base's conflicts count"] = new("a 1 ; Requires: (x or y)\nb 1 ; Conflicts: x\nx 1\ny 1", "install a ; fixed b 1", "a=1 y=1"),
        ["a condition of the base's that an application meets"] = new("a 1\nb 1\nc 1 ; Requires: (b if a)", "install a ; fixed c 1", "a=1 b=1"),
        ["a condition of the base's that its own packages left unmet"] = new("a 1\nc 1 ; Requires: (missing if d)\nd 1", "install a ; fixed c 1, d 1", "a=1"),
        ["a condition that the base meets"] = new("a 1 ; Requires: (b if c)\nb 1\nc 1", "install a ; fixed c 1", "a=1 b=1"),
        ["smallest"] = new("a 1 ; Requires: (x or y)\nx 1 ; Requires: x1\nx1 1\ny 1", "install a ; smallest", "a=1 y=1"),
        ["an installed package stays as it is"] = new("a 1\na 2\nb 1", "install b ; installed a 1", "a=1 b=1"),
        ["an installed package is updated where something needs it"] = new("a 1\na 2\nb 1 ; Requires: a >= 2", "install b ; installed a 1", "a=2 b=1"),
        ["an installed package gives way to what obsoletes it"] = new("a 1\nb 1 ; Obsoletes: a", "install b ; installed a 1", "b=1"),
        ["what was broken may stay so"] = new("a 1 ; Requires: gone\nb 1", "install b ; installed a 1", "a=1 b=1"),
        ["an installed package that may go"] = new("a 1\nb 1 ; Conflicts: a", "install b ; installed a 1 ; may-remove", "b=1"),
        ["unknown"] = new("nginx 1", "install ngnix", "no repository has a package `ngnix`"),
        ["a group with optional members only"] = new("a 1 ; Requires: gone\nb 1\n& web ?gone ?a ?b", "install @web", """
            `@web` is asked for, but all members of that group are optional and do not come with it: a, b
            hint: ask for members that are wanted by name, as `b`, in the place of `@web`
            """),
        ["a group whose members are nowhere"] = new("a 1\n& web gone ?lost", "install @web", "no repository has a package of the group `@web`"),
        ["a group with a member that cannot be installed"] = new("a 1 ; Requires: gone\nb 1\n& web a b", "install @web", """
            `@web` is asked for, and `a` is one of its members
            a 1-1 needs gone, which no repository has
            hint: leave out `@web`, or add a repository that has `gone`
            """),
        ["excluded in another version than is needed"] = new("a 1 ; Requires: b >= 2\nb 1", "install a ; exclude b", """
            `a` is asked for
            a 1-1 needs b >= 2, but there is only b 1-1
            hint: leave out `a`
            """),
        ["a version for every architecture and for the best"] = new("a 1 ; Requires: b >= 2\nb 1\nb 1 noarch", "install a", """
            `a` is asked for
            a 1-1 needs b >= 2, but there is only b.noarch 1-1, b.x86_64 1-1
            hint: leave out `a`
            """),
        ["excluded, of an architecture that is not asked for"] = new("a 1 ; Requires: b\nb 1\nb 1 s390x", "install a ; exclude b", """
            `a` is asked for
            a 1-1 needs b; the recipe excludes b 1-1
            hint: remove `b` from `exclude`
            """),
        ["of an architecture that is not asked for, beside an exclusion"] = new("a 1 s390x\nb 1 s390x", "install b ; exclude a",
            "`b` is asked for, but b.s390x 1-1 is of no architecture that is asked for"),
        ["an unless that nothing can meet, beside what it forbids"] = new(
            "b 2 ; Provides: a\nd 3 ; Requires: (a >= 3 unless a >= 2)", "install b, d", """
            `d` is asked for
            d 3-1 needs (a >= 3 unless a >= 2) (there is b 2-1)
            hint: leave out `d`
            """),
        ["versions of which others say the same"] = new(
            "app 1 ; Requires: lib = 1\nlib 1 ; Provides: lib = 1 ; Requires: gone\nlib 2 ; Requires: gone\nlib 3 ; Provides: lib = 1 ; Requires: gone\n"
                + "lib 4 ; Provides: lib = 1 ; Requires: gone\nlib 5 ; Provides: lib = 1 ; Requires: gone\nlib 6 ; Provides: lib = 1 ; Requires: gone", "install app", """
            `app` is asked for
            app 1-1 needs lib = 1 (there is lib 6-1, 5-1, 4-1, 3-1 and 1 more)
            lib 6-1, 5-1, 4-1, 3-1, 1-1 need gone, which no repository has
            hint: leave out `app`, or add a repository that has `gone`
            """),
        ["an unknown group"] = new("nginx 1", "install @web", "no repository has a group `@web`"),
        ["another version"] = new("openssl 3.0.11\nopenssl 3.0.9", "install openssl >= 4", "`openssl >= 4` is asked for, but there is only openssl 3.0.11-1, 3.0.9-1"),
        ["excluded itself"] = new("a 1", "install a ; exclude a", "`a` is asked for, but the recipe excludes `a`\nhint: remove `a` from `exclude`, or do not ask for it"),
        ["held itself"] = new("a 2", "install a ; hold a, 1.*", "`a` is asked for, but the recipe holds it at `1.*` (tested); there is only a 2-1\nhint: lift or change the hold on `a`"),
        ["a disabled module stream itself"] = new(Nodes, "install nodejs", """
            `nodejs` is asked for, but nodejs 20-1, 18-1 are of module streams that are not enabled
            hint: enable `nodejs:18` under `modules`; or enable `nodejs:20` under `modules`
            """),
        ["a disabled module stream"] = new(Nodes, "install app", """
            `app` is asked for
            app 1-1 needs nodejs >= 20; the module stream of nodejs 20-1 is not enabled
            hint: enable `nodejs:20` under `modules`
            """),
        ["a rich dependency"] = new("app 1 ; Requires: (plugin if server)\nserver 2\nplugin 1 ; Requires: gone", "install app, server", """
            `app` is asked for
            `server` is asked for
            app 1-1 needs (plugin if server) (there is plugin 1-1, server 2-1)
            plugin 1-1 needs gone, which no repository has
            hint: leave out `app` or `server`, or add a repository that has `gone`
            """),
        ["a missing capability"] = new("app 1 ; Requires: libfoo.so.2()(64bit)\napp 2 ; Requires: libfoo.so.2()(64bit)", "install app", """
            `app` is asked for
            app 2-1, 1-1 need libfoo.so.2()(64bit), which no repository has
            hint: leave out `app`, or add a repository that has `libfoo.so.2()(64bit)`
            """),
        ["versions that each need their own"] = new("app 1 ; Requires: app-libs = 1-1\napp 2 ; Requires: app-libs = 2-1\napp-libs 0", "install app", """
            `app` is asked for
            app 2-1, 1-1 need app-libs = its own version, but there is only app-libs 0-1
            hint: leave out `app`
            """),
        ["two exclusive mail servers"] = new(Mail, "install exim, postfix", """
            `exim` is asked for
            `postfix` is asked for
            exim 4-1 conflicts with MTA, which postfix 3-1 provides
            hint: leave out `exim` or `postfix`
            """),
        ["an obsolete package wanted by name"] = new("old 1\nnew 1 ; Obsoletes: old\napp 1 ; Requires: old\n", "install app, new", """
            `app` is asked for
            `new` is asked for
            app 1-1 needs old
            new 1-1 obsoletes old
            hint: leave out `app` or `new`
            """),
        ["a held library"] = new(Library, "install app ; hold lib, 1*", """
            `app` is asked for
            app 1-1 needs lib >= 2; the recipe holds `lib` at `1*` (tested), which rules out lib 2-1
            hint: lift the hold on `lib`
            """),
        ["two holds on one name, both of which count"] = new("a 1.1\na 1.2\na 2.2", "install a ; hold a, 1.* ; hold a, *.2-1", "a=1.2"),
        ["two holds on one name that leave nothing"] = new("a 1\na 2", "install a ; hold a, 1* ; hold a, 2*", """
            `a` is asked for, but the recipe holds it at `1*` (tested); there is only a 2-1, 1-1
            hint: lift or change the hold on `a`
            """),
        ["a library of the base"] = new(Library, "install app ; fixed lib 1", """
            `app` is asked for
            app 1-1 needs lib >= 2 (there is lib 2-1)
            centos-9@1.0.3 has lib 1-1, and a package of the base cannot change
            hint: `ez update centos-9` would allow it
            """),
        ["only another architecture has it"] = new("app 1 ; Requires: libGL.so.1\nmesa 1 s390x ; Provides: libGL.so.1", "install app", """
            `app` is asked for
            app 1-1 needs libGL.so.1, which only mesa.s390x 1-1 has, of an architecture that is not asked for
            hint: leave out `app`
            """),
        ["a version that begins like the own one"] = new("app 2.3 ; Requires: lib >= 2.3-10\nlib 1", "install app", """
            `app` is asked for
            app 2.3-1 needs lib >= 2.3-10, but there is only lib 1-1
            hint: leave out `app`
            """),
        ["a missing partner"] = new("wine 1 i686 ; Requires: libGL.so.1\nmesa 1 x86_64 ; Provides: libGL.so.1()(64bit)", "install wine", """
            `wine` is asked for
            wine.i686 1-1 needs libGL.so.1, which no repository has
            hint: leave out `wine`, or add a repository that has `libGL.so.1`
            """),
        ["an installed package stands in the way"] = new("a 1\nb 1 ; Conflicts: a", "install b ; installed a 1", """
            `b` is asked for
            a 1-1 is installed and has no update
            b 1-1 conflicts with a
            hint: leave out `b`
            """),
    };
}
