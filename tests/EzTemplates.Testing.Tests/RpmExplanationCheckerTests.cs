using Xunit;

namespace EzTemplates.Testing.Tests;

/// <summary>The judge of explanations lets true ones pass and finds whatever is untrue, missing or superfluous.</summary>
public sealed class RpmExplanationCheckerTests
{
    private const string Universe = """
        app 1 ; Requires: lib >= 2, tool
        app 2 ; Requires: lib >= 2, tool
        lib 1
        tool 1 ; Requires: gone
        tool 1 i686 ; Requires: gone
        rich 1 ; Requires: (x if y), y
        x 1 ; Conflicts: y
        y 1
        mta 1 ; Provides: MTA ; Conflicts: MTA
        post 1 ; Provides: MTA ; Conflicts: MTA
        new 1 ; Obsoletes: lib
        old 1 ; Requires: lib
        one 1 ; Requires: two = 1
        two 1
        two 2
        three 1 ; Requires: two = 2
        glass 1 ; Requires: s390
        s390 1 s390x
        """;

    public static TheoryData<string, string> True() => new()
    {
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2, but there is only lib 1-1" },
        { "app", "`app` is asked for\napp 1-1, 2-1 need tool\ntool 1-1 and tool.i686 1-1 need gone, which no repository has" },
        { "rich", "`rich` is asked for\nrich 1-1 needs (x if y) (there is x 1-1, y 1-1)\nrich 1-1 needs y\nx 1-1 conflicts with y" },
        { "mta, post", "`mta` is asked for\n`post` is asked for\nmta 1-1 conflicts with MTA, which post 1-1 provides" },
        { "new, old", "`new` is asked for\n`old` is asked for\nold 1-1 needs lib\nnew 1-1 obsoletes lib" },
        { "one, three", "`one` is asked for\n`three` is asked for\none 1-1 needs two = 1 (there is two 1-1)\nthree 1-1 needs two = 2 (there is two 2-1)\nonly one version of two can be installed" },
        { "glass", "`glass` is asked for\nglass 1-1 needs s390, which only s390.s390x 1-1 has, of an architecture that is not asked for" },
        { "absent", "no repository has a package `absent`" },
    };

    public static TheoryData<string, string> Untrue() => new()
    {
        { "app", "`ape` is asked for\napp 2-1, 1-1 need lib >= 2, but there is only lib 1-1" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 3, but there is only lib 1-1" },
        { "app", "`app` is asked for\napp 3-1, 1-1 need lib >= 2, but there is only lib 1-1" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2, but there is only lib 2-1" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2, which no repository has" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2 (there is lib 1-1)" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2" },
        { "app", "`app` is asked for\napp 2-1 needs lib >= 2, but there is only lib 1-1" },
        { "app", "`app` is asked for\napp 2-1 and 2 more versions need lib >= 2, but there is only lib 1-1" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2, but there is only lib 1-1 and 1 more" },
        { "app", "app 2-1, 1-1 need lib >= 2, but there is only lib 1-1" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2, but there is only lib 1-1\napp 2-1, 1-1 need tool" },
        { "app", "`app` is asked for\napp 2-1, 1-1 need lib >= 2; the recipe excludes lib 1-1" },
        { "app", "`app` is unheard of\napp 2-1, 1-1 need lib >= 2, but there is only lib 1-1" },
        { "mta, post", "`mta` is asked for\n`post` is asked for\nmta 1-1 conflicts with MTA, which lib 1-1 provides" },
        { "mta, post", "`mta` is asked for\n`post` is asked for\nmta 1-1 obsoletes MTA, which post 1-1 provides" },
        { "new, old", "`new` is asked for\n`old` is asked for\nold 1-1 needs lib\nnew 1-1 conflicts with lib" },
        { "rich", "`rich` is asked for\nrich 1-1 needs (x if y) (there is x 1-1, y 1-1)\nrich 1-1 needs y" },
        { "one, three", "`one` is asked for\n`three` is asked for\none 1-1 needs two = 1 (there is two 1-1)\nthree 1-1 needs two = 2 (there is two 2-1)\nonly one version of one can be installed" },
        { "lib", "no repository has a package `lib`" },
    };

    [Theory]
    [MemberData(nameof(True))]
    public void What_is_true_and_enough_passes(string install, string lines) => Assert.Empty(Check(install, lines));

    [Theory]
    [MemberData(nameof(Untrue))]
    public void What_is_untrue_or_missing_or_too_much_is_found(string install, string lines) => Assert.NotEmpty(Check(install, lines));

    private static IReadOnlyList<string> Check(string install, string lines) =>
        new RpmExplanationChecker(RpmStanzaText.Read(Universe), new RpmAsked([.. install.Split(", ")], ["x86_64", "i686"])).Check(lines.Split('\n'));
}
