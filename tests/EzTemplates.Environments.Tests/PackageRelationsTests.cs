namespace EzTemplates.Environments.Tests;

/// <summary>What a merged dpkg status breaks, told from what was broken already.</summary>
public sealed class PackageRelationsTests
{
    [Theory]
    [InlineData("Depends: lib (>= 2)", "lib 2", null)]
    [InlineData("Depends: lib (>= 2)", "lib 1", "package `own` 1 of the environment needs `lib (>= 2)`, which is not there with the new version")]
    [InlineData("Pre-Depends: lib (= 1)", "lib 2", "package `own` 1 of the environment needs `lib (= 1)`, which is not there with the new version")]
    [InlineData("Depends: gone | lib", "lib 1", null)]
    [InlineData("Depends: abi (= 2)", "lib 9|Provides: abi (= 2)", null)]
    [InlineData("Depends: abi (= 2)", "lib 9|Provides: abi", "package `own` 1 of the environment needs `abi (= 2)`, which is not there with the new version")]
    [InlineData("Depends: lib", "lib 1 i386", "package `own` 1 of the environment needs `lib`, which is not there with the new version")]
    [InlineData("Depends: lib", "lib 1 i386|Multi-Arch: foreign", null)]
    [InlineData("Depends: lib:any", "lib 1 i386|Multi-Arch: allowed", null)]
    [InlineData("Depends: lib", "lib 1 all", null)]
    [InlineData("Breaks: lib (<< 2)", "lib 1", "package `own` 1 of the environment excludes `lib (<< 2)`, and with the new version there is `lib` 1")]
    [InlineData("Breaks: lib (<< 2)", "lib 2", null)]
    [InlineData("Conflicts: abi", "lib 2|Provides: abi", "package `own` 1 of the environment excludes `abi`, and with the new version there is `lib` 2")]
    [InlineData("Conflicts: own, virtual|Provides: virtual", "lib 2", null)]
    public void An_own_package_and_the_new_versions_go_together_or_are_told(string own, string next, string? problem)
    {
        var version = Stanza(next);
        var merged = Stanza("own 1|" + own) + version;
        Assert.Equal(problem, PackageRelations.NewlyBroken(merged, Native, Native + version, Budget).Select(conflict => conflict.Problem).SingleOrDefault());
    }

    [Fact]
    public void What_the_environment_had_broken_or_the_version_has_is_not_told()
    {
        var own = Stanza("own 1|Depends: nowhere (>= 1)|Conflicts: lib");
        Assert.Empty(PackageRelations.NewlyBroken(own + Stanza("lib 2"), own + Stanza("lib 1"), Stanza("lib 2"), Budget));
        var lacking = Stanza("lib 2|Depends: nowhere");
        Assert.Empty(PackageRelations.NewlyBroken(Stanza("own 1") + lacking, Stanza("own 1"), lacking, Budget));
    }

    [Fact]
    public void What_the_new_version_needs_and_the_environment_keeps_from_it_is_told()
    {
        var conflict = Assert.Single(PackageRelations.NewlyBroken(Stanza("app 1|Depends: lib"), Native, Stanza("lib 1") + Stanza("app 1|Depends: lib"), Budget));
        Assert.Equal(("package `app` 1 of the new version needs `lib`, which the environment does not have", "apt-get install lib"), (conflict.Problem, conflict.Hint));
    }

    [Fact]
    public void A_package_that_is_only_configuration_is_not_there()
    {
        var removed = Stanza("lib 1").Replace("install ok installed", "deinstall ok config-files", StringComparison.Ordinal);
        Assert.Single(PackageRelations.NewlyBroken(Stanza("own 1|Depends: lib") + removed, Stanza("own 1|Depends: lib") + Stanza("lib 1"), removed, Budget));
    }

    private static string Native => Stanza("dpkg 1");

    private static RelationBudget Budget => new(TestContext.Current.CancellationToken);

    /// <param name="text">Name, version and maybe architecture; then fields.</param>
    internal static string Stanza(string text)
    {
        var parts = text.Split('|');
        var fields = parts.Skip(1).ToList();

        // An alternative is no field.
        for (var i = fields.Count - 1; i > 0; i--)
        {
            if (!fields[i].Contains(": ", StringComparison.Ordinal))
            {
                fields[i - 1] += "|" + fields[i];
                fields.RemoveAt(i);
            }
        }

        var words = parts[0].Split(' ');
        return $"Package: {words[0]}\nStatus: install ok installed\nVersion: {words[1]}\nArchitecture: {(words.Length > 2 ? words[2] : "amd64")}\n{string.Concat(fields.Select(field => field + "\n"))}\n";
    }
}
