using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>One store for both families: a file that a deb and an rpm bring is stored once, and the store can say whose it is.</summary>
public sealed class MixedStoreTests : IDisposable
{
    private const string Licence = "The same text of the same authors, in either family.\n";

    private readonly RpmRecipes _ground = new();
    private readonly GeneratedRepository _archive = new();
    private readonly LocalServer _archiveServer;

    public MixedStoreTests() => _archiveServer = new LocalServer(_archive.Root);

    public void Dispose()
    {
        _archiveServer.Dispose();
        _archive.Dispose();
        _ground.Dispose();
    }

    [Fact]
    public void A_file_of_a_deb_and_of_an_rpm_is_one_object_of_both_packages()
    {
        Requires.Root();
        _ground.Repository.SignsPackages = true;
        _archive.Publish(
            new PublishOptions { Date = Ground.Day(0) },
            new GeneratedPackage("deblib", "2") { Compressor = "gzip" }.File("/usr/share/doc/deblib/copyright", Licence, 0x1A4));
        _ground.Publish(0, new GeneratedRpm("rpmlib", "1", "3") { Files = [("/usr/share/licenses/rpmlib/COPYING", Licence)] });
        new RecipeFolder(_ground.Temp.At("recipes"), _archive, _archiveServer).Os("debian", "deblib");
        _ground.Os("rocky", "rpmlib");

        _ground.Ez.Succeed("build", _ground.Temp.At("recipes/debian.yaml"));
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Licence)));
        var path = _ground.Temp.At($"store/store/data/.ez-objects/{digest[..2]}/{digest[2..]}");
        var (inode, count) = (InodeOf(path), Objects().Count);
        _ground.Ez.Succeed("build", _ground.Temp.At("recipes/rocky.yaml"));

        // The rpm added its own file and headers, and found this one there.
        Assert.Equal(inode, InodeOf(path));
        Assert.Equal(Licence, File.ReadAllText(path));
        Assert.Single(Objects(), file => new FileInfo(file).Length == Licence.Length && File.ReadAllText(file) == Licence);
        Assert.True(Objects().Count > count);
        var why = Why(digest);
        Assert.Equal(why.GetRawText(), Why("debian:/usr/share/doc/deblib/copyright").GetRawText());
        Assert.Equal(why.GetRawText(), Why("rocky:/usr/share/licenses/rpmlib/COPYING").GetRawText());
        Assert.Equal(
            ["package deblib 2 (amd64): /usr/share/doc/deblib/copyright", "package rpmlib 1-3 (x86_64): /usr/share/licenses/rpmlib/COPYING"],
            Uses(why, "package"));
        Assert.Equal(
            ["version debian@1.0.0: /usr/share/doc/deblib/copyright", "version rocky@1.0.0: /usr/share/licenses/rpmlib/COPYING"],
            Uses(why, "version").Select(line => line[..line.IndexOf(" (kept", StringComparison.Ordinal)]));
        var text = _ground.Ez.Succeed("store", "why", digest).Output;
        Assert.Contains("  made by package deblib 2 (amd64): /usr/share/doc/deblib/copyright\n", text, StringComparison.Ordinal);
        Assert.Contains("  made by package rpmlib 1-3 (x86_64): /usr/share/licenses/rpmlib/COPYING\n", text, StringComparison.Ordinal);
        _ground.Ez.Succeed("store", "check");
        StaysWhileEitherHasIt(digest);
    }

    private void StaysWhileEitherHasIt(string digest)
    {
        _ground.Ez.Succeed("template", "remove", "debian@1.0.0");
        _ground.Ez.Succeed("store", "gc");
        Assert.Equal(["package rpmlib 1-3 (x86_64): /usr/share/licenses/rpmlib/COPYING"], Uses(Why(digest), "package"));
        _ground.Ez.Succeed("template", "remove", "rocky@1.0.0");
        _ground.Ez.Succeed("store", "gc");
        Assert.Empty(Objects());
    }

    private JsonElement Why(string what)
    {
        using var document = JsonDocument.Parse(_ground.Ez.Succeed("store", "why", what, "--json").Stdout);
        return Assert.Single(document.RootElement.GetProperty("things").EnumerateArray()).Clone();
    }

    private static string[] Uses(JsonElement why, string kind) =>
    [
        .. why.GetProperty("uses").EnumerateArray().Where(use => use.GetProperty("kind").GetString() == kind)
            .Select(use => $"{kind} {use.GetProperty("name")}: {use.GetProperty("detail")}").Order(StringComparer.Ordinal),
    ];

    private List<string> Objects() =>
        [.. Directory.EnumerateFiles(_ground.Temp.At("store/store/data/.ez-objects"), "*", SearchOption.AllDirectories)];

    private static string InodeOf(string path) => ToolRun.Run("stat", "--format=%i", path).Succeed().Output;
}
