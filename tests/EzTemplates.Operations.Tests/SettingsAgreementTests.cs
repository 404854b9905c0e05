using EzTemplates.Domain;
using EzTemplates.Store;
using NuGet.Versioning;

namespace EzTemplates.Operations.Tests;

/// <summary>Recipes of several applications that speak of one thing.</summary>
public sealed class SettingsAgreementTests
{
    [Fact]
    public void The_same_said_twice_is_no_disagreement() => Require(
        App("data", File("/etc/motd", "hello", 0x1A4), "tz/Area", "Europe"),
        App("other", File("/etc/issue", "hello", 0x1A4), "tz/Zone", "Berlin"),
        App("web", File("/etc/motd", "hello", 0x1A4), "tz/Area", "Europe"));

    [Theory]
    [InlineData("/etc/motd", "bye", 0x1A4)]
    [InlineData("/etc/motd", "hello", 0x180)]
    [InlineData("/alias/motd", "bye", 0x1A4)]
    public void Files_at_one_place_must_be_the_same(string path, string text, int mode)
    {
        var odds = Assert.Throws<EzException>(() => Require(App("data", File("/etc/motd", "hello", 0x1A4)), App("web", File(path, text, mode))));
        Assert.Equal(
            (FailureKind.Unsolvable, "`data@1.0.0` and `web@1.0.0` do not go together: they both bring the file `/etc/motd`, with other content or another mode", "leave it out of `files:` in one of the two recipes, or say the same in both"),
            (odds.Kind, odds.Message, odds.Hint));
    }

    [Fact]
    public void Answers_to_one_question_must_be_the_same()
    {
        var odds = Assert.Throws<EzException>(() => Require(App("data", null, "tz/Area", "Europe"), App("other"), App("web", null, "tz/Area", "Asia")));
        Assert.Equal(
            (FailureKind.Unsolvable, "`data@1.0.0` and `web@1.0.0` do not go together: they answer debconf's question `tz/Area` differently", "leave it out of `debconf:` in one of the two recipes, or say the same in both"),
            (odds.Kind, odds.Message, odds.Hint));
    }

    private static void Require(params IReadOnlyList<TemplateVersionRecord> apps) =>
        SettingsAgreement.Require(apps, path => path.Latin1.StartsWith("/alias/", StringComparison.Ordinal) ? TreePath.Parse("/etc" + path.Latin1["/alias".Length..]) : path);

    private static RecipeTextFile File(string path, string text, int mode) => new(TreePath.Parse(path), text, mode);

    private static TemplateVersionRecord App(string name, RecipeTextFile? file = null, string? question = null, string answer = "") => new()
    {
        Reference = new TemplateReference(name, NuGetVersion.Parse("1.0.0")),
        Lock = default,
        Manifest = default,
        Rules = 1,
        Packages = 1,
        Files = 1,
        Bytes = 1,
        Committed = default,
        Settings = new TemplateSettings { Files = file is null ? [] : [file], Debconf = question is null ? [] : [new DebconfAnswer(question, answer)] },
    };
}
