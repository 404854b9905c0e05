using System.Text;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>What a merged rpm database breaks, told from what was broken already.</summary>
public sealed class RpmRelationsTests
{
    private const int Less = 2, Greater = 4, Equal = 8, Rich = 1 << 29;

    [Theory]
    [InlineData("requires lib", "lib 2", null)]
    [InlineData("requires lib >= 2", "lib 1", "package `own-1-1.noarch` of the environment needs `lib >= 2`, which is not there with the new version")]
    [InlineData("requires lib = 1", "lib 2", "package `own-1-1.noarch` of the environment needs `lib = 1`, which is not there with the new version")]
    [InlineData("requires libx.so.1", "lib 2|provides libx.so.1", null)]
    [InlineData("requires libx.so.1", "lib 2|provides libx.so.2", "package `own-1-1.noarch` of the environment needs `libx.so.1`, which is not there with the new version")]
    [InlineData("requires /usr/bin/tool", "lib 2|file /usr/bin/tool", null)]
    [InlineData("requires /usr/bin/tool", "lib 2|file /usr/bin/tools", "package `own-1-1.noarch` of the environment needs `/usr/bin/tool`, which is not there with the new version")]
    [InlineData("requires rpmlib(Anything)", "lib 2", null)]
    [InlineData("requires (gone or lib)", "lib 2", null)]
    [InlineData("requires (lib and gone)", "lib 2", "package `own-1-1.noarch` of the environment needs `(lib and gone)`, which is not there with the new version")]
    [InlineData("requires (gone if other)", "lib 2", null)]
    [InlineData("requires (gone if lib else own)", "lib 2", "package `own-1-1.noarch` of the environment needs `(gone if lib else own)`, which is not there with the new version")]
    [InlineData("requires (lib >= 1 with abi)", "lib 2|provides abi", null)]
    [InlineData("requires (lib >= 1 without abi)", "lib 2|provides abi", "package `own-1-1.noarch` of the environment needs `(lib >= 1 without abi)`, which is not there with the new version")]
    [InlineData("conflicts lib < 2", "lib 1", "package `own-1-1.noarch` of the environment excludes `lib < 2`, and with the new version there is `lib-1-1.noarch`")]
    [InlineData("conflicts lib < 2", "lib 2", null)]
    [InlineData("conflicts own", "lib 2", null)]
    public void An_own_package_and_the_new_versions_go_together_or_are_told(string own, string next, string? problem)
    {
        var ours = Header("own 1|" + own);
        Assert.Equal(problem, RpmRelations.NewlyBroken(Database(Header(next), ours), Database(), Database(Header(next)), Budget).Select(conflict => conflict.Problem).SingleOrDefault());
    }

    [Fact]
    public void What_the_environment_had_broken_or_the_version_has_is_not_told()
    {
        var own = Header("own 1|requires nowhere >= 1|conflicts lib");
        Assert.Empty(RpmRelations.NewlyBroken(Database(own, Header("lib 2")), Database(own, Header("lib 1")), Database(Header("lib 2")), Budget));
        var lacking = Header("lib 2|requires nowhere");
        Assert.Empty(RpmRelations.NewlyBroken(Database(Header("own 1"), lacking), Database(Header("own 1")), Database(lacking), Budget));
    }

    [Fact]
    public void What_the_new_version_needs_and_the_environment_keeps_from_it_is_told()
    {
        var app = Header("app 1|requires lib");
        var conflict = Assert.Single(RpmRelations.NewlyBroken(Database(app), Database(), Database(Header("lib 1"), app), Budget));
        Assert.Equal(("package `app-1-1.noarch` of the new version needs `lib`, which the environment does not have", "dnf install 'lib'"), (conflict.Problem, conflict.Hint));
    }

    private static RelationBudget Budget => new(TestContext.Current.CancellationToken);

    internal static string Database(params byte[][] headers) =>
        Encoding.Latin1.GetString(RpmDatabaseFile.Write([.. headers.Select((header, i) => new RpmDatabaseRow(i + 1, header))]));

    /// <param name="text">Name and version; then relations and files.</param>
    internal static byte[] Header(string text)
    {
        var parts = text.Split('|');
        var named = parts[0].Split(' ');
        return RawRpmHeader.Installed(named[0], named[1], header =>
        {
            Relations(header, Of("requires "), 1049, 1050, 1048);
            Relations(header, Of("conflicts "), 1054, 1055, 1053);
            Relations(header, [.. Of("provides "), $"{named[0]} = {named[1]}-1"], 1047, 1113, 1112);
            var files = Of("file ");
            if (files.Count > 0)
            {
                header.Texts(1117, [.. files.Select(Path.GetFileName)!]).Texts(1118, [.. files.Select(file => Path.GetDirectoryName(file) + "/")])
                    .Ints(1116, [.. Enumerable.Range(0, files.Count).Select(i => (long)i)]).Raw(1029, 1, files.Count, new byte[files.Count]);
            }
        });

        List<string> Of(string kind) => [.. parts.Skip(1).Where(part => part.StartsWith(kind, StringComparison.Ordinal)).Select(part => part[kind.Length..])];
    }

    private static void Relations(RawRpmHeader header, List<string> relations, int names, int versions, int flags)
    {
        if (relations.Count == 0)
        {
            return;
        }

        var parts = relations.Select(relation => relation.StartsWith('(') ? [relation] : relation.Split(' ')).ToList();
        header.Texts(names, [.. parts.Select(part => part[0])]).Texts(versions, [.. parts.Select(part => part.Length == 3 ? part[2] : "")])
            .Ints(flags, [.. parts.Select(part => part switch
            {
                [_, ">=", _] => (long)(Greater | Equal),
                [_, "<", _] => Less,
                [_, "=", _] => Equal,
                [['(', ..]] => Rich,
                _ => 0,
            })]);
    }
}
